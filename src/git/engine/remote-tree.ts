import type { Failure } from '../../core/failure.ts';
import type { CommitId } from '../../release/log.ts';
import type { Tree, TreeEntry } from '../../tree/tree.ts';
import type { ObjectId } from './object-id.ts';
import type { GitTree } from './git-tree.ts';

/** What the tree asks of its repository. */
export interface TreeOwner {
  /** Whether all files of a commit are known to be here. */
  isWhole(commit: CommitId): boolean;
  /** Makes files ready to read: fetches those that are not here. */
  bringFiles(files: readonly { readonly commit: CommitId; readonly id: ObjectId }[]): Promise<void>;
  /** Does work with what is in the clone; damage that it meets is remembered, and told. */
  watch<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** A tree of the kept clone: what is missing is fetched in one request, and damage is told to the repository. */
export class RemoteTree implements Tree {
  readonly #tree: GitTree;
  readonly #commit: CommitId;
  readonly #owner: TreeOwner;

  constructor(tree: GitTree, commit: CommitId, owner: TreeOwner) {
    this.#tree = tree;
    this.#commit = commit;
    this.#owner = owner;
  }

  async list(): Promise<readonly TreeEntry[]> {
    return this.#owner.watch(() => this.#tree.list());
  }

  async entry(path: string): Promise<TreeEntry | undefined> {
    return this.#owner.watch(() => this.#tree.entry(path));
  }

  async read<Entry extends TreeEntry>(
    entries: readonly Entry[],
    visit: (entry: Entry, bytes: Uint8Array) => void,
    tooLarge?: (entry: Entry, failure: Failure) => void,
  ): Promise<void> {
    const commit = this.#commit;
    if (!this.#owner.isWhole(commit)) await this.#owner.bringFiles(entries.map(({ id }) => ({ commit, id })));
    await this.#owner.watch(() => this.#tree.read(entries, visit, tooLarge));
  }

  async changesFrom(other: RemoteTree, most: number): Promise<readonly string[] | undefined> {
    return this.#owner.watch(() => this.#tree.changesFrom(other.#tree, most));
  }
}
