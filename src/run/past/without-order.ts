import type { FieldFact } from '../../fields/model.ts';
import type { Past } from '../../policy/election/decision.ts';
import type { CommitId } from '../../release/log.ts';
import { valueOf } from './field-at.ts';
import { recordHolds } from './record-holds.ts';
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
 * Whoever puts a digest there, by hand or by an order, takes back the one that he leaves, also where his own never stood there (since the last lift): as if it had stood there before that one, and before
 * those that people put there one after the other until then. A digest that is added to the tag takes nothing back, and what a run moved there may leave again as
 * the tag moves.
 */
export function withReturn(past: Past, field: FieldFact, told: Told | undefined): Past {
  const now = valueOf(field);
  const newest = told?.moves[0]?.record;
  if (newest?.intent === 'update' && recordHolds(newest, field)) return past;
  let place = past.findIndex(({ tag, digest }) => tag !== now.tag || digest !== now.digest);
  if (place < 0) return past;
  for (let isByHand = true; isByHand; place++) {
    const left = past[place];
    if (left === undefined || left.tag !== now.tag || left.digest === null) break;
    isByHand = told?.names.has(left.digest) !== true;
  }
  return past.toSpliced(place, 0, now);
}
