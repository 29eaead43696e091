import { parseRepository } from '../image/reference.ts';
import { parseFieldKey } from './field-key.ts';
import type { Intent, LoggedRelease } from './model.ts';

/** What is asked of the release log. Whatever is absent does not restrict. */
export interface HistoryQuery {
  readonly policy?: string | undefined;
  /** As `serviceName` gives it, unless the second argument of `filterReleases` says otherwise. */
  readonly service?: string | undefined;
  /** An image repository in any spelling. */
  readonly image?: string | undefined;
  readonly environment?: string | undefined;
  /** A file, or a folder with all below it. */
  readonly path?: string | undefined;
  /** Milliseconds since the epoch; commits at that time count. */
  readonly since?: number | undefined;
  readonly intent?: Intent | undefined;
}

/** The releases that the query asks for, in the same order. `services` names the service of a policy. */
export function filterReleases(
  releases: readonly LoggedRelease[],
  query: HistoryQuery,
  services: ReadonlyMap<string, string> = new Map(),
): LoggedRelease[] {
  const image = query.image === undefined ? undefined : canonical(query.image);
  return releases.filter(
    ({ commit, record }) =>
      isWanted(query.policy, record.policy) &&
      isWanted(query.environment, record.env) &&
      isWanted(query.intent, record.intent) &&
      isWanted(query.service, services.get(record.policy) ?? serviceName(record.policy, record.env)) &&
      (image === undefined || image === canonical(record.image)) &&
      (query.path === undefined || isBelow(parseFieldKey(record.field)?.file ?? record.field, query.path)) &&
      (query.since === undefined || commit.committedAt >= query.since),
  );
}

/** A policy's name without the environment's: `web-prod` and `prod-web` in `prod` are the service `web`. */
export function serviceName(policy: string, environment: string): string {
  if (environment === '') return policy;
  if (policy.endsWith(`-${environment}`)) return policy.slice(0, -environment.length - 1) || policy;
  if (policy.startsWith(`${environment}-`)) return policy.slice(environment.length + 1) || policy;
  return policy;
}

function isWanted(wanted: string | undefined, found: string): boolean {
  return wanted === undefined || wanted === found;
}

function canonical(image: string): string {
  return parseRepository(image)?.repository ?? image;
}

function isBelow(file: string, path: string): boolean {
  const folder = path.replace(/^\.\//, '').replace(/\/+$/, '');
  return folder === '' || folder === '.' || file === folder || file.startsWith(`${folder}/`);
}
