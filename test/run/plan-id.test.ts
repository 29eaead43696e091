import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePlanId, planDifference, planId, type PlannedChange } from '../../src/run/fuse/plan-id.ts';

const fleet = { repository: 'fleet', branch: 'main' };
const text = fc.string({ maxLength: 6 });
const change: fc.Arbitrary<PlannedChange> = fc.record({
  policy: text,
  field: text,
  image: text,
  from: text,
  fromDigest: text,
  to: text,
  digest: text,
});
const changes = fc.uniqueArray(change, {
  maxLength: 8,
  selector: ({ field, policy }) => `${field}\0${policy}`,
});

describe('the id of a plan', () => {
  it('is 12 hexadecimal digits, which parse', async () => {
    const id = await planId(fleet, []);
    expect(id).toMatch(/^[0-9a-f]{12}$/);
    expect(parsePlanId(id)).toBe(id);
    for (const wrong of ['', '3f2a', `${id}0`, id.replace(/.$/, 'g'), 'ABCDEFABCDEF', ` ${id}`]) {
      expect(parsePlanId(wrong)).toBeUndefined();
    }
  });

  it('does not depend on the order of the changes', async () => {
    const pair = changes.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    await fc.assert(
      fc.asyncProperty(pair, async ([list, shuffled]) => {
        expect(await planId(fleet, shuffled)).toBe(await planId(fleet, list));
      }),
    );
  });

  it('changes with anything that would be released, and with nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(changes, changes, async (a, b) => {
        const { added, gone, changed } = planDifference(a, b);
        const same = added.length + gone.length + changed.length === 0;
        expect((await planId(fleet, a)) === (await planId(fleet, b))).toBe(same);
      }),
    );
    const key = fc.constantFrom(
      'policy',
      'field',
      'image',
      'from',
      'fromDigest',
      'to',
      'digest',
    ) satisfies fc.Arbitrary<keyof PlannedChange>;
    await fc.assert(
      fc.asyncProperty(changes, change, key, async (list, one, changed) => {
        const before = await planId(fleet, [...list, one]);
        expect(await planId(fleet, [...list, { ...one, [changed]: `${one[changed]}x` }])).not.toBe(before);
      }),
    );
    const told = { line: 3, reason: 'why', service: 'web', environment: 'prod', file: 'a.yaml' };
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const more = list.map((one) => ({ ...one, ...told }));
        expect(await planId(fleet, more)).toBe(await planId(fleet, list));
      }),
    );
  });

  it('is that of one repository and branch', async () => {
    const ids = await Promise.all(
      [fleet, { ...fleet, branch: 'prod' }, { ...fleet, repository: 'lab' }].map((where) =>
        planId(where, []),
      ),
    );
    expect(new Set(ids).size).toBe(3);
  });
});

describe('the difference of two plans', () => {
  it('is empty for the same changes in any order, and turns round with the plans', () => {
    fc.assert(
      fc.property(changes, changes, (a, b) => {
        expect(planDifference(a, a.toReversed())).toEqual({ added: [], gone: [], changed: [] });
        const there = planDifference(a, b);
        const back = planDifference(b, a);
        expect(back.added).toEqual(there.gone);
        expect(back.gone).toEqual(there.added);
        expect(back.changed).toHaveLength(there.changed.length);
      }),
    );
  });
});
