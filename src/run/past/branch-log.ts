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

/** The newest part of a log, before all of it is read: what is told there may be all that is asked for. */
export type NewestPart = Pick<BranchLog, 'line' | 'claims'>;

/**
 * @param since milliseconds since the epoch
 * @param seen is given the newest part first
 */
export async function readBranchLog(
  snapshot: Snapshot,
  since: number,
  seen?: (newest: NewestPart) => void,
): Promise<BranchLog> {
  const { branch, commit: head } = snapshot;
  const commits = await snapshot.history(since);
  const line = mainline(commits, head, branch);
  const claims = await readClaims(commits, branch, (releases) => seen?.({ line, claims: releases }));
  const byId = new LogIndex(commits);
  return {
    branch,
    head,
    commits,
    byId,
    line,
    bringers: bringers(byId, line),
    claims: claims.flatMap(({ releases }) => releases),
    others: claims.flatMap(({ others }) => others),
    unreadable: claims.flatMap(({ unreadable }) => unreadable),
  };
}

/** In turns: ten thousands of messages take a while, in which others want to work, and answers come in. */
async function readClaims(
  commits: readonly LoggedCommit[],
  branch: string,
  seen: (newest: Claims['releases']) => void,
): Promise<readonly Claims[]> {
  const claims: Claims[] = [];
  for (let from = 0; from < commits.length; from += commitsInTurn) {
    if (from === newestCommits) seen(claims.flatMap(({ releases }) => releases));
    if (from > 0) await nextTurn();
    claims.push(claimsOf(commits.slice(from, from + commitsInTurn), branch));
  }
  return claims;
}

async function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Some milliseconds. */
const commitsInTurn = 512;
/** As many turns. */
const newestCommits = 4 * commitsInTurn;

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
