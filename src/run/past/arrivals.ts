import type { Current } from '../../policy/election/decision.ts';
import type { CommitId, LoggedCommit } from '../../release/log.ts';

/** A value that a field held, and when it came there last: milliseconds since the epoch. */
export interface HeldValue {
  readonly value: Current;
  readonly since: number;
}

type DatedCommit = Pick<LoggedCommit, 'id' | 'committedAt'>;

/**
 * When commits came to a branch, for who must not wait too short: a commit's own date, but none from before those of the commits that the branch had already. A
 * clock may have been wrong, or what was made days ago was rebased or pushed just now. Dates that have not come yet tell nothing of what came after them.
 */
export class Arrivals {
  readonly #line: readonly DatedCommit[];
  /** By commit, as of a time. */
  #told: { readonly now: number; readonly times: ReadonlyMap<CommitId, number> } | undefined;

  /** @param line of the branch, newest first */
  constructor(line: readonly DatedCommit[]) {
    this.#line = line;
  }

  /** @param now milliseconds since the epoch @returns milliseconds since the epoch; later than `now` where the commit's own date is */
  of({ id, committedAt }: DatedCommit, now: number): number {
    if (this.#told?.now !== now) this.#told = { now, times: timesOf(this.#line, now) };
    return this.#told.times.get(id) ?? committedAt;
  }
}

function timesOf(line: readonly DatedCommit[], now: number): ReadonlyMap<CommitId, number> {
  const times = new Map<CommitId, number>();
  let latest = -Infinity;
  for (const { id, committedAt } of line.toReversed()) {
    if (committedAt <= now) latest = Math.max(latest, committedAt);
    times.set(id, Math.max(latest, committedAt));
  }
  return times;
}
