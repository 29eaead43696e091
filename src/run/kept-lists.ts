import type { Repository } from '../image/reference.ts';
import type { Tag } from '../image/tag.ts';

/**
 * The tag lists of the last cycle. A list that did not change is the same value again: what follows from it can be kept by its identity, and its texts are
 * held once. A list is copied and frozen, so that nobody else can change what stands for it.
 */
export class KeptLists {
  #last = new Map<Repository, readonly Tag[]>();
  #next = new Map<Repository, readonly Tag[]>();

  /** The list as it is kept: with the same tags in the same order. */
  share(image: Repository, tags: readonly Tag[]): readonly Tag[] {
    const known = this.#next.get(image) ?? this.#last.get(image);
    const list = known !== undefined && areSame(known, tags) ? known : Object.freeze([...tags]);
    this.#next.set(image, list);
    return list;
  }

  /** Ends a cycle: forgets what it did not use. */
  turn(): void {
    this.#last = this.#next;
    this.#next = new Map();
  }
}

function areSame(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((text, index) => text === b[index]));
}
