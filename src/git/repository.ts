import type { CommitId, LoggedCommit, Person } from '../release/log.ts';
import type { Tree } from '../tree/tree.ts';

/** The branch as it was at one moment. It pins the objects that it reads. */
export interface Snapshot {
  readonly branch: string;
  readonly commit: CommitId;
  readonly tree: Tree;
  /**
   * All commits reachable from `commit`, over all parents, down to those committed before `since` (milliseconds since
   * the epoch), newest first by commit date, children before their parents.
   */
  history(since: number): Promise<readonly LoggedCommit[]>;
  /** Makes the trees (not the blobs) of these commits ready to read, in one fetch; `at` is then local. */
  prepare(commits: readonly CommitId[]): Promise<void>;
  /** Makes files of these commits ready to read, in one fetch; `id` as the commit's tree gives it. */
  prepareFiles(files: readonly { readonly commit: CommitId; readonly id: string }[]): Promise<void>;
  /** The paths of files that are not the same in two commits of this history; `undefined` where they are more than `most`. */
  changes(newer: CommitId, older: CommitId, most: number): Promise<readonly string[] | undefined>;
  /** The bytes of commits of this history, for their signatures; those that are older than what `history` gave may be missing. */
  commitBytes(commits: readonly CommitId[]): Promise<ReadonlyMap<CommitId, Uint8Array>>;
  /** The tree of another commit of this history; fetches what is missing. */
  at(commit: CommitId): Promise<Tree>;
}

/** One file of a commit: its whole new content. */
export interface FileChange {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** `true`: the file must not be in the tree before it; its folders are made. Default: it must be there. */
  readonly create?: boolean;
}

export interface CommitDraft {
  /** None: a commit that only tells something, such as the lift of a rejection. */
  readonly changes: readonly FileChange[];
  readonly message: string;
  /** Default: the repository's configured author. The committer is always the bot. */
  readonly author?: Person;
}

export type Publication =
  | { readonly kind: 'pushed'; readonly commits: readonly CommitId[] }
  /**
   * Somebody else pushed first: sync, recompute, try again. Nothing was written. `locked`: the branch may not have moved, but somebody
   * holds its lock, or left it behind; in the words of who says so.
   */
  | { readonly kind: 'raced'; readonly locked?: string }
  /** The server said no, in its own words; trying again changes nothing. */
  | { readonly kind: 'refused'; readonly words: string };

/** Port: one branch of one config repository (architecture.md, idea 5). */
export interface ConfigRepository {
  /** The name given in tallyman.yaml. */
  readonly name: string;
  /**
   * Looks at the remote. An unchanged branch costs one ref listing and gives the same Snapshot object again. `signal` also stops what is
   * asked of the snapshot until the next sync.
   * @throws Failure `unreachable`, `timeout`, `auth-failed`, `forbidden`, `not-found` (repository or branch), `bad-answer`
   */
  sync(signal?: AbortSignal): Promise<Snapshot>;
  /**
   * Commits the drafts one after another on top of `base`, signs each, and pushes them in one push, on condition that the branch still
   * is at `base.commit`. Never forces. Throws a Failure as `sync` does; then it is not known whether the push arrived, and `sync` tells.
   */
  publish(base: Snapshot, drafts: readonly CommitDraft[], signal?: AbortSignal): Promise<Publication>;
  close(): Promise<void>;
}
