import type { CommitId } from '../../release/log.ts';
import type { CompleteTrees, KeptClone } from './clone.ts';
import type { TreeCache } from './git-tree.ts';
import type { ObjectId } from './object-id.ts';

/**
 * The commits whose folders are all in the kept clone, so that who looks into thousands of old commits walks each folder once and not
 * each commit. Forgotten when packs are deleted: what was only in those is not here any more.
 */
export class ReadyCommits {
  readonly #roots = new Map<CommitId, ObjectId>();
  readonly #folders: CompleteTrees = new Set();
  #clone: KeptClone | undefined;
  #deletions = 0;

  /** The root of a commit whose folders are all here; `undefined` where something is missing. */
  root(id: CommitId, clone: KeptClone, trees: TreeCache): ObjectId | undefined {
    this.#look(clone);
    const known = this.#roots.get(id);
    if (known !== undefined || !clone.holds(id, this.#folders, trees, false)) return known;
    const root = clone.commit(id)?.tree;
    if (root !== undefined) this.#keep(id, root);
    return root;
  }

  /** Those of the commits of which something is missing. What is in no pack is, without a look at the disk for each: of a kept clone hardly anything is loose. */
  missing(commits: readonly CommitId[], clone: KeptClone, trees: TreeCache): CommitId[] {
    const { objects } = clone;
    const absent = commits.find((id) => !objects.isPacked(id));
    if (absent !== undefined) objects.has(absent); // looks whether packs came since
    return commits.filter((id) => !objects.isPacked(id) || this.root(id, clone, trees) === undefined);
  }

  /** Commits that are whole by what a fetch brought, with their roots. */
  add(roots: ReadonlyMap<CommitId, ObjectId>, clone: KeptClone): void {
    this.#look(clone);
    for (const [id, root] of roots) this.#keep(id, root);
  }

  #keep(id: CommitId, root: ObjectId): void {
    if (this.#roots.size >= mostRoots) this.#roots.clear();
    this.#roots.set(id, root);
  }

  #look(clone: KeptClone): void {
    const { deletions } = clone.objects;
    if (this.#clone === clone && this.#deletions === deletions) return;
    this.#roots.clear();
    this.#folders.clear();
    this.#clone = clone;
    this.#deletions = deletions;
  }
}

const mostRoots = 100_000;
