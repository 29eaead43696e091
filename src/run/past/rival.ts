import type { FieldFact } from '../../fields/model.ts';
import type { Rival } from '../../policy/election/decision.ts';
import type { CommitId } from '../../release/log.ts';
import type { ReleaseRecord } from '../../release/model.ts';
import type { BroughtValue } from './file-trail.ts';
import { pinnedBy } from './pinned-by.ts';
import { recordHolds } from './record-holds.ts';

/** A record that counts, with the commit that brought it to the branch. */
export interface OwnMove {
  readonly record: ReleaseRecord;
  readonly bringer: CommitId;
}

const day = 86_400_000;

/**
 * Whoever moved a field off our last two values within a day, and left it so: one author, by the address; what a person orders through us has a record, and
 * is no such move (product.md, 5).
 * @param newer, older the newest two records of the field, which holds the value of `newer` no more
 * @param read what the field held since `older`, newest first; only asked where the records do not already say no
 */
export async function rivalOf(
  newer: OwnMove,
  older: OwnMove,
  read: () => Promise<readonly BroughtValue[]>,
): Promise<Rival | undefined> {
  if (!isRun(newer) || !isRun(older) || follows(newer, older)) return undefined;
  const held = await read();
  const [now] = held;
  const first = held.findIndex(({ commit }) => commit.id === older.bringer);
  const second = held.findIndex(({ commit }) => commit.id === newer.bringer);
  const offFirst = held[first - 1]?.commit;
  const offSecond = held[second - 1]?.commit;
  if (now === undefined || offFirst === undefined || offSecond === undefined) return undefined;
  if (offFirst.id === newer.bringer) return undefined;
  const addresses = [offFirst, offSecond, now.commit].map(({ author }) => author.email.toLowerCase());
  if (new Set(addresses).size > 1 || offSecond.committedAt - offFirst.committedAt > day) return undefined;
  const moved = [offFirst, offSecond].map((commit) => pinnedBy(commit));
  return {
    author: moved[1]?.author ?? '',
    commits: moved.map(({ commit }) => commit),
    values: [older, newer].map(({ record }) => nameOf(record)),
  };
}

/** With the digest where it alone tells the value from what stood there before. */
function nameOf({ from, to, digest }: ReleaseRecord): string {
  return from === to && digest !== '' ? `${to}@${digest.slice(0, 19)}` : to;
}

/** Whether the field holds what was put there: then nobody took it off. */
export function isStillThere({ record }: OwnMove, field: FieldFact): boolean {
  return recordHolds(record, field) && !(isInsertion(record) && (field.digest ?? '') === '');
}

/** Whether it only put a digest beside the tag that stood there. Of other records nobody can tell whether their digest was written. */
function isInsertion({ from, fromDigest, to, digest }: ReleaseRecord): boolean {
  return from === to && fromDigest === '' && digest !== '';
}

function isRun({ record: { intent, ordered } }: OwnMove): boolean {
  return intent === 'update' || (intent === 'promote' && ordered !== true);
}

/** Whether nobody moved the field in between. */
function follows({ record }: OwnMove, { record: before }: OwnMove): boolean {
  if (isInsertion(record) && isInsertion(before)) return false; // the first of them was taken off
  return record.from === before.to && (record.fromDigest === before.digest || record.fromDigest === '');
}
