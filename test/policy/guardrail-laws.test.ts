import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../src/policy/election/decision.ts';
import { compilePattern } from '../../src/policy/patterns/pattern.ts';
import { decided, gateNamesOf, inputOf, now, under, type Scene } from './inputs.ts';

describe('laws of guardrails', () => {
  const tag = fc.constantFrom(
    '1',
    '1.0',
    '1.0.0',
    'v1.0.0',
    '1.1.0-rc.1',
    '2.0',
    'v2.1.1',
    'main-3',
    'a.sig',
    '10',
    'latest',
    'stable',
  );
  const kinds = [
    'semver:*',
    'semver:*-0',
    'glob:*1* order=semver',
    'glob:*',
    'regex:\\d order=numeric',
    'numeric:asc',
  ].concat(['numeric:desc', 'alphabetical:asc', 'newest:', 'digest:stable']);
  const ages = fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined });
  const guardrails = fc.record({
    tags: fc.constantFrom(undefined, '^v?[0-9.]+$', '^v', 'main|stable', '-', '^$', '[0-9]'),
    minAge: ages,
    mode: fc.constantFrom(undefined, 'pullRequest' as const),
  });
  const scenes = fc
    .record({
      rule: fc.constantFrom(...kinds),
      filter: fc.constantFrom(undefined, { pattern: '^v?(.*)$', extract: '$1' }),
      exclude: fc.constantFrom<readonly string[]>([], ['2*']),
      minAge: ages,
      allowDowngrade: fc.boolean(),
      onRevert: fc.constantFrom('skip' as const, 'hold' as const),
      tags: fc.uniqueArray(tag, { maxLength: 9 }),
      current: fc.option(tag, { nil: undefined }),
      past: fc.array(tag, { maxLength: 4 }),
      times: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 20, maxLength: 20 }),
    })
    .map(
      ({
        tags,
        current,
        past,
        times,
        rule,
        ...policy
      }): Scene & { readonly seen: Record<string, number> } => {
        const names = [...new Set([...tags, ...past, ...(current === undefined ? [] : [current])])];
        const timeOf = (shift: number) =>
          Object.fromEntries(names.map((name, index) => [name, now - (times[index + shift] ?? 0)]));
        const seen = timeOf(0);
        const facts = {
          ...inputOf({
            rule,
            tags,
            created: timeOf(7),
            digests: Object.fromEntries(tags.map((name) => [name, `sha256:${name}`])),
          }).facts,
          seen,
        };
        return {
          rule,
          policy,
          ...(current === undefined ? {} : { current }),
          past: current === undefined ? past : [current, ...past],
          more: { facts },
          seen,
        };
      },
    );

  it('what is elected is what the environment takes, whatever the policy says', () => {
    fc.assert(
      fc.property(scenes, guardrails, (scene, rules) => {
        const { elected } = decided(under(rules, scene));
        if (elected === null || elected === scene.current) return;
        expect(matches(rules.tags ?? '.', elected)).toBe(true);
        expect(now - (scene.seen[elected] ?? now)).toBeGreaterThanOrEqual(rules.minAge ?? 0);
      }),
      { numRuns: 1500 },
    );
  });

  it('one more rule makes no candidate and opens no gate', () => {
    fc.assert(
      fc.property(scenes, guardrails, guardrails, (scene, one, other) => {
        const before = decided(under(one, scene));
        // The stricter of both; two patterns are tried one after the other.
        const after = decided(
          under(
            {
              tags: one.tags ?? other.tags,
              minAge: Math.max(one.minAge ?? 0, other.minAge ?? 0),
              mode: one.mode ?? other.mode,
            },
            scene,
          ),
        );
        const known = new Set(candidates(before));
        expect(candidates(after).filter((name) => !known.has(name))).toEqual([]);
        // By creation time, what was taken back holds only while it is still a candidate (product.md, 6.2).
        const isHeldByTime = gateNamesOf(before).every((gate) => gate === 'reverted') && isByTime(scene.rule);
        const mayOpen = before.gates.length === 0 || after.elected === null || isHeldByTime;
        expect(mayOpen || after.gates.length > 0).toBe(true);
      }),
      { numRuns: 1500 },
    );
  });

  it('the order of the tags plays no part', () => {
    fc.assert(
      fc.property(scenes, guardrails, fc.nat(), (scene, rules, seed) => {
        const { facts } = inputOf(scene);
        const shuffled = facts.tags.toSorted((a, b) => hash(a, seed) - hash(b, seed));
        const other = { ...scene, more: { ...scene.more, facts: { ...facts, tags: shuffled } } };
        expect({ ...decided(under(rules, other)) }).toEqual({ ...decided(under(rules, scene)) });
      }),
      { numRuns: 500 },
    );
  });
});

/** What was elected, and what only a better one kept from it. */
function candidates({ elected, dropped }: Decision): readonly string[] {
  const outranked = dropped.filter(({ rule }) => rule === 'outranked').map(({ tag }) => tag);
  return elected === null ? outranked : [elected, ...outranked];
}

function isByTime(rule: string): boolean {
  return rule === 'newest:' || rule === 'glob:*';
}

function matches(source: string, text: string): boolean {
  const pattern = compilePattern(source, undefined);
  if ('error' in pattern) throw new Error(pattern.error);
  return pattern.matches(text);
}

function hash(text: string, seed: number): number {
  return Array.from(text).reduce(
    (sum, character) => (sum * 31 + character.charCodeAt(0)) % 9973,
    seed % 9973,
  );
}
