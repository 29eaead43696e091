import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Policy } from '../../src/policy/model.ts';
import { decided, drops, type Scene } from './inputs.ts';

const kinds = [
  'semver:*',
  'semver:>=1.0.0-0 <3',
  'glob:*1* order=semver',
  'glob:*',
  'glob:{v,}1* order=numeric',
  'regex:1 order=alphabetical',
].concat(['numeric:asc', 'numeric:desc', 'alphabetical:asc', 'alphabetical:desc', 'newest:', 'digest:1.0']);
const filters: readonly Policy['filter'][] = [
  undefined,
  { pattern: '^v?(.*)$', extract: '$1' },
  { pattern: '\\d', extract: undefined },
];

const tag = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('', 'v'),
      fc.nat({ max: 2 }),
      fc.nat({ max: 2 }),
      fc.constantFrom('', '.0', '.1', '.0-rc.1', '-1'),
    )
    .map(([v, a, b, rest]) => `${v}${a}.${b}${rest}`),
  fc.constantFrom('1', '01', '1.00', 'latest', 'main', 'a.sig', 'not a tag', 'constructor'),
);
const tags = fc.array(tag, { maxLength: 12 });
const times = fc.infiniteStream(fc.constantFrom(null, Date.UTC(2020, 1, 1), Date.UTC(2021, 1, 1), 0));
const scene: fc.Arbitrary<Scene & { readonly tags: readonly string[] }> = fc
  .record({
    rule: fc.constantFrom(...kinds),
    filter: fc.constantFrom(...filters),
    tags,
    current: fc.option(tag, { nil: undefined }),
    past: fc.array(tag, { maxLength: 4 }),
    times,
    allowDowngrade: fc.boolean(),
  })
  .map(({ rule, filter, tags, current, past, times, allowDowngrade }) => {
    const created: Record<string, number | null> = {};
    for (const name of [...tags, current ?? '', ...past]) created[name] = times.next().value ?? null;
    const values = current === undefined ? past : [current, ...past];
    return {
      rule,
      policy: { filter, allowDowngrade },
      tags,
      created,
      digests: Object.fromEntries(tags.map((name) => [name, `sha256:${name}`])),
      ...(current === undefined ? {} : { current }),
      past: values,
    };
  });

describe('laws of every kind', () => {
  it('the order of the tags plays no part', () => {
    const shuffled = scene.chain((one) =>
      fc.tuple(fc.constant(one), fc.shuffledSubarray([...one.tags], { minLength: one.tags.length })),
    );
    fc.assert(
      fc.property(shuffled, ([one, order]) => {
        const a = decided(one);
        const b = decided({ ...one, tags: order });
        expect({ ...b }).toEqual({ ...a });
      }),
      { numRuns: 500 },
    );
  });

  it('every tag is accounted for once', () => {
    fc.assert(
      fc.property(scene, (one) => {
        const decision = decided(one);
        const named = decision.dropped.map(({ tag: name }) => name).concat(decision.elected ?? []);
        expect(named.toSorted()).toEqual(one.tags.toSorted());
        expect(decision.considered).toBe(one.tags.length);
      }),
      { numRuns: 500 },
    );
  });

  it('the elected tag is one of the list, and electing it again changes nothing', () => {
    fc.assert(
      fc.property(scene, (one) => {
        const { elected } = decided(one);
        if (elected === null) return;
        expect(one.tags).toContain(elected);
        const again = { ...one, current: elected, past: [elected, ...(one.past ?? [])] };
        expect(decided(one.rule.startsWith('digest') ? { ...again, past: [elected] } : again).elected).toBe(
          elected,
        );
      }),
      { numRuns: 500 },
    );
  });

  it('never backwards: swapping the two never elects the other way round', () => {
    fc.assert(
      fc.property(scene, tag, tag, (one, from, to) => {
        const base = { ...one, policy: { ...one.policy, allowDowngrade: false }, tags: [from, to] };
        const created = { ...one.created, [from]: Date.UTC(2020, 1, 1), [to]: Date.UTC(2021, 1, 1) };
        const digests = { [from]: 'sha256:1', [to]: 'sha256:2' };
        const up = decided({ ...base, created, digests, current: from, past: [from] });
        if (up.elected !== to || from === to || up.reason.includes('only candidate')) return;
        const down = decided({ ...base, created, digests, current: to, past: [to, from] });
        expect(down.elected).not.toBe(from);
      }),
      { numRuns: 500 },
    );
  });

  it('what was taken back is not elected again', () => {
    fc.assert(
      fc.property(scene, (one) => {
        const first = decided({ ...one, past: one.current === undefined ? [] : [one.current] });
        if (first.elected === null || one.current === undefined || first.elected === one.current) return;
        const past = [one.current, first.elected, one.current];
        const after = decided({ ...one, past, digests: {}, more: { offline: true } });
        expect(after.elected).not.toBe(first.elected);
      }),
      { numRuns: 500 },
    );
  });

  it('a decision survives being written as JSON', () => {
    fc.assert(
      fc.property(scene, (one) => {
        const decision = decided(one);
        const copy = JSON.parse(JSON.stringify(decision)) as typeof decision;
        expect(drops(copy)).toEqual(drops(decision));
      }),
      { numRuns: 50 },
    );
  });
});
