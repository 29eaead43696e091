import fc from 'fast-check';
import type { CommitId, LoggedCommit } from '../../../src/release/log.ts';

export const ann = { name: 'Ann', email: 'ann@example.com' };

export function idOf(n: number): CommitId {
  return String(n).padStart(40, '0') as CommitId;
}

/** Any history: each commit has some of those before it as parents, and any date from 0 to 50. */
export const histories = fc
  .array(fc.record({ parents: fc.array(fc.nat(), { maxLength: 3 }), at: fc.nat(50) }), {
    minLength: 1,
    maxLength: 30,
  })
  .map((rows) =>
    rows.map(({ parents, at }, n): LoggedCommit => {
      const ids = n === 0 ? [] : parents.map((parent) => idOf(parent % n));
      const stamp = { author: ann, authoredAt: at, committer: ann, committedAt: at, message: '' };
      return { id: idOf(n), parents: ids, ...stamp };
    }),
  );
