import type { LoggedCommit, Signs } from './log.ts';
import type { LoggedRelease } from './model.ts';
import { otherToolSigns, readOtherTool, type OtherChange } from './other-tools.ts';
import { parseRecords } from './record.ts';
import { recordKey } from './text.ts';

/** What the messages of a log say. */
export interface Claims {
  /**
   * Every record of the branch, in the log's order (newest first). A record is only what a message says: whether the field really took
   * that value is for the caller to check (product.md, 6.1).
   */
  readonly releases: readonly LoggedRelease[];
  /** What other tools' messages tell, in the same order. */
  readonly others: readonly LoggedChange[];
  /** Lines that begin as a record and are none, or are over the bounds. */
  readonly unreadable: readonly { readonly commit: LoggedCommit; readonly lines: number }[];
}

/** A commit of another tool, with one of the changes that its message tells. */
export interface LoggedChange {
  readonly commit: LoggedCommit;
  readonly change: OtherChange;
}

/** Reads each message once. Linear in their length. */
export function claimsOf(log: readonly LoggedCommit[], branch: string): Claims {
  const releases: LoggedRelease[] = [];
  const others: LoggedChange[] = [];
  const unreadable: { commit: LoggedCommit; lines: number }[] = [];
  for (const commit of log) {
    if (commit.mayHold?.(signs) === false) continue; // of ten thousands of commits, most
    const { message } = commit;
    const { records, malformed } = parseRecords(message);
    for (const record of records) if (record.branch === branch) releases.push({ commit, record });
    if (malformed > 0) unreadable.push({ commit, lines: malformed });
    for (const change of readOtherTool(message)) others.push({ commit, change });
  }
  return { releases, others, unreadable };
}

const signs: Signs = { ...otherToolSigns, anywhere: [`${recordKey}:`, ...otherToolSigns.anywhere] };
