import type { Binding } from '../../bindings/model.ts';
import type { Snapshot } from '../../git/repository.ts';
import { parseFieldKey, shapeOf, type FieldPlace } from '../../release/field-key.ts';
import type { CommitId } from '../../release/log.ts';
import type { LoggedRelease } from '../../release/model.ts';
import { readBranchLog, type BranchLog } from './branch-log.ts';

/** A record of a branch; whether it counts is not looked at yet. */
export interface Claim extends LoggedRelease {
  readonly place: FieldPlace;
  /** Of the pointer, as `shapeOf` gives it. */
  readonly shape: string;
}

/** The log of a branch with its records in the orders in which they are asked for. */
export interface BranchClaims {
  readonly log: BranchLog;
  /** Of the runs' own releases: what a person's commands record (rollback, hold...) is none. Newest first. */
  readonly made: readonly Claim[];
  readonly byFile: ReadonlyMap<string, readonly Claim[]>;
  readonly withDigest: (digest: string) => readonly Claim[];
  /** What runs elected, by the commit that brought it. */
  readonly updates: (commit: CommitId) => readonly Claim[];
  /** By the commit that brought them. */
  readonly lifts: ReadonlyMap<CommitId, readonly Claim[]>;
}

/** What the newest part of a log tells; see `BranchClaims`. */
export type NewestClaims = Pick<BranchClaims, 'byFile'> & Pick<BranchLog, 'line'>;

/**
 * @param since milliseconds since the epoch
 * @param seen is given what the newest part of a long log tells, before all of it is read
 */
export async function readBranchClaims(
  snapshot: Snapshot,
  since: number,
  seen: (newest: NewestClaims) => void,
): Promise<BranchClaims> {
  const log = await readBranchLog(snapshot, since, (newest) =>
    seen({ line: newest.line, byFile: byFileOf(placed(newest.claims)) }),
  );
  const claims = placed(log.claims);
  let byDigest: ReadonlyMap<string, readonly Claim[]> | undefined;
  let updates: ReadonlyMap<CommitId, readonly Claim[]> | undefined;
  const bringerOf = ({ commit }: Claim): CommitId => log.bringers.get(commit.id) ?? commit.id;
  const lifts = claims.filter(({ record }) => record.intent === 'lift');
  return {
    log,
    made: claims.filter(({ record }) => record.intent === 'update' || record.intent === 'promote'),
    byFile: byFileOf(claims),
    withDigest: (digest) => {
      byDigest ??= Map.groupBy(claims, ({ record }) => record.digest);
      return byDigest.get(digest) ?? [];
    },
    updates: (commit) => {
      updates ??= Map.groupBy(
        claims.filter(({ record }) => record.intent === 'update'),
        bringerOf,
      );
      return updates.get(commit) ?? [];
    },
    lifts: Map.groupBy(lifts, bringerOf),
  };
}

/** Those whose field has a place. */
function placed(releases: readonly LoggedRelease[]): Claim[] {
  // A field has a record in each of its releases.
  const fields = new Map<string, Pick<Claim, 'place' | 'shape'> | undefined>();
  const claims: Claim[] = [];
  for (const { commit, record } of releases) {
    const { field } = record;
    let told = fields.get(field);
    if (told === undefined && !fields.has(field)) {
      const place = parseFieldKey(field);
      told = place && { place, shape: shapeOf(place.pointer) };
      fields.set(field, told);
    }
    if (told !== undefined) claims.push({ commit, record, place: told.place, shape: told.shape });
  }
  return claims;
}

function byFileOf(claims: readonly Claim[]): BranchClaims['byFile'] {
  return Map.groupBy(claims, ({ place }) => place.file);
}

/** The records of a field, newest first; also those of fields that only differ in their place in a list. */
export function claimsOn(
  { file, field, key }: Pick<Binding, 'key' | 'file' | 'field'>,
  byFile: BranchClaims['byFile'],
): readonly Claim[] {
  const shape = shapeOf(parseFieldKey(key)?.pointer ?? field.pointer);
  return (byFile.get(file) ?? []).filter((claim) => claim.shape === shape);
}
