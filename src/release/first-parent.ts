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
  // Almost always one commit is wanted: that is compared, and in no set.
  let next: CommitId | undefined = head;
  const others = new Set<CommitId>();
  // Children stand before their parents: one pass finds them all.
  for (const commit of log) {
    if (commit.id === next) next = undefined;
    else if (others.size === 0 || !others.delete(commit.id)) continue;
    line.push(commit);
    for (const parent of mainlineParents(commit, branch)) {
      if (next === undefined) next = parent;
      else if (next !== parent) others.add(parent);
    }
  }
  return line;
}

/** Where the branch was before this commit of its mainline. */
export function mainlineParents(commit: LoggedCommit, branch?: string): readonly CommitId[] {
  if (commit.parents.length < 2) return commit.parents;
  const isPull = commit.parents.length === 2 && branch !== undefined && mergedBranch(commit) === branch;
  return isPull ? commit.parents : commit.parents.slice(0, 1);
}

/** The commits of a log by their ids. */
export class LogIndex {
  readonly log: readonly LoggedCommit[];
  readonly #places: ReadonlyMap<CommitId, number>;

  constructor(log: readonly LoggedCommit[]) {
    const places = new Map<CommitId, number>();
    for (let place = 0; place < log.length; place++) {
      const id = log[place]?.id;
      if (id !== undefined) places.set(id, place);
    }
    this.log = log;
    this.#places = places;
  }

  /** Where it stands in the log. */
  placeOf(id: CommitId): number | undefined {
    return this.#places.get(id);
  }

  get(id: CommitId): LoggedCommit | undefined {
    const place = this.#places.get(id);
    return place === undefined ? undefined : this.log[place];
  }

  has(id: CommitId): boolean {
    return this.#places.has(id);
  }
}

/** The commit of the mainline that brought a commit to the branch; `undefined` for those that are not reachable from it. */
export type Bringers = Pick<ReadonlyMap<CommitId, CommitId>, 'get'>;

/**
 * For every commit reachable from the mainline: the commit of the mainline that brought it to the branch. A commit
 * of the mainline brought itself. Parents outside the log are passed over. Linear in commits and parents.
 * @param line as `mainline` gives it of the same log: newest first
 */
export function bringers(index: LogIndex, line: readonly LoggedCommit[]): Bringers {
  const { log } = index;
  /** Of each commit of the log: where its bringer stands. */
  const brought = new Int32Array(log.length).fill(none);
  for (let place = 0, next = 0; place < log.length; place++)
    if (log[place] === line[next]) {
      brought[place] = place;
      next++;
    }
  const open: CommitId[] = [];
  // Oldest first: what an older commit of the mainline reached was there before the younger ones. Most have nothing beside the mainline.
  let before: CommitId | undefined;
  for (const { id: bringer, parents } of line.toReversed()) {
    for (const parent of parents) if (parent !== before) open.push(parent);
    before = bringer;
    if (open.length === 0) continue;
    const bringerPlace = index.placeOf(bringer) ?? none;
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      const place = index.placeOf(id);
      if (place === undefined || brought[place] !== none) continue;
      brought[place] = bringerPlace;
      for (const parent of log[place]?.parents ?? []) open.push(parent);
    }
  }
  return {
    get: (id) => {
      const place = index.placeOf(id);
      return place === undefined ? undefined : log[brought[place] ?? none]?.id;
    },
  };
}

const none = -1;

/** The branch that git's own subject of a merge says was merged, without its remote. */
function mergedBranch({ message }: LoggedCommit): string | undefined {
  const [, remote, name] =
    /^Merge (remote-tracking )?branch '([^'\n]{1,255})'(?: of [^\n]*)?(?: into [^\n]*)?(?:\n|$)/.exec(
      message,
    ) ?? [];
  return remote === undefined ? name : name?.replace(/^(?:refs\/remotes\/)?[^/]*\//, '');
}
