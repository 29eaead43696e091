import type { Brand } from '../core/brand.ts';
import { parseDigest, type Digest } from './digest.ts';
import { parseTag, type Tag } from './tag.ts';

/**
 * An image repository in canonical form, host first: `ghcr.io/acme/web`, `docker.io/library/redis`,
 * `localhost:5000/web`. Two spellings of one repository have one canonical form.
 */
export type Repository = Brand<string, 'Repository'>;

export interface RepositoryName {
  /** As the author wrote it: `redis`. */
  readonly spelled: string;
  readonly repository: Repository;
}

/** `name[:tag][@digest]`. */
export interface ImageReference extends RepositoryName {
  readonly tag: Tag | undefined;
  readonly digest: Digest | undefined;
}

const longest = 1024;
const hostPattern =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/;
const pathPattern = /^[a-z0-9]+(?:(?:\.|_|__|-+|\/)[a-z0-9]+)*$/;
const hubAliases = new Set([
  'docker.io',
  'index.docker.io',
  'registry-1.docker.io',
  'registry.hub.docker.com',
]);

/** Reads a full reference; `undefined` where it is none (variables, templates, upper case, empty parts). */
export function parseReference(text: string): ImageReference | undefined {
  if (text.length > longest) return undefined;
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : parseDigest(text.slice(at + 1));
  if (at >= 0 && digest === undefined) return undefined;
  const rest = at < 0 ? text : text.slice(0, at);
  const colon = rest.indexOf(':', rest.lastIndexOf('/') + 1);
  const tag = colon < 0 ? undefined : parseTag(rest.slice(colon + 1));
  if (colon >= 0 && tag === undefined) return undefined;
  const name = parseRepository(colon < 0 ? rest : rest.slice(0, colon));
  return name && { ...name, tag, digest };
}

/** Reads a name without tag or digest. */
export function parseRepository(spelled: string): RepositoryName | undefined {
  if (spelled.length > longest || spelled === '') return undefined;
  const slash = spelled.indexOf('/');
  const first = slash === -1 ? '' : spelled.slice(0, slash);
  const hasHost = first === 'localhost' || /[.:A-Z]/.test(first);
  const path = hasHost ? spelled.slice(slash + 1) : spelled;
  if (hasHost && !hostPattern.test(first)) return undefined;
  if (!pathPattern.test(path)) return undefined;
  const host = hasHost ? first.toLowerCase() : 'docker.io';
  const canonicalHost = hubAliases.has(host) ? 'docker.io' : host;
  const official = canonicalHost === 'docker.io' && !path.includes('/');
  const canonical = `${canonicalHost}/${official ? 'library/' : ''}${path}`;
  return { spelled, repository: canonical as Repository };
}

/** The registry's host, with its port where it has one. `docker.io` for Docker Hub. */
export function registryHost(repository: Repository): string {
  return repository.slice(0, repository.indexOf('/'));
}

/** The part after the host: `acme/web`, `library/redis`. */
export function repositoryPath(repository: Repository): string {
  return repository.slice(repository.indexOf('/') + 1);
}

/** `name:tag@digest` with what is there, in the author's spelling. */
export function formatReference(
  spelled: string,
  tag: string | undefined,
  digest: string | undefined,
): string {
  return `${spelled}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}
