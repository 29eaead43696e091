import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Policy } from '../../src/policy/model.ts';
import { decided, drops, type Scene } from './inputs.ts';

interface Family {
  readonly label: string;
  readonly rule: string;
  readonly filter?: Policy['filter'];
  /** Tags that the policy's order holds to be equal, one family below the other. */
  readonly equals: readonly (readonly string[])[];
}

const time = Date.UTC(2026, 1, 1);
const build = { pattern: '^(.+)_(.+)$', extract: '$1+$2' };
const first = { pattern: '^(\\d+)-[a-z]+$', extract: '$1' };

/** Every kind, with values that differ and mean the same. */
const families: readonly Family[] = [
  {
    label: 'semver',
    rule: 'semver:*',
    equals: [
      ['1.1', 'v1.1', '1.1.0', 'v1.1.0'],
      ['1.2', '1.2.0', 'v1.2.0', '01.2.0'],
    ],
  },
  {
    label: 'semver that differs in build',
    rule: 'semver:*',
    filter: build,
    equals: [
      ['1.1.0_b1', '1.1.0_b2'],
      ['1.2.0_b1', '1.2_b2'],
    ],
  },
  {
    label: 'semver, pre-releases',
    rule: 'semver:*-0',
    equals: [
      ['1.2-rc.1', 'v1.2.0-rc.1'],
      ['1.2-rc.10', '1.2.0-rc.10'],
    ],
  },
  {
    label: 'semver, extracted',
    rule: 'semver:*',
    filter: first,
    equals: [
      ['1-a', '1-b', '1-c'],
      ['2-a', '2-b'],
    ],
  },
  {
    label: 'glob by semver',
    rule: 'glob:* order=semver',
    equals: [
      ['1.1', '1.1.0'],
      ['1.2', '1.2.0', 'v1.2.0'],
    ],
  },
  {
    label: 'glob by numeric',
    rule: 'glob:* order=numeric',
    equals: [
      ['7', '07', '7.0'],
      ['8', '008', '8.00'],
    ],
  },
  {
    label: 'glob by newest',
    rule: 'glob:*',
    equals: [
      ['a', 'b', 'c'],
      ['d', 'e'],
    ],
  },
  {
    label: 'regex by numeric',
    rule: 'regex:^\\d+ order=numeric',
    filter: first,
    equals: [
      ['1-a', '01-a'],
      ['2-a', '2-b'],
    ],
  },
  {
    label: 'regex by alphabetical',
    rule: 'regex:a order=alphabetical',
    filter: first,
    equals: [
      ['1-a', '1-ba'],
      ['2-a', '2-ca'],
    ],
  },
  {
    label: 'numeric',
    rule: 'numeric:asc',
    equals: [
      ['7', '07', '7.0'],
      ['8', '008', '8.00'],
    ],
  },
  {
    label: 'numeric, down',
    rule: 'numeric:desc',
    equals: [
      ['8', '008', '8.00'],
      ['7', '07', '7.0'],
    ],
  },
  {
    label: 'numeric, extracted',
    rule: 'numeric:asc',
    filter: first,
    equals: [
      ['1-a', '01-b'],
      ['2-a', '2-b', '02-c'],
    ],
  },
  {
    label: 'alphabetical, extracted',
    rule: 'alphabetical:asc',
    filter: first,
    equals: [
      ['1-a', '1-b'],
      ['2-a', '2-b'],
    ],
  },
  {
    label: 'alphabetical, down, extracted',
    rule: 'alphabetical:desc',
    filter: first,
    equals: [
      ['2-a', '2-b'],
      ['1-a', '1-b'],
    ],
  },
  {
    label: 'newest',
    rule: 'newest:',
    equals: [
      ['a', 'b', 'c'],
      ['d', 'e'],
    ],
  },
];

function sceneOf({ rule, filter, equals }: Family, tags: readonly string[], current?: string): Scene {
  const created = Object.fromEntries(equals.flatMap((same, index) => same.map((tag) => [tag, time + index])));
  return { rule, policy: { filter }, tags, created, ...(current === undefined ? {} : { current }) };
}

describe.each(families)('the order of $label', (family) => {
  const all = family.equals.flat();
  const best = family.equals.at(-1) ?? [];
  const shuffled = fc.shuffledSubarray(all, { minLength: all.length });

  it('is total: in any order of arrival the same tag is elected, and the others stand in the same order', () => {
    const expected = decided(sceneOf(family, all));
    expect(best).toContain(expected.elected);
    fc.assert(
      fc.property(shuffled, (tags) => {
        const decision = decided(sceneOf(family, tags));
        expect(decision.elected).toBe(expected.elected);
        expect(drops(decision)).toEqual(drops(expected));
      }),
      { numRuns: 40 },
    );
  });

  it('keeps every tag, also those of one value', () => {
    const { elected, dropped, considered } = decided(sceneOf(family, all));
    expect(considered).toBe(all.length);
    expect(
      dropped
        .map(({ tag }) => tag)
        .concat(elected ?? '')
        .toSorted(),
    ).toEqual(all.toSorted());
    expect(new Set(dropped.map(({ rule }) => rule))).toEqual(new Set(['outranked']));
    const tied = dropped.filter(({ tag }) => best.includes(tag));
    expect(tied.map(({ detail }) => detail.startsWith(`equal to ${elected ?? ''}`))).toEqual(
      tied.map(() => true),
    );
    // What is equal to the elected tag comes before what is below it.
    expect(dropped.slice(0, tied.length)).toEqual(tied);
  });

  it.each(best)('lets the current value %s win every tie', (current) => {
    fc.assert(
      fc.property(shuffled, (tags) => {
        expect(decided(sceneOf(family, tags, current)).elected).toBe(current);
      }),
      { numRuns: 10 },
    );
  });

  it('prefers the longer spelling, then the last in byte order', () => {
    const [expected] = best.toSorted((a, b) => b.length - a.length || (a < b ? 1 : -1));
    expect(decided(sceneOf(family, all)).elected).toBe(expected);
  });

  it('does not change by a tag that is listed twice', () => {
    const once = decided(sceneOf(family, all));
    const twice = decided(sceneOf(family, [...all, ...all]));
    expect(twice.elected).toBe(once.elected);
    expect(twice.considered).toBe(2 * all.length);
    expect(twice.dropped).toHaveLength(2 * all.length - 1);
  });
});

describe('what cannot be read', () => {
  it.each([
    ['semver:*', ['main', '1.2.3.4', 'V1.0.0'], '1.0.0'],
    ['numeric:asc', ['main', '1e3', '0x10'], '12'],
    ['glob:* order=numeric', ['main', '1-2'], '12'],
    ['regex:. order=semver', ['main', '1.x'], '1.0.0'],
  ] as const)('is counted and moves nothing: %s', (rule, bad, good) => {
    const decision = decided({ rule, tags: [...bad, good] });
    expect(decision.elected).toBe(good);
    expect(decision.considered).toBe(bad.length + 1);
    expect(drops(decision).toSorted()).toEqual(bad.map((tag) => `${tag}:unparsable`).toSorted());
    const none = decided({ rule, tags: bad });
    expect(none.elected).toBeNull();
    expect(none.reason).toContain(`${bad.length} unparsable`);
  });
});
