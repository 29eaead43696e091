import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Snapshot } from '../../src/git/repository.ts';
import type { CommitId, LoggedCommit } from '../../src/release/log.ts';
import { ChangeIndex } from '../../src/run/past/change-index.ts';

const files = ['a', 'b', 'c'];
/** What each commit changed; `null`: too much to tell. */
const history = fc.array(fc.option(fc.subarray(files)), { minLength: 1, maxLength: 300 });

function snapshotOf(changes: readonly (readonly string[] | null)[], asked: string[]): Snapshot {
  return {
    prepare: async () => undefined,
    changes: async (newer: CommitId, older: CommitId) => {
      asked.push(`${newer} ${older}`);
      return changes[Number(older)] ?? undefined;
    },
  } as unknown as Snapshot;
}

it('finds the next change of each file, whoever asks at the same time, and compares each commit once', async () => {
  await fc.assert(
    fc.asyncProperty(history, fc.nat(320), async (changes, last) => {
      const asked: string[] = [];
      const chain = changes.map((_, place) => ({ id: String(place) }) as unknown as LoggedCommit);
      const index = new ChangeIndex(snapshotOf(changes, asked), chain);
      const found = await Promise.all(
        files.map(async (file) => {
          const places: number[] = [];
          let place = await index.next(file, 0, last);
          for (; place !== undefined; place = await index.next(file, place, last)) places.push(place);
          return places;
        }),
      );
      const expected = files.map((file) =>
        changes.flatMap((changed, place) =>
          place > 0 && place <= last && (changed === null || changed.includes(file)) ? [place] : [],
        ),
      );
      expect(found).toEqual(expected);
      expect(new Set(asked).size).toBe(asked.length);
    }),
    { seed: 4, numRuns: 60 },
  );
});
