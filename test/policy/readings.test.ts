import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileScreen } from '../../src/policy/election/candidates.ts';
import { decide } from '../../src/policy/election/decide.ts';
import type { DecideStep } from '../../src/policy/election/decision.ts';
import { textRanking } from '../../src/policy/election/order.ts';
import { ReadingsCache } from '../../src/policy/election/readings.ts';
import { inputOf, policyOf } from './inputs.ts';

const policy = policyOf('alphabetical:asc', { filter: { pattern: '^m(.*)$', extract: '$1' } });

/** A cache, and the tags that were read when it was asked. */
function watched() {
  const cache = new ReadingsCache();
  const screen = compileScreen(policy);
  return {
    cache,
    read: (tags: readonly string[], one = policy) => {
      const judged: string[] = [];
      const watching = { ...screen, judge: (tag: string) => (judged.push(tag), screen.judge(tag)) };
      const { rules, keys } = cache.read(one, null, tags, watching, textRanking(one.rule));
      return { judged, rules, keys };
    },
  };
}

describe('readings of tags', () => {
  it('are taken once', () => {
    const { read } = watched();
    expect(read(['ma', 'x', 'mb']).judged).toEqual(['ma', 'x', 'mb']);
    expect(read(['ma', 'x', 'mb'])).toEqual({
      judged: [],
      rules: [undefined, 'filtered', undefined],
      keys: ['a', undefined, 'b'],
    });
  });

  it('are taken of new tags only, wherever they stand in the list', () => {
    const { read } = watched();
    read(['ma', 'x', 'mb']);
    const after = read(['m0', 'mb', 'x', 'mc', 'ma']);
    expect(after.judged).toEqual(['m0', 'mc']);
    expect(after.keys).toEqual(['0', 'b', undefined, 'c', 'a']);
    expect(after.rules).toEqual([undefined, undefined, 'filtered', undefined, undefined]);
  });

  it('are taken of new tags only, where many came and went at once', () => {
    const { read } = watched();
    const old = Array.from({ length: 200 }, (_, index) => `m${index}`);
    const added = Array.from({ length: 100 }, (_, index) => `n${index}`);
    read(old);
    const after = read([...old.slice(0, 20), ...added, ...old.slice(150)]);
    expect(after.judged).toEqual(added);
    expect(after.rules).toEqual([
      ...Array(20).fill(undefined),
      ...Array(100).fill('filtered'),
      ...Array(50).fill(undefined),
    ]);
  });

  it('are forgotten with their tag', () => {
    const { read } = watched();
    read(['ma', 'mb']);
    read(['mb']);
    expect(read(['ma', 'mb']).judged).toEqual(['ma']);
  });

  it('are forgotten where a cycle did not use them', () => {
    const { cache, read } = watched();
    read(['ma']);
    cache.turn();
    expect(read(['ma']).judged).toEqual([]);
    cache.turn();
    cache.turn();
    expect(read(['ma']).judged).toEqual(['ma']);
  });

  it('are held for as long as something that came of them is kept', () => {
    const { cache, read } = watched();
    read(['ma']);
    const entry = cache.takeLatest();
    expect(cache.takeLatest()).toBeUndefined();
    for (let cycle = 0; cycle < 3; cycle++) {
      cache.turn();
      if (entry !== undefined) cache.keep(entry);
    }
    expect(read(['ma', 'mb']).judged).toEqual(['mb']);
  });

  it.each([
    ['its exclusions', policyOf('alphabetical:asc', { filter: policy.filter, exclude: ['z'] })],
    ['its filter', policyOf('alphabetical:asc')],
    ['its rule', policyOf('alphabetical:desc', { filter: policy.filter })],
  ])('are taken anew where the policy changes %s', (_label, changed) => {
    const { read } = watched();
    read(['ma']);
    expect(read(['ma'], changed).judged).toEqual(['ma']);
  });

  it('read 100,000 tags once and a few new ones after that', () => {
    const { read } = watched();
    const tags = Array.from({ length: 100_000 }, (_, index) => `m${index}`);
    expect(read(tags).judged).toHaveLength(100_000);
    expect(read(['m-first', ...tags.slice(10), 'm-last']).judged).toEqual(['m-first', 'm-last']);
  });
});

describe('the law of readings', () => {
  const rules = [
    'semver:*',
    'semver:>=1.0.0-0 <3',
    'glob:*1* order=semver',
    'glob:*',
    'numeric:asc',
    'alphabetical:desc',
    'newest:',
    'digest:1.0',
  ];
  const tag = fc.constantFrom(
    '1',
    '1.0',
    '1.0.0',
    'v1.0.0',
    '1.1.0-rc.1',
    '2.0',
    '2.1.1',
    'main',
    'a.sig',
    '10',
    'latest',
  );
  const cycle = fc.record({
    rule: fc.constantFrom(...rules),
    exclude: fc.constantFrom<readonly string[]>([], ['2*']),
    filter: fc.constantFrom(undefined, { pattern: '^v?(.*)$', extract: '$1' }),
    relative: fc.boolean(),
    tags: fc.array(tag, { maxLength: 8 }),
    current: fc.option(tag, { nil: undefined }),
    past: fc.array(tag, { maxLength: 3 }),
    turn: fc.boolean(),
  });

  it('a decision is the same with and without them, whatever lists and policies came before', () => {
    const times = new Map<string, number>();
    fc.assert(
      fc.property(fc.array(cycle, { maxLength: 10 }), (cycles) => {
        const cache = new ReadingsCache();
        for (const { rule, exclude, filter, relative, tags, current, past, turn } of cycles) {
          const change = { exclude, filter };
          const base = policyOf(rule, change);
          const near =
            relative && base.rule.kind === 'semver'
              ? { rule: { ...base.rule, relative: { level: 'minor', prerelease: 'any' } as const } }
              : {};
          const created = Object.fromEntries(
            [...tags, ...past, current ?? ''].map((name) => [name, timeOf(times, name)]),
          );
          const input = inputOf({
            rule,
            policy: { ...change, ...near },
            tags,
            created,
            ...(current === undefined ? {} : { current }),
            past: current === undefined ? past : [current, ...past],
            more: { offline: true },
          });
          expect(plain(decide(input, cache))).toEqual(plain(decide(input)));
          if (turn) cache.turn();
        }
      }),
      { numRuns: 400 },
    );
  });
});

/** Without the getter of the trace. */
function plain(step: DecideStep): unknown {
  return JSON.parse(JSON.stringify(step));
}

function timeOf(times: Map<string, number>, tag: string): number {
  const known = times.get(tag) ?? Date.UTC(2020, 1, 1) + times.size * 1000;
  times.set(tag, known);
  return known;
}
