import type { FieldFact } from '../../fields/model.ts';
import type { Current } from '../../policy/election/decision.ts';
import type { Bringers } from '../../release/first-parent.ts';
import type { CommitId } from '../../release/log.ts';
import type { LoggedRelease, ReleaseRecord } from '../../release/model.ts';
import type { Counted } from './counting.ts';
import type { DigestNames } from './digest-names.ts';
import { isDigestAlone } from './record-holds.ts';
import type { OwnMove } from './rival.ts';

/** A value that a record tells of. */
interface ToldValue {
  readonly value: Current;
  readonly bringer: CommitId;
}

/** What the records of one field tell. */
export interface Told {
  /** Newest first, with the commits that brought the records. */
  readonly held: readonly ToldValue[];
  /** The newest of a run, or of a lift: the commit that brought it, and its policy. */
  readonly newest: { readonly bringer: CommitId; readonly policy: string } | undefined;
  readonly names: DigestNames;
  /** The newest two that moved the field, since the last lift. */
  readonly moves: readonly OwnMove[];
}

/**
 * @param counting records of the field that count, newest first
 * @param bringers the commit that brought each commit to the branch
 * @returns `undefined` where there are none
 */
export function tell(
  counting: Iterable<readonly [LoggedRelease, Counted]>,
  bringers: Bringers,
  field: FieldFact,
): Told | undefined {
  const held: ToldValue[] = [];
  const names = new Map<string, string>();
  const moves: OwnMove[] = [];
  let newest: Told['newest'];
  let counts = false;
  let isLifted = false;
  const formerNames = new Map<string, string>();
  for (const [{ commit, record }, counted] of counting) {
    if (counted === 'left') {
      if (!isLifted) held.push(...leftOnTheWay(record, commit.id));
      continue;
    }
    // The newest that tells wins.
    if (record.digest !== '' && record.to !== '' && !names.has(record.digest))
      names.set(record.digest, record.to);
    if (record.fromDigest !== '' && record.from !== '') formerNames.set(record.fromDigest, record.from);
    if (counted === 'former') continue;
    const bringer = bringers.get(commit.id) ?? commit.id;
    counts = true;
    if (isBoundary(record)) newest ??= { bringer, policy: record.policy };
    if (isLifted) continue;
    isLifted = record.intent === 'lift';
    held.push({ value: valueOf(record.to, record.digest), bringer });
    // What stood there at the lift was held since then as well: whoever takes it back afterwards rejects it.
    if (isLifted) continue;
    if (moves.length < 2 && isMove(record)) moves.push({ record, bringer });
    // What people put there before our first record is told only by what that record left.
    if (leftValue(record, field)) held.push({ value: valueOf(record.from, record.fromDigest), bringer });
  }
  // What stood there before the first record has its name from what that one left.
  for (const [digest, tag] of formerNames) if (!names.has(digest)) names.set(digest, tag);
  return counts || held.length + names.size > 0 ? { held, newest, names, moves } : undefined;
}

/** What stood there before it was what it was taken back for. */
function leftOnTheWay({ to, digest, from, fromDigest }: ReleaseRecord, bringer: CommitId): ToldValue[] {
  return [valueOf(to, digest), valueOf(from, fromDigest)].map((value) => ({ value, bringer }));
}

/**
 * A run releases nothing at or below what the field held, and a lift forgets it. What a person orders may be anything, and a digest that is
 * added to a tag says nothing of other tags.
 */
export function isBoundary({ intent, ordered, from, fromDigest, to }: LoggedRelease['record']): boolean {
  if (intent === 'lift') return true;
  const isRun = intent === 'update' || (intent === 'promote' && ordered !== true);
  return isRun && (from !== to || fromDigest !== '');
}

/** Whether it tells that the field was moved, by whomever; a lift is asked for apart. */
export function isMove({ intent }: Pick<LoggedRelease['record'], 'intent'>): boolean {
  return intent !== 'hold';
}

/** Whether the release moved the field away from the value that stands there again now. */
function leftValue(
  { from, fromDigest }: LoggedRelease['record'],
  now: Pick<FieldFact, 'tag' | 'digest'>,
): boolean {
  // Of a digest that stood alone, `from` is what records or the registry told of it.
  if (isDigestAlone(now)) return fromDigest === now.digest;
  return from === (now.tag ?? '') && fromDigest === (now.digest ?? '');
}

function valueOf(tag: string, digest: string): Current {
  return { tag: tag === '' ? null : tag, digest: digest === '' ? null : digest };
}
