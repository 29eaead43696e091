import type { Snapshot } from '../../git/repository.ts';
import { claimsOf, type Claims } from '../../release/claims.ts';
import { bringers, LogIndex, mainline, mainlineParents, type Bringers } from '../../release/first-parent.ts';
import type { CommitId, LoggedCommit } from '../../release/log.ts';

/** The log of a branch down to a horizon, with what its messages claim. */
export interface BranchLog {
  readonly branch: string;
  readonly head: CommitId;
  /** Newest first, children before their parents. */
  readonly commits: readonly LoggedCommit[];
  readonly byId: LogIndex;
  /** The commits that the branch has been at, in the same order. */
  readonly line: readonly LoggedCommit[];
  /** The commit of the line that brought each commit to the branch. */
  readonly bringers: Bringers;
  /** The records of this branch, in the order of the commits; whether they count is not looked at yet. */
  readonly claims: Claims['releases'];
  readonly others: Claims['others'];
  readonly unreadable: Claims['unreadable'];
}

/** @param since milliseconds since the epoch */
export async function readBranchLog(snapshot: Snapshot, since: number): Promise<BranchLog> {
  const { branch, commit: head } = snapshot;
  const commits = await snapshot.history(since);
  const line = mainline(commits, head, branch);
  const byId = new LogIndex(commits);
  const { releases: claims, others, unreadable } = claimsOf(commits, branch);
  return {
    branch,
    head,
    commits,
    byId,
    line,
    bringers: bringers(byId, line),
    claims,
    others,
    unreadable,
  };
}

/** The newest commits of the branch, as far as each has one commit before it. */
export function oneLine({ branch, line }: Pick<BranchLog, 'branch' | 'line'>): BranchLog['line'] {
  const end = line.findIndex((commit, place) => {
    const parents = mainlineParents(commit, branch);
    const next = line[place + 1];
    return parents.length > 1 || (next !== undefined && parents[0] !== next.id);
  });
  // The commit that ends it is still one of it.
  return end < 0 ? line : line.slice(0, end + 1);
}
