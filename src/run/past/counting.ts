import type { FieldFact } from '../../fields/model.ts';
import type { CommitId } from '../../release/log.ts';
import type { Claim } from './branch-claims.ts';
import type { BranchLog } from './branch-log.ts';
import type { FieldReader } from './field-at.ts';
import { findField } from './field-identity.ts';
import { recordHolds } from './record-holds.ts';
import { isLift } from './is-lift.ts';
import { nameSince } from './name-since.ts';
import { isBoundary } from './told.ts';

/**
 * How a record counts. `landed`: the field took its value in the commit that brought the record to the branch. `left`: a merge brought a commit of ours in which the
 * field took it, and holds another value: on the way there somebody took it back. That is so where a person merged the branch into a copy of it and
 * git's own words do not tell so (`git merge <commit>`, a message of one's own). `former`: it counts for the file that had the name then, and nothing
 * newer tells of the field; which tag a digest has, it tells of this one as well.
 */
export type Counted = 'landed' | 'left' | 'former';

interface CountedField {
  readonly file: string;
  readonly field: FieldFact;
}

/** Those of a field's records that count, in the same order. The folders of the commits that brought them are here. */
export async function countRecords(
  claims: readonly Claim[],
  of: CountedField,
  log: BranchLog,
  reader: FieldReader,
): Promise<ReadonlyMap<Claim, Counted>> {
  const found = new Set<Claim>();
  const passed: Claim[] = [];
  for (const claim of claims) {
    const bringer = log.bringers.get(claim.commit.id);
    if (bringer === undefined) continue;
    const then = await fieldAt(claim, bringer, of, log, reader);
    if (then === undefined) passed.push(claim);
    else if (
      claim.record.intent !== 'lift' ||
      (await isLift(reader, claim, parentOf(bringer, log), { bringer, file: of.file, field: then }))
    )
      found.add(claim);
  }
  const left = await takenBackOnTheWay(passed, of, log, reader);
  const isFormer = await formerOnes([...found], of, log, reader);
  // In the order of the log: a lift ends what counts.
  const counted = new Map<Claim, Counted>();
  for (const claim of claims) {
    if (left.has(claim)) counted.set(claim, 'left');
    else if (found.has(claim)) counted.set(claim, isFormer(claim) ? 'former' : 'landed');
  }
  return counted;
}

/**
 * Which records are of a file that had the name before. Where one of a run or a lift is younger than that, it tells of all that was before it, and those that
 * are older do no harm.
 */
async function formerOnes(
  found: readonly Claim[],
  of: CountedField,
  log: BranchLog,
  reader: FieldReader,
): Promise<(claim: Claim) => boolean> {
  const bringer = ({ commit }: Claim): CommitId | undefined => log.bringers.get(commit.id);
  const newest = found.find(({ record }) => isBoundary(record));
  if (newest === undefined) return () => false;
  const end = log.line.findIndex(({ id }) => id === bringer(newest));
  const since = await nameSince(of, log, end, reader);
  if (since === undefined) return () => false;
  const younger = new Set(log.line.slice(0, since + 1).map(({ id }) => id));
  return (claim) => !younger.has(bringer(claim) ?? claim.commit.id);
}

/** Of records that do not hold where they were brought to the branch: those of merged commits of ours. */
async function takenBackOnTheWay(
  passed: readonly Claim[],
  of: CountedField,
  log: BranchLog,
  reader: FieldReader,
): Promise<ReadonlySet<Claim>> {
  const left = new Set<Claim>();
  const merged = passed.filter(
    ({ commit, record: { intent } }) =>
      log.bringers.get(commit.id) !== commit.id && intent !== 'lift' && intent !== 'hold',
  );
  if (merged.length === 0) return left;
  await reader.prepare(merged.map(({ commit: { id }, place: { file } }) => ({ commit: id, file })));
  for (const claim of merged)
    if ((await fieldAt(claim, claim.commit.id, of, log, reader)) !== undefined) left.add(claim);
  return left;
}

/** The field in a commit in which it holds what the record says; `undefined` where it does not, or the same pointer was another field then. */
async function fieldAt(
  { record, place }: Claim,
  commit: CommitId,
  { file, field }: CountedField,
  log: BranchLog,
  reader: FieldReader,
): Promise<FieldFact | undefined> {
  const present = await reader.fields(log.head, file);
  const then = findField(field, present, await reader.fields(commit, file));
  return then?.pointer === place.pointer && recordHolds(record, then) ? then : undefined;
}

/** Where the log ends, nobody knows what was before it. */
function parentOf(commit: CommitId, { byId }: BranchLog): CommitId | undefined {
  const [parent] = byId.get(commit)?.parents ?? [];
  return parent === undefined || !byId.has(parent) ? undefined : parent;
}
