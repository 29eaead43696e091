import { Failure } from '../../core/failure.ts';
import { registryHost, repositoryPath } from '../../image/reference.ts';
import type { Repository } from '../../image/reference.ts';
import type { HttpClient } from '../../net/client.ts';
import type { CredentialSource, ImageInspector, TagLister } from '../ports.ts';
import { endpointOf } from './endpoint.ts';
import type { ImageConfig } from './image-config.ts';
import { ImageReader } from './inspect.ts';
import type { Manifest } from './manifest.ts';
import { PartCache } from './part-cache.ts';
import { RegistrySession } from './session.ts';
import { listAllTags } from './tag-pages.ts';

export interface OciRegistryOptions {
  /** Retries, limits and pools are its business. */
  readonly client: HttpClient;
  readonly credentials: CredentialSource;
  /** Hosts (`host` or `host:port`) that are spoken to by plain http. Default: none. */
  readonly insecureHosts?: ReadonlySet<string>;
  /** Base URL of the API by registry host, where it is not at that host: mirrors. `docker.io` is known. */
  readonly endpoints?: ReadonlyMap<string, string>;
  /** Further hosts of a registry's token service, by registry host (see `checkRealm`). */
  readonly tokenHosts?: ReadonlyMap<string, ReadonlySet<string>>;
  /** Pages that a tag list may have; default 1000. */
  readonly pageLimit?: number;
  /** Tags that a list may have; default 500,000. */
  readonly tagLimit?: number;
  /** Milliseconds from the first page of a tag list to its last; default 900,000. */
  readonly listTimeout?: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** All registries, by the OCI distribution API (product.md, 7): one session per host, made when it is first needed. */
export function createOciRegistry(options: OciRegistryOptions): TagLister & ImageInspector {
  const insecureHosts = options.insecureHosts ?? new Set();
  const endpoints = options.endpoints ?? new Map();
  const rules = { insecureHosts, tokenHosts: options.tokenHosts ?? new Map() };
  const { pageLimit: pages = 1000, tagLimit: tags = 500_000, listTimeout: milliseconds = 900_000 } = options;
  const limits = { pages, tags, milliseconds, now: options.now };
  const sessions = new Map<string, RegistrySession>();
  const sessionOf = (repository: Repository): RegistrySession => {
    const host = registryHost(repository);
    const kept = sessions.get(host);
    if (kept !== undefined) return kept;
    const session = new RegistrySession(endpointOf(host, { insecureHosts, endpoints }), {
      ...options,
      rules,
    });
    sessions.set(host, session);
    return session;
  };
  const kept = { manifests: new PartCache<Manifest>(), configs: new PartCache<ImageConfig>() };
  const reader = (repository: Repository, signal: AbortSignal | undefined) =>
    new ImageReader(sessionOf(repository), repository, repositoryPath(repository), kept, signal);
  return {
    list: (repository, signal) =>
      inContext(repository, `cannot list the tags of ${repository}`, () =>
        listAllTags(sessionOf(repository), repository, repositoryPath(repository), limits, signal),
      ),
    digest: (repository, tag, signal) =>
      inContext(repository, `cannot find the digest of ${repository}:${tag}`, async () =>
        reader(repository, signal).digest(tag),
      ),
    inspect: (repository, tag, signal) =>
      inContext(repository, `cannot inspect ${repository}:${tag}`, async () =>
        reader(repository, signal).inspect(tag),
      ),
  };
}

/** Failures of the connection do not know what they were for: they are told so here. Those that name the repository already pass. */
async function inContext<Value>(
  repository: Repository,
  words: string,
  work: () => Promise<Value>,
): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Failure) || error.message.includes(repository)) throw error;
    const { code, message, host, retryable, retryAfter } = error;
    const detail = {
      ...(host === undefined ? {} : { host }),
      ...(retryAfter === undefined ? {} : { retryAfter }),
    };
    throw new Failure(code, `${words}: ${message}`, { ...detail, retryable, cause: error });
  }
}
