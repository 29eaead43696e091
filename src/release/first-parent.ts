import type { CommitId, LoggedCommit } from './log.ts';

/**
 * The commits that the branch has been at, as far as git can tell, newest first: `head`, its first parent, and so on to the end of the
 * log. Where a person merged the branch into a copy of it (`git pull`, "Merge branch 'main' of ..."), the branch was at
 * the merged side: that side counts as well, or a pull would hide what was released and taken back before it.
 * @param log children before their parents
 * @param branch name of the branch; without it only first parents count
 */
export function mainline(
  log: readonly LoggedCommit[],
  head: CommitId,
  branch?: string,
): readonly LoggedCommit[] {
  const line: LoggedCommit[] = [];
  const wanted = new Set<CommitId>([head]);
  // Children stand before their parents: one pass finds them all.
  for (const commit of log) {
    if (!wanted.delete(commit.id)) continue;
    line.push(commit);
    for (const parent of mainlineParents(commit, branch)) wanted.add(parent);
  }
  return line;
}

/** Where the branch was before this commit of its mainline. */
export function mainlineParents(commit: LoggedCommit, branch?: string): readonly CommitId[] {
  if (commit.parents.length < 2) return commit.parents;
  const isPull = commit.parents.length === 2 && branch !== undefined && mergedBranch(commit) === branch;
  return isPull ? commit.parents : commit.parents.slice(0, 1);
}

/** The commit of the mainline that brought a commit to the branch; `undefined` for those that are not reachable from it. */
export type Bringers = Pick<ReadonlyMap<CommitId, CommitId>, 'get'>;

/**
 * For every commit reachable from the mainline: the commit of the mainline that brought it to the branch. A commit
 * of the mainline brought itself. Parents outside the log are passed over. Linear in commits and parents.
 * @param line as `mainline` gives it: newest first
 */
export function bringers(byId: ReadonlyMap<CommitId, LoggedCommit>, line: readonly LoggedCommit[]): Bringers {
  const own = new Set(line.map(({ id }) => id));
  const brought = new Map<CommitId, CommitId>();
  const open: CommitId[] = [];
  // Oldest first: what an older commit of the mainline reached was there before the younger ones. Most have nothing beside the mainline.
  for (const { id: bringer, parents } of line.toReversed()) {
    for (const parent of parents) open.push(parent);
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      const commit = own.has(id) || brought.has(id) ? undefined : byId.get(id);
      if (commit === undefined) continue;
      brought.set(id, bringer);
      for (const parent of commit.parents) open.push(parent);
    }
  }
  return { get: (id) => (own.has(id) ? id : brought.get(id)) };
}

/** The branch that git's own subject of a merge says was merged, without its remote. */
function mergedBranch({ message }: LoggedCommit): string | undefined {
  const [, remote, name] =
    /^Merge (remote-tracking )?branch '([^'\n]{1,255})'(?: of [^\n]*)?(?: into [^\n]*)?(?:\n|$)/.exec(
      message,
    ) ?? [];
  return remote === undefined ? name : name?.replace(/^[^/]*\//, '');
}
