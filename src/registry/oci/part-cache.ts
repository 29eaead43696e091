import type { Digest } from '../../image/digest.ts';
import type { Repository } from '../../image/reference.ts';
import type { ImageConfig } from './image-config.ts';
import type { Manifest } from './manifest.ts';

/** What was read by digest, and so never changes: tags share images, and indexes share theirs. */
type Part = Manifest | ImageConfig;

/**
 * Keeps the small parts of images that were read last. By repository, since who may read one may not read another. Losing
 * it costs requests, nothing else.
 */
export class PartCache<Kept extends Part> {
  readonly #parts = new Map<string, Kept>();

  get(repository: Repository, digest: Digest): Kept | undefined {
    const key = `${repository}@${digest}`;
    const part = this.#parts.get(key);
    if (part === undefined) return undefined;
    // To the end: what was not used for longest is at the start.
    this.#parts.delete(key);
    this.#parts.set(key, part);
    return part;
  }

  /** @param size bytes of its text; large ones are not kept */
  set(repository: Repository, digest: Digest, part: Kept, size: number): void {
    if (size > largestPart) return;
    this.#parts.set(`${repository}@${digest}`, part);
    if (this.#parts.size <= mostParts) return;
    const [oldest] = this.#parts.keys();
    if (oldest !== undefined) this.#parts.delete(oldest);
  }
}

const largestPart = 16 * 1024;
const mostParts = 512;
