import { Failure } from '../../core/failure.ts';
import type { CommitId } from '../../release/log.ts';
import type { Tree, TreeEntry } from '../../tree/tree.ts';
import type { ObjectId } from './object-id.ts';
import type { GitTree } from './git-tree.ts';

/** What the tree asks of its repository. */
export interface TreeOwner {
  /** Makes these files of a commit ready to read: fetches those that are not here. */
  bringBlobs(commit: CommitId, ids: readonly ObjectId[]): Promise<void>;
  /** The kept clone turned out to be damaged. */
  reportDamage(error: Failure): Failure;
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
    return this.#watch(() => this.#tree.list());
  }

  async entry(path: string): Promise<TreeEntry | undefined> {
    return this.#watch(() => this.#tree.entry(path));
  }

  async read(
    entries: readonly TreeEntry[],
    visit: (entry: TreeEntry, bytes: Uint8Array) => void,
    tooLarge?: (entry: TreeEntry, failure: Failure) => void,
  ): Promise<void> {
    await this.#owner.bringBlobs(
      this.#commit,
      entries.map((entry) => entry.id),
    );
    await this.#watch(() => this.#tree.read(entries, visit, tooLarge));
  }

  async changesFrom(other: RemoteTree, most: number): Promise<readonly string[] | undefined> {
    return this.#watch(() => this.#tree.changesFrom(other.#tree, most));
  }

  async #watch<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw error instanceof Failure && error.code === 'corrupt' ? this.#owner.reportDamage(error) : error;
    }
  }
}
