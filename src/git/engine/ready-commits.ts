import type { CommitId } from '../../release/log.ts';
import type { CompleteTrees, KeptClone } from './clone.ts';
import type { TreeCache } from './git-tree.ts';
import type { ObjectId } from './object-id.ts';
import type { PackFile } from './pack-file.ts';

/**
 * The commits whose folders are all in the kept clone, so that who looks into thousands of old commits walks each folder once and not
 * each commit. Forgotten when packs are deleted: what was only in those is not here any more.
 */
export class ReadyCommits {
  readonly #roots = new Map<CommitId, ObjectId>();
  readonly #folders: CompleteTrees = new Set();
  /** Commits that are in none of the packs. */
  readonly #absent = new Set<CommitId>();
  #packs: readonly PackFile[] = [];
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

  /**
   * Those of the commits of which something is missing. A commit that no pack has is, without a look at the disk for each: of a kept clone hardly anything is
   * loose, and many fields ask for the same ones.
   */
  missing(commits: readonly CommitId[], clone: KeptClone, trees: TreeCache): CommitId[] {
    this.#look(clone);
    const { objects } = clone;
    const unknown = commits.find((id) => !this.#roots.has(id));
    if (unknown === undefined) return [];
    if (!objects.isPacked(unknown)) objects.has(unknown); // looks whether packs came since
    if (this.#packs !== objects.packs()) this.#absent.clear();
    this.#packs = objects.packs();
    return commits.filter((id) => !this.#isWhole(id, clone, trees));
  }

  #isWhole(id: CommitId, clone: KeptClone, trees: TreeCache): boolean {
    if (this.#roots.has(id)) return true;
    if (this.#absent.has(id)) return false;
    if (clone.objects.isPacked(id)) return this.root(id, clone, trees) !== undefined;
    this.#absent.add(id);
    return false;
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
