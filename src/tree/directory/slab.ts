/** Bytes that are taken from memory at once, for many small files. */
const length = 256 * 1024;

/** Gives pieces of larger arrays: an array of its own for each of thousands of small files costs more than reading them. */
export class Slab {
  #bytes = Buffer.alloc(0);
  #used = 0;

  /** An array of this length with arbitrary content, which nobody else is given. It keeps the larger one alive. */
  take(size: number): Uint8Array {
    if (size > length / 4) return Buffer.allocUnsafeSlow(size);
    if (this.#used + size > this.#bytes.length) {
      this.#bytes = Buffer.allocUnsafeSlow(length);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += size;
    return this.#bytes.subarray(start, this.#used);
  }
}
