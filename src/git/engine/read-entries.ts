import type { GitObject } from './object-id.ts';

/**
 * The entries of a pack that were read, by where they start; and what stood in them, as deltas are made from that: 32 MiB of it, the
 * first to come being the first to go.
 */
export class ReadEntries {
  /** Ascending. */
  readonly #starts: number[] = [];
  readonly #objects: (GitObject | undefined)[] = [];
  #bytes = 0;
  /** All before it have gone. */
  #oldest = 0;

  get count(): number {
    return this.#starts.length;
  }

  /** Entries come in the order in which they stand. */
  add(start: number): void {
    this.#starts.push(start);
    this.#objects.push(undefined);
  }

  has(start: number): boolean {
    return this.#starts[this.#row(start)] === start;
  }

  /** What stands there, if it is still here. */
  object(start: number): GitObject | undefined {
    const row = this.#row(start);
    return this.#starts[row] === start ? this.#objects[row] : undefined;
  }

  keep(start: number, object: GitObject): void {
    const last = this.#starts.length - 1;
    const row = this.#starts[last] === start ? last : this.#row(start);
    if (row < this.#oldest) return;
    this.#objects[row] = object;
    this.#bytes += object.bytes.length;
    for (; this.#bytes > keptBytes; this.#oldest++) {
      this.#bytes -= this.#objects[this.#oldest]?.bytes.length ?? 0;
      this.#objects[this.#oldest] = undefined;
    }
  }

  /** Of the first entry that does not start before. */
  #row(start: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] ?? 0) < start) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const keptBytes = 32 * 1024 ** 2;
