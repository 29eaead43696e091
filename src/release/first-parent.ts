import type { CommitId, LoggedCommit } from './log.ts';

/** The commits of the branch itself: `head`, its first parent, and so on to the end of the log. Newest first. */
export function firstParentChain(log: readonly LoggedCommit[], head: CommitId): LoggedCommit[] {
  return chainOf(indexById(log), head);
}

/**
 * For every commit reachable from `head`: the commit of the first-parent chain that brought it to the branch. A commit
 * of the chain brought itself. Parents outside the log are passed over. Linear in commits and parents.
 */
export function bringers(log: readonly LoggedCommit[], head: CommitId): ReadonlyMap<CommitId, CommitId> {
  const byId = indexById(log);
  const brought = new Map<CommitId, CommitId>();
  // Oldest first: what an older commit of the chain reached was there before the younger ones.
  for (const { id: bringer } of chainOf(byId, head).toReversed()) {
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

function indexById(log: readonly LoggedCommit[]): ReadonlyMap<CommitId, LoggedCommit> {
  return new Map(log.map((commit) => [commit.id, commit]));
}

function chainOf(byId: ReadonlyMap<CommitId, LoggedCommit>, head: CommitId): LoggedCommit[] {
  const chain = new Set<LoggedCommit>();
  let commit = byId.get(head);
  // A set, so that a log that is no history (a cycle) ends as well.
  while (commit !== undefined && !chain.has(commit)) {
    chain.add(commit);
    const [first] = commit.parents;
    commit = first === undefined ? undefined : byId.get(first);
  }
  return [...chain];
}
