import type { CommitId, LoggedCommit } from '../../release/log.ts';
import { mostOlderInARow } from './commit-graph.ts';

type Commit = Pick<LoggedCommit, 'id' | 'parents' | 'committedAt'>;

/** Knows of a history that arrives whether all of it is here: every commit that a walk of `CommitGraph` would look for from those that are wanted. */
export class ExpectedCommits {
  readonly #since: number;
  readonly #ends: ReadonlySet<CommitId>;
  readonly #find: (id: CommitId) => Commit | undefined;
  /** With the number of older commits in a row before each. */
  readonly #missing: Map<CommitId, number>;
  readonly #older: Commit[] = [];
  /** The number of older ones in a row down to each that was reached. */
  readonly #rows = new Map<CommitId, number>();
  /** Those that were not looked at yet: where all of a pack is wanted, nobody asks. */
  #seen: Commit[] = [];

  /**
   * @param since milliseconds since the epoch
   * @param find what is here, also of the commits that were seen
   * @param ends commits whose parents the server leaves out
   */
  constructor(
    wanted: readonly CommitId[],
    since: number,
    find: (id: CommitId) => Commit | undefined,
    ends: readonly CommitId[] = [],
  ) {
    this.#ends = new Set(ends);
    this.#missing = new Map(wanted.map((id) => [id, 0]));
    this.#since = since;
    this.#find = find;
  }

  /** Of a commit that arrived. */
  see(commit: Commit): void {
    if (commit.committedAt < this.#since) this.#older.push(commit);
    this.#seen.push(commit);
  }

  /** Those that came and are older than what is wanted. */
  get older(): readonly Commit[] {
    return this.#older;
  }

  get areHere(): boolean {
    for (const { id, committedAt, parents } of this.#seen) {
      const row = this.#missing.get(id);
      this.#missing.delete(id);
      if (this.#ends.has(id)) continue;
      if (committedAt >= this.#since) for (const parent of parents) this.#expect(parent, 0);
      else if (row !== undefined) this.#expect(id, row);
    }
    this.#seen = [];
    return this.#missing.size === 0;
  }

  /** Those of them whose parents are not here: they are older. */
  edge(): readonly CommitId[] {
    return this.#older
      .filter(({ parents }) => !parents.every((id) => this.#find(id) !== undefined))
      .map(({ id }) => id);
  }

  /** @param before older commits in a row before it */
  #expect(first: CommitId, before: number): void {
    const open = [{ id: first, row: before + 1 }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { id, row } = next;
      const commit = this.#find(id);
      if (commit === undefined) this.#missing.set(id, Math.min(row - 1, this.#missing.get(id) ?? Infinity));
      // What is younger expects its own parents, or was expected before.
      if (commit === undefined || commit.committedAt >= this.#since) continue;
      if (row >= (this.#rows.get(id) ?? Infinity)) continue;
      this.#rows.set(id, row);
      if (row <= mostOlderInARow && !this.#ends.has(id))
        for (const parent of commit.parents) open.push({ id: parent, row: row + 1 });
    }
  }
}
