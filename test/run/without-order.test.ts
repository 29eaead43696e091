import fc from 'fast-check';
import { expect, it } from 'vitest';
import { leftBehind } from '../../src/policy/election/marks.ts';
import { takenBack, type Moved } from '../../src/run/past/without-order.ts';

/** Newest first. */
function moves(...oldestFirst: readonly (readonly [digest: string, isOfRun: boolean])[]): Moved[] {
  return oldestFirst.map(([digest, isOfRun]) => ({ value: { tag: 'stable', digest }, isOfRun })).toReversed();
}

function rejected(held: readonly Moved[]): readonly string[] {
  const [now] = held;
  if (now === undefined) return [];
  const left = leftBehind(now.value, takenBack(held)).map(({ digest }) => digest ?? '');
  return [...new Set(left)].toSorted();
}

/**
 * Move by move since the present value came first: a person takes back what came since his own stood there first, or since a run moved the field last; what he
 * puts there is no longer taken back.
 */
function inTurn(held: readonly Moved[]): readonly string[] {
  const digests = held.map(({ value }) => value.digest).toReversed();
  const isOfRun = held.map((one) => one.isOfRun).toReversed();
  const now = digests.at(-1);
  const taken = new Set<string>();
  for (const [index, digest] of digests.entries()) {
    if (isOfRun[index] === true) continue;
    const lastRun = Math.max(0, isOfRun.lastIndexOf(true, index));
    const from = Math.max(Math.min(digests.indexOf(digest), lastRun), digests.indexOf(now ?? null));
    for (const other of digests.slice(from, index)) taken.add(other ?? '');
    taken.delete(digest ?? '');
  }
  taken.delete(now ?? '');
  return [...taken].toSorted();
}

const digest = fc.constantFrom('a', 'b', 'c', 'd');

/** No value twice in a row, and runs go nowhere that people took back. */
const histories = fc.array(fc.tuple(digest, fc.boolean()), { maxLength: 14 }).map((all) => {
  let held: Moved[] = [];
  for (const [one, isOfRun] of all) {
    const isStill = held[0]?.value.digest === one;
    if (!isStill && !(isOfRun && rejected(held).includes(one))) held = [...moves([one, isOfRun]), ...held];
  }
  return held;
});

it('what a run may not put there is what people took back since the present value came first', () => {
  fc.assert(
    fc.property(histories, (held) => {
      fc.pre(held[0]?.isOfRun === true);
      expect(rejected(held)).toEqual(inTurn(held));
    }),
    { seed: 612, numRuns: 2000 },
  );
});

it('where nobody moved the field but runs, nothing is rejected', () => {
  fc.assert(
    fc.property(histories, (held) => {
      const ofRuns = held.map((one) => ({ ...one, isOfRun: true }));
      expect(rejected(ofRuns)).toEqual([]);
    }),
    { seed: 612, numRuns: 200 },
  );
});

it('whatever a person leaves is rejected', () => {
  fc.assert(
    fc.property(histories, (held) => {
      fc.pre(held.length > 1);
      const byHand = held.map((one, place) => (place === 0 ? { ...one, isOfRun: false } : one));
      expect(rejected(byHand)).toContain(held[1]?.value.digest);
    }),
    { seed: 612, numRuns: 200 },
  );
});
