import type { CommitId, LoggedCommit } from './log.ts';

/**
 * The commits that the branch has been at, as far as git can tell, newest first: `head`, its first parent, and so on to the end of the
 * log. Where a person merged the branch into a copy of it (`git pull`, "Merge branch 'main' of ..."), the branch was at
 * the merged side: that side counts as well, or a pull would hide what was released and taken back before it.
 * @param branch name of the branch; without it only first parents count
 */
export function mainline(
  log: readonly LoggedCommit[],
  head: CommitId,
  branch?: string,
): readonly LoggedCommit[] {
  const byId = new Map(log.map((commit) => [commit.id, commit]));
  const line = new Set<LoggedCommit>();
  const open: CommitId[] = [head];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const commit = byId.get(id);
    // A set, so that a log that is no history (a cycle) ends as well.
    if (commit === undefined || line.has(commit)) continue;
    line.add(commit);
    open.push(...mainlineParents(commit, branch));
  }
  return line.size === 0 ? [] : log.filter((commit) => line.has(commit));
}

/** Where the branch was before this commit of its mainline. */
export function mainlineParents(commit: LoggedCommit, branch?: string): readonly CommitId[] {
  const isPull = commit.parents.length === 2 && branch !== undefined && mergedBranch(commit) === branch;
  return isPull ? commit.parents : commit.parents.slice(0, 1);
}

/**
 * For every commit reachable from the mainline: the commit of the mainline that brought it to the branch. A commit
 * of the mainline brought itself. Parents outside the log are passed over. Linear in commits and parents.
 * @param line as `mainline` gives it: newest first
 */
export function bringers(
  log: readonly LoggedCommit[],
  line: readonly LoggedCommit[],
): ReadonlyMap<CommitId, CommitId> {
  const byId = new Map(log.map((commit) => [commit.id, commit]));
  const brought = new Map<CommitId, CommitId>();
  // Oldest first: what an older commit of the mainline reached was there before the younger ones.
  for (const { id: bringer } of line.toReversed()) {
    const open: CommitId[] = [bringer];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      const commit = byId.get(id);
      if (commit === undefined || brought.has(id)) continue;
      brought.set(id, bringer);
      open.push(...commit.parents);
    }
  }
  return brought;
}

/** The branch that git's own subject of a merge says was merged, without its remote. */
function mergedBranch({ message }: LoggedCommit): string | undefined {
  const [, remote, name] =
    /^Merge (remote-tracking )?branch '([^'\n]{1,255})'(?: of [^\n]*)?(?: into [^\n]*)?(?:\n|$)/.exec(
      message,
    ) ?? [];
  return remote === undefined ? name : name?.replace(/^[^/]*\//, '');
}
