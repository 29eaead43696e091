import fc from 'fast-check';
import { expect, it } from 'vitest';

import { CommitGraph } from '../../../src/git/engine/commit-graph.ts';
import { ExpectedCommits } from '../../../src/git/engine/expected-commits.ts';
import type { CommitId, LoggedCommit } from '../../../src/release/log.ts';
import { histories, idOf } from './histories.ts';

it('what is expected is here only where the walk misses nothing, whatever order it comes in', () => {
  fc.assert(
    fc.property(histories, fc.nat(50), fc.infiniteStream(fc.nat()), (history, since, dice) => {
      const tip = idOf(history.length - 1);
      const here = new Map<CommitId, LoggedCommit>();
      const expected = new ExpectedCommits([tip], since, (id) => here.get(id));
      const open = [...history];
      for (const number of dice) {
        const { incomplete } = new CommitGraph((id) => here.get(id)).walk(tip, since);
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
