import type { CommitId, LoggedCommit } from '../../release/log.ts';

type Commit = Pick<LoggedCommit, 'id' | 'parents' | 'committedAt'>;

/** Knows while a history arrives whether all of it is here: every commit that is reached from the tip, down to those committed before `since`. */
export class ExpectedCommits {
  readonly #since: number;
  readonly #isHere: (id: CommitId) => boolean;
  readonly #missing: Set<CommitId>;
  readonly #older: Commit[] = [];

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
    this.#missing.delete(commit.id);
    if (commit.committedAt < this.#since) this.#older.push(commit);
    else for (const id of commit.parents) if (!this.#isHere(id)) this.#missing.add(id);
  }

  get areHere(): boolean {
    return this.#missing.size === 0;
  }

  /** Those of them whose parents are not here: they are older. */
  edge(): readonly CommitId[] {
    return this.#older.filter(({ parents }) => !parents.every((id) => this.#isHere(id))).map(({ id }) => id);
  }
}
