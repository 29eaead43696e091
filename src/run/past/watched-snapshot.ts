import type { Snapshot } from '../../git/repository.ts';
import type { CommitId, LoggedCommit } from '../../release/log.ts';
import type { Tree } from '../../tree/tree.ts';

/**
 * A snapshot that remembers why something of its past could not be read: that is the repository's failure, and no image's; and what was made of the snapshot may go on
 * saying so.
 */
export class WatchedSnapshot implements Snapshot {
  readonly branch: string;
  readonly commit: CommitId;
  readonly tree: Tree;
  readonly #snapshot: Snapshot;
  #unread: { readonly error: unknown } | undefined;

  constructor(snapshot: Snapshot) {
    this.branch = snapshot.branch;
    this.commit = snapshot.commit;
    this.tree = snapshot.tree;
    this.#snapshot = snapshot;
  }

  /** Of the first that could not be read; `undefined` where all of it was. */
  get unread(): { readonly error: unknown } | undefined {
    return this.#unread;
  }

  async history(since: number): Promise<readonly LoggedCommit[]> {
    return this.#watch(async () => this.#snapshot.history(since));
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
      this.#unread ??= { error };
      throw error;
    }
  }
}
