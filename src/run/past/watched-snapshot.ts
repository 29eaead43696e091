import type { Failure } from '../../core/failure.ts';
import type { Snapshot } from '../../git/repository.ts';
import type { CommitId, LoggedCommit } from '../../release/log.ts';
import type { Tree } from '../../tree/tree.ts';

/**
 * A snapshot that knows what of its past could not be read: that is the repository's failure, and no image's; and what was made of the snapshot may go on saying so.
 * Without the log no field of the branch has a past (product.md, 6.1); without old folders or files it is only those that asked for them.
 */
export class WatchedSnapshot implements Snapshot {
  readonly branch: string;
  readonly commit: CommitId;
  readonly tree: Tree;
  readonly #snapshot: Snapshot;
  #unread: { readonly error: unknown } | undefined;
  readonly #errors = new Set<unknown>();

  constructor(snapshot: Snapshot) {
    this.branch = snapshot.branch;
    this.commit = snapshot.commit;
    this.tree = snapshot.tree;
    this.#snapshot = snapshot;
  }

  /** Why the log could not be read, the last time that it was asked for; `undefined` where it was, or nobody asked. */
  get unread(): { readonly error: unknown } | undefined {
    return this.#unread;
  }

  /** Whether anything could not be read. */
  get isBroken(): boolean {
    return this.#errors.size > 0;
  }

  /** Whether a failure comes from here. */
  failedWith(failure: Failure): boolean {
    return this.#errors.has(failure) || this.#errors.has(failure.cause);
  }

  async history(since: number): Promise<readonly LoggedCommit[]> {
    try {
      const commits = await this.#watch(async () => this.#snapshot.history(since));
      this.#unread = undefined;
      return commits;
    } catch (error) {
      this.#unread = { error };
      throw error;
    }
  }

  async prepare(commits: readonly CommitId[]): Promise<void> {
    return this.#watch(async () => this.#snapshot.prepare(commits));
  }

  async prepareFiles(files: readonly { readonly commit: CommitId; readonly id: string }[]): Promise<void> {
    return this.#watch(async () => this.#snapshot.prepareFiles(files));
  }

  async changes(newer: CommitId, older: CommitId, most: number): Promise<readonly string[] | undefined> {
    return this.#watch(async () => this.#snapshot.changes(newer, older, most));
  }

  async commitBytes(commits: readonly CommitId[]): Promise<ReadonlyMap<CommitId, Uint8Array>> {
    return this.#watch(async () => this.#snapshot.commitBytes(commits));
  }

  async at(commit: CommitId): Promise<Tree> {
    return this.#watch(async () => this.#snapshot.at(commit));
  }

  async #watch<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      this.#errors.add(error);
      throw error;
    }
  }
}
