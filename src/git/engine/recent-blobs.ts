import type { GitObject, ObjectId } from './object-id.ts';

/**
 * Files that just came in a pack, until they are first read: what a fetch brings is mostly read right after it, and
 * then needs no second inflating. Holds 32 MiB at most; what does not fit is read from disk.
 */
export class RecentBlobs {
  readonly #objects = new Map<ObjectId, GitObject>();
  #bytes = 0;
  #isKept = false;

  /** The pack that they came in is kept: what is held is here, whoever reads it first. */
  keep(): void {
    this.#isKept = true;
  }

  /** Whether the file is here, and not only on its way. */
  isHere(id: ObjectId): boolean {
    return this.#isKept && this.#objects.has(id);
  }

  add(id: ObjectId, object: GitObject): void {
    if (object.type !== 'blob' || object.bytes.length > largest || this.#bytes + object.bytes.length > budget)
      return;
    this.#objects.set(id, object);
    this.#bytes += object.bytes.length + overhead;
  }

  has(id: ObjectId): boolean {
    return this.#objects.has(id);
  }

  take(id: ObjectId): GitObject | undefined {
    const object = this.#objects.get(id);
    if (object === undefined) return undefined;
    this.#objects.delete(id);
    this.#bytes -= object.bytes.length + overhead;
    return object;
  }

  clear(): void {
    this.#objects.clear();
    this.#bytes = 0;
    this.#isKept = false;
  }
}

const budget = 32 * 1024 ** 2;
const largest = 256 * 1024;
/** What a small buffer costs beside its bytes. */
const overhead = 200;
