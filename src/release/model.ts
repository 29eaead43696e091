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
  readonly intent: Intent;
}

/** A record with the commit whose message holds it. */
export interface LoggedRelease {
  readonly commit: LoggedCommit;
  readonly record: ReleaseRecord;
}
