import type { CommitId, LoggedCommit } from '../../release/log.ts';

type Commit = Pick<LoggedCommit, 'id' | 'parents' | 'committedAt'>;

/** Knows of a history that arrives whether all of it is here: every commit that is reached from the tip, down to those committed before `since`. */
export class ExpectedCommits {
  readonly #since: number;
  readonly #isHere: (id: CommitId) => boolean;
  readonly #missing: Set<CommitId>;
  readonly #older: Commit[] = [];
  /** Those that were not looked at yet: where all of a pack is wanted, nobody asks. */
  #seen: Commit[] = [];

  /**
   * @param since milliseconds since the epoch
   * @param isHere also of the commits that were seen
   */
  constructor(tip: CommitId, since: number, isHere: (id: CommitId) => boolean) {
    this.#missing = new Set([tip]);
    this.#since = since;
    this.#isHere = isHere;
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
      this.#missing.delete(id);
      if (committedAt < this.#since) continue;
      for (const parent of parents) if (!this.#isHere(parent)) this.#missing.add(parent);
    }
    this.#seen = [];
    return this.#missing.size === 0;
  }

  /** Those of them whose parents are not here: they are older. */
  edge(): readonly CommitId[] {
    return this.#older.filter(({ parents }) => !parents.every((id) => this.#isHere(id))).map(({ id }) => id);
  }
}
