import type { Snapshot } from '../../git/repository.ts';
import { parseFieldKey, type FieldPlace } from '../../release/field-key.ts';
import type { CommitId } from '../../release/log.ts';
import type { LoggedRelease } from '../../release/model.ts';
import { readBranchLog, type BranchLog } from './branch-log.ts';

/** A record of a branch; whether it counts is not looked at yet. */
export interface Claim extends LoggedRelease {
  readonly place: FieldPlace;
}

/** The log of a branch with its records in the orders in which they are asked for. */
export interface BranchClaims {
  readonly log: BranchLog;
  /** Of the runs' own releases: what a person's commands record (rollback, hold...) is none. Newest first. */
  readonly made: readonly Claim[];
  readonly byFile: ReadonlyMap<string, readonly Claim[]>;
  readonly withDigest: (digest: string) => readonly Claim[];
  /** By the commit that brought them. */
  readonly lifts: ReadonlyMap<CommitId, readonly Claim[]>;
}

/** @param since milliseconds since the epoch */
export async function readBranchClaims(snapshot: Snapshot, since: number): Promise<BranchClaims> {
  const log = await readBranchLog(snapshot, since);
  // A field has a record in each of its releases.
  const places = new Map<string, FieldPlace | undefined>();
  const claims = log.claims.flatMap(({ commit, record }): Claim[] => {
    const { field } = record;
    const place = places.has(field) ? places.get(field) : parseFieldKey(field);
    places.set(field, place);
    return place === undefined ? [] : [{ commit, record, place }];
  });
  let byDigest: ReadonlyMap<string, readonly Claim[]> | undefined;
  const lifts = claims.filter(({ record }) => record.intent === 'lift');
  return {
    log,
    made: claims.filter(({ record }) => record.intent === 'update' || record.intent === 'promote'),
    byFile: Map.groupBy(claims, ({ place }) => place.file),
    withDigest: (digest) => {
      byDigest ??= Map.groupBy(claims, ({ record }) => record.digest);
      return byDigest.get(digest) ?? [];
    },
    lifts: Map.groupBy(lifts, ({ commit }) => log.bringers.get(commit.id) ?? commit.id),
  };
}
