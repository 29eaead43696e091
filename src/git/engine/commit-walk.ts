import type { CommitId, LoggedCommit } from '../../release/log.ts';

export interface Walk {
  /** Newest first by commit date, children before their parents. */
  readonly commits: readonly LoggedCommit[];
  /** Commits in it with a parent that `lookup` does not know. */
  readonly incomplete: readonly LoggedCommit[];
}

/** A commit that was reached, with those of its parents that were. */
interface Node {
  readonly commit: LoggedCommit;
  parents: Node[];
  /** That are not in the result yet. */
  children: number;
  /** Commits in a row, down to this one, that are older than what is wanted; on the shortest way to it. */
  older: number;
  isOpened: boolean;
}

/**
 * A clock that went wrong, or a rebase that kept its dates, puts old commits upon young ones. So many in a row hide nothing that is behind them: what was taken back
 * there would be released again.
 */
export const mostOlderInARow = 256;

/**
 * All commits reachable from `tip` over all parents, down to those committed before `since` (milliseconds since the
 * epoch), behind which nothing younger is found within `mostOlderInARow` commits.
 */
export function walkCommits(
  tip: CommitId,
  since: number,
  lookup: (id: CommitId) => LoggedCommit | undefined,
): Walk {
  // A log has commits by the ten thousands: each is looked up once, and has its parents at hand when it is put in order.
  const nodes = new Map<CommitId, Node>();
  const incomplete = new Set<LoggedCommit>();
  const open: Node[] = [];
  const reach = (id: CommitId, older: number): Node | undefined => {
    const known = nodes.get(id);
    if (known?.older === 0) return known;
    const commit = known?.commit ?? lookup(id);
    if (commit === undefined) return undefined;
    const row = commit.committedAt < since ? older + 1 : 0;
    const node = known ?? { commit, parents: [], children: 0, older: Infinity, isOpened: false };
    if (known === undefined) nodes.set(id, node);
    if (row >= node.older) return node;
    node.older = row;
    if (row <= mostOlderInARow) open.push(node);
    return node;
  };
  const first = reach(tip, 0);
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    // One that was opened already is nearer now: more of what is behind it is reached.
    const isNew = !node.isOpened;
    node.isOpened = true;
    for (const id of distinct(node.commit.parents)) {
      const parent = reach(id, node.older);
      if (parent === undefined) incomplete.add(node.commit);
      if (parent === undefined || !isNew) continue;
      parent.children++;
      // An array that grows takes room for many, and almost every commit has one parent.
      if (node.parents.length === 0) node.parents = [parent];
      else node.parents.push(parent);
    }
  }
  const found = first === undefined ? [] : ordered(first);
  return { commits: withoutOldest(found), incomplete: [...incomplete] };
}

/** Without the older ones that have nothing younger behind them. */
function withoutOldest(found: readonly Node[]): readonly LoggedCommit[] {
  const hiding = new Set<Node>();
  for (const node of found.toReversed())
    if (node.older > 0 && node.parents.some((parent) => parent.older === 0 || hiding.has(parent)))
      hiding.add(node);
  const commits: LoggedCommit[] = [];
  for (const node of found) if (node.older === 0 || hiding.has(node)) commits.push(node.commit);
  return commits;
}

/** Almost every commit has one parent: no set is made for that. */
function distinct(ids: readonly CommitId[]): Iterable<CommitId> {
  return ids.length < 2 ? ids : new Set(ids);
}

/** Kahn's order, the newest of what is free first. At first that is the tip alone, as all others were reached from it. */
function ordered(tip: Node): Node[] {
  const free = new NewestFirst();
  free.push(tip);
  const result: Node[] = [];
  for (let node = free.pop(); node !== undefined; node = free.pop()) {
    result.push(node);
    for (const parent of node.parents) if (--parent.children === 0) free.push(parent);
  }
  return result;
}

/** A binary heap by commit date. */
class NewestFirst {
  readonly #heap: Node[] = [];

  push(node: Node): void {
    const heap = this.#heap;
    const { committedAt } = node.commit;
    let at = heap.push(node) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const above = heap[up];
      if (above === undefined || above.commit.committedAt >= committedAt) break;
      heap[at] = above;
      at = up;
    }
    heap[at] = node;
  }

  pop(): Node | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      const goRight =
        right !== undefined && left !== undefined && right.commit.committedAt > left.commit.committedAt;
      const below = goRight ? right : left;
      if (below === undefined || below.commit.committedAt <= last.commit.committedAt) break;
      heap[at] = below;
      at = 2 * at + (goRight ? 2 : 1);
    }
    heap[at] = last;
    return top;
  }
}
