import type { CommitId } from '../../release/log.ts';
import { parseCommit } from './commit.ts';
import type { GitObject, ObjectId } from './object-id.ts';
import type { TreeItem } from './tree-object.ts';

/**
 * The folders and commits of one fetch. A server sends of the commits that are asked for whatever the branch's tip does not hold, so that what came is whole
 * where each folder in it came as well or is here: then thousands of commits need not be read once more to know that.
 */
export class ArrivedTrees {
  readonly #folders = new Set<ObjectId>();
  readonly #named = new Set<ObjectId>();
  readonly #roots = new Map<CommitId, ObjectId>();

  /** @param items of a tree */
  see(id: ObjectId, { type, bytes }: GitObject, items: readonly TreeItem[]): void {
    if (type === 'commit') this.#roots.set(id as CommitId, parseCommit(id as CommitId, bytes).tree);
    if (type !== 'tree') return;
    this.#folders.add(id);
    for (const item of items) if (item.mode === 'tree') this.#named.add(item.id);
  }

  /** The commits that came, with their roots; none where a folder is missing. */
  whole(isHere: (id: ObjectId) => boolean): ReadonlyMap<CommitId, ObjectId> {
    const named = [...this.#named, ...this.#roots.values()];
    return named.every((id) => this.#folders.has(id) || isHere(id)) ? this.#roots : new Map();
  }
}
