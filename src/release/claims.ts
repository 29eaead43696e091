import type { LoggedCommit } from './log.ts';
import type { LoggedRelease } from './model.ts';
import { parseRecords } from './record.ts';

/**
 * Every record of this branch that the log's messages hold, in the log's order (newest first). A record is only what a
 * message says: whether the field really took that value is for the caller to check (product.md, 6.1).
 */
export function releasesOf(log: readonly LoggedCommit[], branch: string): LoggedRelease[] {
  return log.flatMap((commit) =>
    parseRecords(commit.message)
      .records.filter((record) => record.branch === branch)
      .map((record) => ({ commit, record })),
  );
}
