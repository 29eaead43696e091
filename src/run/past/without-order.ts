import type { Current, Past } from '../../policy/election/decision.ts';
import type { CommitId } from '../../release/log.ts';
import type { Told } from './told.ts';

/** A value that a field came to hold, and whether a run moved it there, or a person. */
export interface Moved {
  readonly value: Current;
  readonly isOfRun: boolean;
}

/**
 * What a field held, for a policy whose order tells nothing of it: each value counts by itself, in the order in which they came (product.md, 6.2).
 * @param walked by the file itself, newest first
 * @param commits those that were walked: their records tell nothing more
 */
export function inOrderOfComing(
  walked: Past,
  told: Told | undefined,
  commits: readonly { readonly id: CommitId }[],
): Past {
  const ids = new Set(commits.map(({ id }) => id));
  const older = (told?.held ?? []).filter(({ bringer }) => !ids.has(bringer));
  return [...walked, ...older.map(({ value }) => value)];
}

/**
 * What a field held, for a policy that follows a tag by its digest. Whoever puts a digest there, by hand or by an order, takes back all that came since it stood
 * there before; and also where it never did (since the last lift), the one that he leaves, and those that people put there one after the other until then: as
 * if his own had stood there before those. A digest that is added to the tag takes nothing back. A run follows the tag wherever it goes: what it leaves
 * as the tag goes back, nobody took back, and the tag may come to it again.
 * @param moves newest first
 */
export function takenBack(moves: readonly Moved[]): Past {
  const past = moves.map(({ value }) => value);
  const [now] = moves;
  if (now === undefined) return past;
  const returns = returnsOf(moves);
  if (!now.isOfRun) return past.toSpliced(returns[0] ?? 1, 0, now.value);
  const isLeft = leftByPeople(moves, returns);
  return past.filter((value, place) => keyOf(value) === keyOf(now.value) || isLeft(place));
}

/** For each value that a person put there: the place behind those that he took back, had his own never stood there. */
function returnsOf(moves: readonly Moved[]): readonly number[] {
  const returns = moves.map((_, place) => place + 1);
  for (let place = moves.length - 2; place >= 0; place--) {
    const [at, left] = [moves[place], moves[place + 1]];
    if (at === undefined || left === undefined || at.isOfRun) continue;
    if (left.value.tag !== at.value.tag || left.value.digest === null) continue;
    returns[place] = left.isOfRun ? place + 2 : (returns[place + 1] ?? place + 2);
  }
  return returns;
}

/** Whether people took back the value at a place, and did not put it there again since. */
function leftByPeople(moves: readonly Moved[], returns: readonly number[]): (place: number) => boolean {
  const first = new Map(moves.map(({ value }, place) => [keyOf(value), place]));
  const lastPut = new Map<string, number>();
  /** For each place: how far back people went who moved the field after it. */
  const reach = [0];
  for (const [place, { value, isOfRun }] of moves.entries()) {
    const key = keyOf(value);
    if (!isOfRun && !lastPut.has(key)) lastPut.set(key, place);
    const went = isOfRun ? 0 : Math.max(first.get(key) ?? 0, returns[place] ?? 0);
    reach.push(Math.max(reach[place] ?? 0, went));
  }
  return (place) => {
    const value = moves[place]?.value;
    const since = value === undefined ? undefined : lastPut.get(keyOf(value));
    return (reach[Math.min(place, since ?? place)] ?? 0) > place;
  };
}

function keyOf({ tag, digest }: Current): string {
  return `${tag ?? ''}@${digest ?? ''}`;
}
