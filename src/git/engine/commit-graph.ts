import type { CommitId, LoggedCommit } from '../../release/log.ts';

type Linked = Pick<LoggedCommit, 'id' | 'parents' | 'committedAt'>;

export interface Walk<Commit> {
  /** Newest first by commit date, children before their parents. */
  readonly commits: readonly Commit[];
  /** Commits in it with a parent that is not known. */
  readonly incomplete: readonly Commit[];
}

/**
 * A clock that went wrong, or a rebase that kept its dates, puts old commits upon young ones. So many in a row hide nothing that is behind them: what was taken back
 * there would be released again.
 */
export const mostOlderInARow = 256;

/**
 * Commits, each with its parents at hand: a log has them by the ten thousands, and is walked anew for each new one. Whatever is named as a parent has its place here before it
 * comes, as children come first.
 */
export class CommitGraph<Commit extends Linked> {
  readonly #nodes = new Map<CommitId, Node<Commit>>();
  readonly #load: (id: CommitId) => Commit | undefined;
  #walks = 0;

  /** @param load finds commits that were not added */
  constructor(load: (id: CommitId) => Commit | undefined) {
    this.#load = load;
  }

  add(commit: Commit): void {
    const node = this.#place(commit.id);
    if (node.commit === undefined) this.#fill(node, commit);
  }

  delete(id: CommitId): void {
    const node = this.#nodes.get(id);
    if (node === undefined) return;
    node.commit = undefined;
    node.parents = [];
  }

  clear(): void {
    this.#nodes.clear();
  }

  get(id: CommitId): Commit | undefined {
    const known = this.known(id);
    if (known !== undefined) return known;
    const commit = this.#load(id);
    if (commit !== undefined) this.#fill(this.#place(id), commit);
    return commit;
  }

  /** Of those that were added, or loaded before. */
  known(id: CommitId): Commit | undefined {
    return this.#nodes.get(id)?.commit;
  }

  /**
   * All commits reachable from `tip` over all parents, down to those committed before `since` (milliseconds since the
   * epoch), behind which nothing younger is found within `mostOlderInARow` commits.
   */
  walk(tip: CommitId, since: number): Walk<Commit> {
    const walk = ++this.#walks;
    const incomplete = new Set<Commit>();
    const open: Node<Commit>[] = [];
    /** @returns whether it is known */
    const reach = (node: Node<Commit>, older: number): boolean => {
      const commit = node.commit ?? this.get(node.id);
      if (commit === undefined) return false;
      if (node.walk !== walk) node.begin(walk);
      else if (node.older === 0) return true;
      const row = node.committedAt < since ? older + 1 : 0;
      if (row >= node.older) return true;
      node.older = row;
      if (row <= mostOlderInARow) open.push(node);
      return true;
    };
    const first = this.#place(tip);
    const isKnown = reach(first, 0);
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      // One that was opened already is nearer now: more of what is behind it is reached.
      const isNew = !node.isOpened;
      node.isOpened = true;
      for (const parent of node.parents) {
        if (!reach(parent, node.older)) {
          if (node.commit !== undefined) incomplete.add(node.commit);
        } else if (isNew) parent.children++;
      }
    }
    return { commits: isKnown ? withoutOldest(ordered(first)) : [], incomplete: [...incomplete] };
  }

  #fill(node: Node<Commit>, commit: Commit): void {
    node.commit = commit;
    node.committedAt = commit.committedAt;
    const { parents } = commit;
    // Almost every commit has one parent: no set is made for that.
    const ids = parents.length < 2 ? parents : [...new Set(parents)];
    node.parents = ids.map((id) => this.#place(id));
  }

  #place(id: CommitId): Node<Commit> {
    let node = this.#nodes.get(id);
    if (node === undefined) this.#nodes.set(id, (node = new Node(id)));
    return node;
  }
}

class Node<Commit extends Linked> {
  readonly id: CommitId;
  /** `undefined`: it is not known, or not yet. */
  commit: Commit | undefined = undefined;
  /** Of a commit that is known. */
  committedAt = 0;
  /** Each once; of a commit that is known. */
  parents: readonly Node<Commit>[] = [];
  /** The walk of which the rest tells. */
  walk = 0;
  /** Children that are not in the result yet. */
  children = 0;
  /** Commits in a row, down to this one, that are older than what is wanted; on the shortest way to it. */
  older = unreached;
  /** Whether its parents were reached. */
  isOpened = false;

  constructor(id: CommitId) {
    this.id = id;
  }

  begin(walk: number): void {
    this.walk = walk;
    this.children = 0;
    this.older = unreached;
    this.isOpened = false;
  }
}

/** More than a log has, and a small integer to the engine. */
const unreached = 2 ** 30;

/** Without the older ones that have nothing younger behind them. */
function withoutOldest<Commit extends Linked>(found: readonly Node<Commit>[]): readonly Commit[] {
  const hiding = new Set<Node<Commit>>();
  for (let at = found.length - 1; at >= 0; at--) {
    const node = found[at];
    if (node === undefined || node.older === 0 || !node.isOpened) continue;
    if (node.parents.some((parent) => isYoung(parent, node) || hiding.has(parent))) hiding.add(node);
  }
  const commits: Commit[] = [];
  for (const node of found)
    if (node.commit !== undefined && (node.older === 0 || hiding.has(node))) commits.push(node.commit);
  return commits;
}

/** Of a parent that may not be known. */
function isYoung<Commit extends Linked>(parent: Node<Commit>, child: Node<Commit>): boolean {
  return parent.walk === child.walk && parent.older === 0;
}

/** Kahn's order, the newest of what is free first. At first that is the tip alone, as all others were reached from it. */
function ordered<Commit extends Linked>(tip: Node<Commit>): Node<Commit>[] {
  const free = new NewestFirst<Commit>();
  free.push(tip);
  const result: Node<Commit>[] = [];
  for (let node = free.pop(); node !== undefined; node = free.pop()) {
    result.push(node);
    if (!node.isOpened) continue;
    for (const parent of node.parents)
      if (parent.walk === node.walk && --parent.children === 0) free.push(parent);
  }
  return result;
}

/** A binary heap by commit date. */
class NewestFirst<Commit extends Linked> {
  readonly #heap: Node<Commit>[] = [];

  push(node: Node<Commit>): void {
    const heap = this.#heap;
    const { committedAt } = node;
    let at = heap.push(node) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const above = heap[up];
      if (above === undefined || above.committedAt >= committedAt) break;
      heap[at] = above;
      at = up;
    }
    heap[at] = node;
  }

  pop(): Node<Commit> | undefined {
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
