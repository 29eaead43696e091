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
  readonly parents: Node[];
  /** That are not in the result yet. */
  children: number;
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
  // A log has commits by the ten thousands: each is looked up once, and has its parents at hand when it is put in order.
  const nodes = new Map<CommitId, Node | 'older'>();
  const incomplete = new Set<LoggedCommit>();
  const open: Node[] = [];
  const reach = (id: CommitId): Node | 'older' | undefined => {
    const known = nodes.get(id);
    if (known !== undefined) return known;
    const commit = lookup(id);
    if (commit === undefined) return undefined;
    const node = commit.committedAt < since ? 'older' : { commit, parents: [], children: 0 };
    nodes.set(id, node);
    if (node !== 'older') open.push(node);
    return node;
  };
  const first = reach(tip);
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const id of distinct(node.commit.parents)) {
      const parent = reach(id);
      if (parent === undefined) incomplete.add(node.commit);
      if (parent === undefined || parent === 'older') continue;
      parent.children++;
      node.parents.push(parent);
    }
  }
  const commits = first === undefined || first === 'older' ? [] : ordered(first);
  return { commits, incomplete: [...incomplete] };
}

/** Almost every commit has one parent: no set is made for that. */
function distinct(ids: readonly CommitId[]): Iterable<CommitId> {
  return ids.length < 2 ? ids : new Set(ids);
}

/** Kahn's order, the newest of what is free first. At first that is the tip alone, as all others were reached from it. */
function ordered(tip: Node): LoggedCommit[] {
  const free = new NewestFirst();
  free.push(tip);
  const result: LoggedCommit[] = [];
  for (let node = free.pop(); node !== undefined; node = free.pop()) {
    result.push(node.commit);
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
