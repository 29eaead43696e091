import { compileGlob } from '../core/glob.ts';
import { parseRepository } from '../image/reference.ts';
import { environmentNames } from './environment-name.ts';
import { parseFieldKey } from './field-key.ts';
import type { Intent, ReleaseRecord } from './model.ts';

/** What of a release can be asked for: those of a record, and of a commit of another tool. */
export type ReleaseFacts = Pick<ReleaseRecord, 'policy' | 'env' | 'image' | 'field' | 'intent'>;

/** What is asked of the release log. Whatever is absent does not restrict. */
export interface HistoryQuery {
  readonly policy?: string | undefined;
  readonly service?: string | undefined;
  /** An image repository in any spelling. */
  readonly image?: string | undefined;
  readonly environment?: string | undefined;
  /** A file, a folder with all below it, or a glob. */
  readonly path?: string | undefined;
  readonly intent?: Intent | undefined;
}

/**
 * @param services names the service of a policy; others are named by `serviceName`
 * @returns whether a release is asked for, or what is wrong with the path
 */
export function releaseFilter(
  query: HistoryQuery,
  services: ReadonlyMap<string, string> = new Map(),
): ((release: ReleaseFacts) => boolean) | { readonly error: string } {
  const image = query.image === undefined ? undefined : canonical(query.image);
  const path = query.path === undefined ? () => true : pathFilter(query.path);
  if (typeof path !== 'function') return path;
  return (release) =>
    isWanted(query.policy, release.policy) &&
    isInEnvironment(query.environment, release.env) &&
    isWanted(query.intent, release.intent) &&
    isWanted(query.service, serviceOf(release, services)) &&
    (image === undefined || image === canonical(release.image)) &&
    path(parseFieldKey(release.field)?.file ?? release.field);
}

/** The service that a release is of: as its policy says, else by the policy's name. */
export function serviceOf(
  { policy, env }: Pick<ReleaseFacts, 'policy' | 'env'>,
  services: ReadonlyMap<string, string>,
): string {
  return services.get(policy) ?? serviceName(policy, env);
}

/** A policy's name without the environment's: `web-prod` and `prod-web` in `prod` are the service `web`. */
export function serviceName(policy: string, environment: string): string {
  if (environment === '') return policy;
  if (policy.endsWith(`-${environment}`)) return policy.slice(0, -environment.length - 1) || policy;
  if (policy.startsWith(`${environment}-`)) return policy.slice(environment.length + 1) || policy;
  return policy;
}

/** A field of several environments is in each of them; all of them together are what its record names. */
function isInEnvironment(wanted: string | undefined, env: string): boolean {
  return isWanted(wanted, env) || (wanted !== undefined && environmentNames(env).includes(wanted));
}

function isWanted(wanted: string | undefined, found: string): boolean {
  return wanted === undefined || wanted === found;
}

function canonical(image: string): string {
  return parseRepository(image)?.repository ?? image;
}

function pathFilter(path: string): ((file: string) => boolean) | { readonly error: string } {
  const folder = path.replace(/^\.\//, '').replace(/\/+$/, '');
  if (folder === '' || folder === '.') return () => true;
  if (!/[*?[{\\]/.test(folder)) return (file) => file === folder || file.startsWith(`${folder}/`);
  const glob = compileGlob(folder, 'path');
  return 'error' in glob ? glob : (file) => glob.matches(file);
}
