import type { Past } from '../../policy/election/decision.ts';
import type { CommitId } from '../../release/log.ts';
import type { BroughtValue } from './file-trail.ts';
import type { Told } from './told.ts';

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
 * Whoever puts a digest there, by hand or by an order, takes back the one that he leaves, also where his own never stood there (since the last lift): as if it had
 * stood there before that one, and before those that people put there one after the other until then. A digest that is added to the tag takes nothing back, and
 * what a run moved there may leave again as the tag moves.
 * @param brought newest first
 */
export function withReturn(brought: readonly BroughtValue[], told: Told | undefined): Past {
  const past = brought.map(({ value }) => value);
  const [now] = past;
  let place = 1;
  for (let isByHand = !isOfRun(brought[0], told); isByHand; place++) {
    const left = brought[place];
    if (left === undefined || left.value.tag !== now?.tag || left.value.digest === null) break;
    isByHand = !isOfRun(left, told);
  }
  return now === undefined ? past : past.toSpliced(place, 0, now);
}

function isOfRun(brought: BroughtValue | undefined, told: Told | undefined): boolean {
  return brought !== undefined && told?.runs.has(brought.commit.id) === true;
}
