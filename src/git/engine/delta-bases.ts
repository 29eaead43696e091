import type { GitObject } from './object-id.ts';

/** Of one pack: what stands at a place of it, for the deltas that are made from it. */
export type KeptBases = Map<number, GitObject>;

interface Kept {
  readonly bases: KeptBases;
  readonly offset: number;
  readonly bytes: number;
}

/**
 * Bases of deltas that were read from packs, 32 MiB for all packs of a folder together: the first to come is the first to go. They stand side by side in blocks of their own, since a
 * small buffer of Node's keeps alive the shared one that it is a piece of, and with it what others have left there long ago.
 */
export class DeltaBases {
  readonly #most: number;
  /** In the order of their coming, from `#oldest` on. */
  #queue: Kept[] = [];
  #oldest = 0;
  #bytes = 0;
  #block: Buffer = Buffer.alloc(0);
  #used = 0;

  /** @param most bytes */
  constructor(most = mostByDefault) {
    this.#most = most;
  }

  keep(bases: KeptBases, offset: number, { type, bytes }: GitObject): void {
    if (bases.has(offset) || bytes.length > this.#most) return;
    bases.set(offset, { type, bytes: this.#own(bytes) });
    this.#queue.push({ bases, offset, bytes: bytes.length });
    this.#bytes += bytes.length;
    for (; this.#bytes > this.#most; this.#oldest++) {
      const oldest = this.#queue[this.#oldest];
      // Where its pack was closed meanwhile, it is gone already.
      oldest?.bases.delete(oldest.offset);
      this.#bytes -= oldest?.bytes ?? 0;
    }
    if (this.#oldest <= this.#queue.length / 2) return;
    this.#queue = this.#queue.slice(this.#oldest);
    this.#oldest = 0;
  }

  #own(bytes: Uint8Array): Uint8Array {
    if (bytes.length > largestShared) return bytes;
    if (this.#used + bytes.length > this.#block.length) {
      this.#block = Buffer.allocUnsafeSlow(blockBytes);
      this.#used = 0;
    }
    const copy = this.#block.subarray(this.#used, this.#used + bytes.length);
    copy.set(bytes);
    this.#used += bytes.length;
    return copy;
  }
}

const mostByDefault = 32 * 1024 ** 2;
const blockBytes = 256 * 1024;
/** A larger one is a buffer of its own already: Node's shared ones have 64 KiB, and none takes more than half of one. */
const largestShared = 32 * 1024;
