import type { CommitId, LoggedCommit } from '../../release/log.ts';

export interface Walk {
  /** Newest first by commit date, children before their parents. */
  readonly commits: readonly LoggedCommit[];
  /** Commits in it with a parent that `lookup` does not know. */
  readonly incomplete: readonly LoggedCommit[];
}

/**
 * All commits reachable from `tip` over all parents, down to those committed before `since` (milliseconds since the
 * epoch); an older commit also hides what is behind it.
 */
export function walkCommits(
  tip: CommitId,
  since: number,
  lookup: (id: CommitId) => LoggedCommit | undefined,
): Walk {
  const found = new Map<CommitId, LoggedCommit>();
  const children = new Map<CommitId, number>();
  const incomplete = new Set<LoggedCommit>();
  const open: LoggedCommit[] = [];
  const first = lookup(tip);
  if (first !== undefined && first.committedAt >= since) open.push(first);
  for (let commit = open.pop(); commit !== undefined; commit = open.pop()) {
    if (found.has(commit.id)) continue;
    found.set(commit.id, commit);
    for (const id of distinct(commit.parents)) {
      children.set(id, (children.get(id) ?? 0) + 1);
      if (found.has(id)) continue;
      const parent = lookup(id);
      if (parent === undefined) incomplete.add(commit);
      else if (parent.committedAt >= since) open.push(parent);
    }
  }
  return { commits: ordered(found, children), incomplete: [...incomplete] };
}

/** Almost every commit has one parent: no set is made for that. */
function distinct(ids: readonly CommitId[]): Iterable<CommitId> {
  return ids.length < 2 ? ids : new Set(ids);
}

/** Kahn's order, the newest of what is free first. */
function ordered(
  found: ReadonlyMap<CommitId, LoggedCommit>,
  children: Map<CommitId, number>,
): LoggedCommit[] {
  const free = new NewestFirst();
  for (const commit of found.values()) if ((children.get(commit.id) ?? 0) === 0) free.push(commit);
  const result: LoggedCommit[] = [];
  for (let commit = free.pop(); commit !== undefined; commit = free.pop()) {
    result.push(commit);
    for (const id of distinct(commit.parents)) {
      const left = (children.get(id) ?? 1) - 1;
      children.set(id, left);
      const parent = found.get(id);
      if (left === 0 && parent !== undefined) free.push(parent);
    }
  }
  return result;
}

/** A binary heap by commit date. */
class NewestFirst {
  readonly #heap: LoggedCommit[] = [];

  push(commit: LoggedCommit): void {
    const heap = this.#heap;
    let at = heap.push(commit) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const above = heap[up];
      if (above === undefined || above.committedAt >= commit.committedAt) break;
      heap[at] = above;
      at = up;
    }
    heap[at] = commit;
  }

  pop(): LoggedCommit | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      const goRight = right !== undefined && left !== undefined && right.committedAt > left.committedAt;
      const below = goRight ? right : left;
      if (below === undefined || below.committedAt <= last.committedAt) break;
      heap[at] = below;
      at = 2 * at + (goRight ? 2 : 1);
    }
    heap[at] = last;
    return top;
  }
}
