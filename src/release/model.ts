import type { LoggedCommit } from './log.ts';

export const intents = ['update', 'promote', 'rollback', 'release', 'hold', 'lift'] as const;
export type Intent = (typeof intents)[number];

/** One `Tallyman-Release` line: one field that one policy moved (product.md, 6.1). Empty text where not known. */
export interface ReleaseRecord {
  readonly branch: string;
  readonly env: string;
  readonly policy: string;
  /** `path#pointer`. */
  readonly field: string;
  readonly image: string;
  readonly from: string;
  readonly fromDigest: string;
  readonly to: string;
  readonly digest: string;
  readonly revision: string;
  /** The revision of the version that was left. */
  readonly fromRevision?: string;
  /** Where the image's code lives, as `sourceOf` gives it. */
  readonly source?: string;
  readonly intent: Intent;
  /** A promotion that a person ordered, which may go back; the other intents say themselves who moved the field. */
  readonly ordered?: true;
}

/** A record with the commit whose message holds it. Whether it counts is another question. */
export interface LoggedRelease {
  readonly commit: LoggedCommit;
  readonly record: ReleaseRecord;
}

/** A record with the commit that brought it to the branch. */
export interface Release extends LoggedRelease {
  /** The merge, or the record’s own commit. */
  readonly landed: LoggedCommit;
}

/** Why a record does not count (product.md, 6.1). */
export const doubts = {
  'no-field': 'the file has no such field in the commit that brought the record to the branch',
  'not-held': 'the field held another value when the record came to the branch',
  'not-moved': 'the field held that value before the record came to the branch',
  repeated: 'an older commit of the same merge has the same record',
  copied:
    'holds and lifts are made upon the branch itself, and by a commit that does nothing else; this record is a copy',
} as const;

export type Doubt = keyof typeof doubts;

export interface DoubtedRelease extends Release {
  readonly doubt: Doubt;
}
