import type { Snapshot } from '../../git/repository.ts';
import type { CommitId, LoggedCommit } from '../../release/log.ts';
import type { Tree } from '../../tree/tree.ts';

/**
 * A snapshot that remembers why its log could not be read: no field of the branch has a past then (product.md, 6.1), and what was made of the
 * snapshot may go on saying so.
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

  /** Of the last time that the log was asked for; `undefined` where it was read, or nobody asked. */
  get unread(): { readonly error: unknown } | undefined {
    return this.#unread;
  }

  async history(since: number): Promise<readonly LoggedCommit[]> {
    try {
      const commits = await this.#snapshot.history(since);
      this.#unread = undefined;
      return commits;
    } catch (error) {
      this.#unread = { error };
      throw error;
    }
  }

  async prepare(commits: readonly CommitId[]): Promise<void> {
    return this.#snapshot.prepare(commits);
  }

  async prepareFiles(files: readonly { readonly commit: CommitId; readonly id: string }[]): Promise<void> {
    return this.#snapshot.prepareFiles(files);
  }

  async changes(newer: CommitId, older: CommitId, most: number): Promise<readonly string[] | undefined> {
    return this.#snapshot.changes(newer, older, most);
  }

  async commitBytes(commits: readonly CommitId[]): Promise<ReadonlyMap<CommitId, Uint8Array>> {
    return this.#snapshot.commitBytes(commits);
  }

  async at(commit: CommitId): Promise<Tree> {
    return this.#snapshot.at(commit);
  }
}
