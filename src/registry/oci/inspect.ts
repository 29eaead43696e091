import { Failure } from '../../core/failure.ts';
import type { Digest } from '../../image/digest.ts';
import { formatPlatform, type Platform } from '../../image/platform.ts';
import type { Repository } from '../../image/reference.ts';
import type { Tag } from '../../image/tag.ts';
import type { ImageDetails } from '../ports.ts';
import { digestHeader, hasDigest, sha256 } from './content.ts';
import { parseImageConfig, type ImageConfig } from './image-config.ts';
import { acceptedManifests, parseManifest, type Manifest } from './manifest.ts';
import type { PartCache } from './part-cache.ts';
import type { Call, RegistrySession } from './session.ts';

/** Of one registry. */
export interface KeptParts {
  readonly manifests: PartCache<Manifest>;
  readonly configs: PartCache<ImageConfig>;
}

/** Looks at the images of one repository. Everything that is read by digest is checked against it. */
export class ImageReader {
  readonly #session: RegistrySession;
  readonly #repository: Repository;
  readonly #path: string;
  readonly #kept: KeptParts;
  readonly #signal: AbortSignal | undefined;

  constructor(
    session: RegistrySession,
    repository: Repository,
    path: string,
    kept: KeptParts,
    signal: AbortSignal | undefined,
  ) {
    this.#session = session;
    this.#repository = repository;
    this.#path = path;
    this.#kept = kept;
    this.#signal = signal;
  }

  /** By HEAD; where the registry does not tell it so, by reading and hashing the manifest. */
  async digest(tag: Tag): Promise<Digest | undefined> {
    const call = this.#call('HEAD', `manifests/${tag}`, `find the digest of ${this.#repository}:${tag}`);
    const response = await this.#session.send(call);
    if (response.status === 404) return drop(response);
    if (response.status === 200) {
      await response.discard();
      const digest = digestHeader(response, this.#session.endpoint.host);
      return digest ?? (await this.#manifest(tag))?.digest;
    }
    if (response.status !== 405) throw await this.#session.failure(response, call);
    await response.discard();
    return (await this.#manifest(tag))?.digest;
  }

  /** An image of one platform costs two requests, an index two more for each of its images; what another tag shares with it costs none. */
  async inspect(tag: Tag): Promise<ImageDetails | undefined> {
    const top = await this.#manifest(tag);
    if (top === undefined) return undefined;
    const { digest, manifest } = top;
    if (manifest.kind === 'other') return { digest, created: undefined, platforms: [], labels: {} };
    if (manifest.kind === 'index') return this.#inspectIndex(digest, manifest);
    const config = await this.#config(manifest);
    return {
      digest,
      created: config?.created,
      platforms: config?.platform === undefined ? [] : [config.platform],
      labels: { ...config?.labels, ...manifest.annotations },
    };
  }

  async #inspectIndex(digest: Digest, index: Manifest & { readonly kind: 'index' }): Promise<ImageDetails> {
    const { children } = index;
    if (children.length > mostChildren) {
      throw this.#bad(
        'too-large',
        `an index with ${children.length} images; ${mostChildren} are read at most`,
      );
    }
    const platforms = new Map<string, Platform>();
    let created: number | undefined;
    let labels: Readonly<Record<string, string>> | undefined;
    for (const child of children) {
      const manifest = await this.#child(child.digest);
      if (manifest === undefined)
        throw this.#bad('bad-answer', 'an index, and has not all images that it lists');
      if (manifest.kind === 'index')
        throw this.#bad('bad-answer', 'an index in an index, which is not supported');
      const config = manifest.kind === 'image' ? await this.#config(manifest) : undefined;
      const platform = child.platform ?? config?.platform;
      if (platform !== undefined) platforms.set(formatPlatform(platform), platform);
      if (config?.created !== undefined) created = Math.max(created ?? 0, config.created);
      if (manifest.kind === 'image') labels ??= { ...config?.labels, ...manifest.annotations };
    }
    return {
      digest,
      created,
      platforms: [...platforms.values()],
      children: children.map((child) => child.digest),
      labels: { ...labels, ...index.annotations },
    };
  }

  async #child(digest: Digest): Promise<Manifest | undefined> {
    return this.#kept.manifests.get(this.#repository, digest) ?? (await this.#manifest(digest))?.manifest;
  }

  async #manifest(reference: Tag | Digest): Promise<{ digest: Digest; manifest: Manifest } | undefined> {
    const { host } = this.#session.endpoint;
    const call = this.#call('GET', `manifests/${reference}`, `read the manifest of ${this.#name(reference)}`);
    const response = await this.#session.send(call);
    if (response.status === 404) return drop(response);
    if (response.status !== 200) throw await this.#session.failure(response, call);
    const bytes = await response.bytes(largestManifest);
    const told = digestHeader(response, host);
    const manifest = parseManifest(Buffer.from(bytes).toString(), host, this.#name(reference));
    const wanted = reference.includes(':') ? (reference as Digest) : undefined;
    // The digest of Docker's signed schema 1 is not that of the bytes, and nothing of it is used.
    const unsigned = manifest.kind !== 'other' || wanted !== undefined;
    for (const digest of unsigned ? [wanted, told] : []) {
      if (digest !== undefined && !hasDigest(bytes, digest))
        throw this.#bad('bad-answer', 'a manifest that does not have its digest');
    }
    if (wanted !== undefined) this.#kept.manifests.set(this.#repository, wanted, manifest, bytes.length);
    return { digest: wanted ?? told ?? sha256(bytes), manifest };
  }

  async #config(manifest: Manifest & { readonly kind: 'image' }): Promise<ImageConfig | undefined> {
    if (manifest.config === undefined) return undefined;
    const kept = this.#kept.configs.get(this.#repository, manifest.config);
    if (kept !== undefined) return kept;
    const { host } = this.#session.endpoint;
    const task = `read the config of an image of ${this.#repository}`;
    // Registries send their clients to blob storage elsewhere, by addresses that carry their own signature.
    const call = {
      ...this.#call('GET', `blobs/${manifest.config}`, task),
      redirect: 'drop-credentials' as const,
    };
    const response = await this.#session.send(call);
    if (response.status === 404) {
      await response.discard();
      throw this.#bad('bad-answer', 'a manifest, and has not the config that it names');
    }
    if (response.status !== 200) throw await this.#session.failure(response, call);
    const bytes = await response.bytes(largestConfig);
    if (!hasDigest(bytes, manifest.config))
      throw this.#bad('bad-answer', 'a config that does not have its digest');
    const config = parseImageConfig(Buffer.from(bytes).toString(), host, this.#repository);
    this.#kept.configs.set(this.#repository, manifest.config, config, bytes.length);
    return config;
  }

  #call(method: 'GET' | 'HEAD', rest: string, task: string): Call {
    const url = `${this.#session.endpoint.api}/v2/${this.#path}/${rest}`;
    const accept = rest.startsWith('manifests/') ? { accept: acceptedManifests } : {};
    return { method, url, path: this.#path, task, signal: this.#signal, ...accept };
  }

  #name(reference: Tag | Digest): string {
    return `${this.#repository}${reference.includes(':') ? '@' : ':'}${reference}`;
  }

  #bad(code: 'bad-answer' | 'too-large', words: string): Failure {
    const { host } = this.#session.endpoint;
    return new Failure(code, `cannot inspect ${this.#repository}: ${host} answered ${words}`, { host });
  }
}

const mostChildren = 50;
const largestManifest = 4 * 1024 * 1024;
const largestConfig = 8 * 1024 * 1024;

async function drop(response: { discard(): Promise<void> }): Promise<undefined> {
  await response.discard();
  return undefined;
}
