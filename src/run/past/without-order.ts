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
 * Whoever puts a digest there by hand takes back the one that he leaves, also where his own never stood there: as if it had stood there before
 * that one. A digest that is added to the tag takes nothing back, and what a run moved there may leave again as the tag moves.
 */
export function withReturn(past: Past, field: FieldFact, told: Told | undefined): Past {
  const now = valueOf(field);
  const newest = told?.moves[0]?.record;
  if (newest !== undefined && recordHolds(newest, field)) return past;
  const place = past.findIndex(({ tag, digest }) => tag !== now.tag || digest !== now.digest);
  const left = past[place];
  if (left === undefined || left.tag !== now.tag || left.digest === null) return past;
  return past.toSpliced(place + 1, 0, now);
}
