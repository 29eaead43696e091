import fc from 'fast-check';
import { expect, it } from 'vitest';

import { walkCommits } from '../../../src/git/engine/commit-walk.ts';
import { ExpectedCommits } from '../../../src/git/engine/expected-commits.ts';
import type { CommitId, LoggedCommit } from '../../../src/release/log.ts';

const ann = { name: 'Ann', email: 'ann@example.com' };
const idOf = (n: number): CommitId => String(n).padStart(40, '0') as CommitId;

const histories = fc
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

it('what is expected is here only where the walk misses nothing, whatever order it comes in', () => {
  fc.assert(
    fc.property(histories, fc.nat(50), fc.infiniteStream(fc.nat()), (history, since, dice) => {
      const tip = idOf(history.length - 1);
      const here = new Map<CommitId, LoggedCommit>();
      const expected = new ExpectedCommits(tip, since, (id) => here.has(id));
      const open = [...history];
      for (const number of dice) {
        const { incomplete } = walkCommits(tip, since, (id) => here.get(id));
        const cut = here.values().filter(({ parents }) => !parents.every((id) => here.has(id)));
        const edge = cut.map(({ id }) => id).toArray();
        // Then those that end it are older, and each is told, so that nobody takes what is behind it for known.
        const isRight = here.has(tip) && incomplete.length === 0 && edge.join() === expected.edge().join();
        expect(isRight || !expected.areHere).toBe(true);
        const [next] = open.splice(number % Math.max(1, open.length), 1);
        if (next === undefined) break;
        here.set(next.id, next);
        expected.see(next);
      }
      expect(expected.areHere).toBe(true);
    }),
  );
});
