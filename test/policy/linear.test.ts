import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { plainRegExp } from '../../src/policy/patterns/linear.ts';
import { plainEngine, re2Engine } from '../../src/policy/patterns/pattern.ts';

describe('patterns that run as RegExp', () => {
  const plain: readonly (readonly [label: string, source: string])[] = [
    ['a stamp', '^main-[0-9a-f]+-(?P<ts>[0-9]+)$'],
    ['a stamp, .NET style of name', '^main-[0-9a-f]+-(?<ts>[0-9]+)$'],
    ['a version', '^v?(\\d+)\\.(\\d+)\\.(\\d+)$'],
    ['a version with an optional end', '^v?\\d+\\.\\d+\\.\\d+(-rc\\.\\d+)?$'],
    ['branches that start apart', '^(main|release)-(\\d+)$'],
    ['a prefix alone', '^main-'],
    ['everything after a prefix', '^main-(.*)$'],
    ['everything', '^.*$'],
    ['case folded', '(?i)^MAIN-(\\d+)$'],
    ['a negated class', '^[^-]+-(\\d+)$'],
    ['bounded repetition', '^[0-9a-f]{7,40}$'],
    ['exact repetition', '^[0-9a-f]{40}-\\d{8}$'],
    ['no anchor, digits last', '-(\\d+)$'],
    ['no anchor, a literal', 'alpine'],
    ['a group that captures nothing', '^(?:v|r)(\\d+)$'],
  ];
  it.each(plain)('without end, %s: %s', (_label, source) => {
    expect(plainRegExp(source)?.longest).toBe(Infinity);
  });

  const bounded: readonly (readonly [label: string, source: string])[] = [
    ['branches that start alike, once', '^(rel|release)-\\d+$'],
    ['branches that start alike by a class', '^(?:[a-c]x|by)$'],
    ['quantifiers that overlap', '^\\w+\\d+$'],
    ['quantifiers that overlap at a distance', '^a*b?a*$'],
    ['anything, then a literal', '^.*-(\\d+)$'],
    ['a branch name, a revision and a stamp', '^(?P<branch>[a-z0-9-]+)-[0-9a-f]{7,40}-(?P<ts>\\d+)$'],
    ['the signatures of Flux', '^.*\\.sig$'],
    ['an option that overlaps', '^v?[a-z]+$'],
    ['an optional group that overlaps', '^(ab)?a$'],
    ['an empty branch', '^(a|)b$'],
    ['no anchor and a class first', '[0-9]+$'],
    ['no anchor and a long class', '[0-9a-f]{40}$'],
    ['no anchor and maybe nothing', 'a?'],
  ];
  it.each(bounded)('as long as a tag, %s: %s', (_label, source) => {
    expect(plainRegExp(source)?.longest).toBe(128);
  });

  const others: readonly (readonly [label: string, source: string])[] = [
    ['nested quantifiers', '(a+)+$'],
    ['nested quantifiers, from the start', '^(a+)+$'],
    ['nested with a star', '^(a*)*b'],
    ['a repeated group', '^(?:\\.\\d+)*$'],
    ['branches that start alike', '^(a|a)*$'],
    ['repetitions that overlap twice', '^\\w+\\d+\\w+$'],
    ['anything after anything', '^.*-(.*)-(.*)$'],
    ['no anchor, then a repetition that overlaps', '.*-\\d+$'],
    ['an optional group that may be empty', '^(a*)?$'],
    ['anchors in branches', '^a$|^b$'],
    ['an anchor inside', '^(a$)'],
    ['lazy', '^a+?b$'],
    ['lazy option', '^a??b$'],
    ['flags in the middle', '^a(?i)b$'],
    ['other flags', '(?s)^a.b$'],
    ['flags for a group', '^(?i:a)$'],
    ['word boundary', '^\\bmain$'],
    ['text anchors', '\\Amain\\z'],
    ['Unicode classes', '^\\pL$'],
    ['POSIX classes', '^[[:digit:]]$'],
    ['quoted', '^\\Qa.b\\E$'],
    ['code points', '^\\x41$'],
    ['a brace for itself', '^a{$'],
    ['folding outside ASCII', '(?i)^é$'],
    ['a bracket first in a class', '^[]a]$'],
    ['a dash in the middle of a class', '^[a\\d-z]$'],
    ['longer than people write', `^${'a'.repeat(300)}$`],
  ];
  it.each(others)('not %s: %s', (_label, source) => {
    expect(() => RE2JS.compile(source)).not.toThrow();
    expect(plainRegExp(source)).toBeUndefined();
  });
});

const character = fc.constantFrom(...Array.from('abkKsSzAZ019-_. é\u017f\u212a\n\u{1f600}\\^$]'));
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom(...Array.from('abkKs01-.')), maxLength: 12 }),
  fc.string({ unit: character, maxLength: 10 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
);
const classes = [
  '[a-k]',
  '[^a-k]',
  '[0-9a-f]',
  '[kK]',
  '[^\\w]',
  '[-.]',
  '[\\d-]',
  '[a\\-z]',
  '[]a]',
  '[^-]',
];
const escapes = ['\\d', '\\D', '\\w', '\\W', '\\s', '\\S', '\\.', '\\-', '\\\\', '\\$'];
const single = fc.constantFrom(
  'a',
  'b',
  'k',
  's',
  'K',
  '0',
  '-',
  'é',
  '\u{1f600}',
  '.',
  ...escapes,
  ...classes,
);
const times = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,2}', '{2,}', '{0,3}', '+?');
const { branches } = fc.letrec<{ branches: string; branch: string; part: string }>((tie) => ({
  part: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 4, arbitrary: fc.tuple(single, times).map((parts) => parts.join('')) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('(', '(?:', '(?P<n>'), tie('branches'), fc.constantFrom(')', ')', ')?', ')*'))
        .map((parts) => parts.join('')),
    },
  ),
  branch: fc.array(tie('part'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
  branches: fc.array(tie('branch'), { minLength: 1, maxLength: 2 }).map((parts) => parts.join('|')),
}));
const source = fc
  .tuple(fc.constantFrom('', '', '(?i)'), fc.constantFrom('^', '^', ''), branches, fc.constantFrom('$', ''))
  .map((parts) => parts.join(''));

describe('laws of the two engines', () => {
  it('give the same match and the same groups wherever RegExp is used', () => {
    let plain = 0;
    let bounded = 0;
    fc.assert(
      fc.property(source, fc.array(text, { minLength: 3, maxLength: 8 }), (pattern, texts) => {
        const expression = compiled(pattern);
        const fast = expression && plainRegExp(pattern);
        if (expression === undefined || fast === undefined) return;
        if (fast.longest === Infinity) plain++;
        else bounded++;
        const engines = [plainEngine(fast.expression), re2Engine(expression)] as const;
        for (const one of texts) {
          const [a, b] = engines.map((engine) => engine.find(one)?.map((group) => group ?? null));
          expect(a).toEqual(b);
          expect(engines[0].matches(one)).toBe(engines[1].matches(one));
        }
      }),
      { numRuns: 6000 },
    );
    expect(plain).toBeGreaterThan(500);
    expect(bounded).toBeGreaterThan(500);
  });

  it('never hand RegExp a pattern that could run away: every text costs a few steps per character', () => {
    fc.assert(
      fc.property(source, character, character, (pattern, a, b) => {
        const fast = compiled(pattern) && plainRegExp(pattern);
        if (fast === undefined) return;
        const before = performance.now();
        const length = Math.min(fast.longest, 20_000);
        for (const one of [a.repeat(length), `${a}${b}`.repeat(length / 2), `${a.repeat(length)}${b}`])
          fast.expression.test(one);
        // Quadratic time would be a second and more over the long ones, and so would be exponential time over the short ones.
        expect(performance.now() - before).toBeLessThan(150);
      }),
      { numRuns: 1500 },
    );
  });

  it('take the same characters one by one, in either case', () => {
    const points = Array.from({ length: 0x3000 }, (_, code) => code).concat(0xfeff, 0x1f600, 0x10ffff);
    const parts = [...escapes, ...classes].filter((part) => part !== '[]a]');
    for (const part of ['a', 'k', 'S', '.', '[a-z]', '[^s]', '[^k-m]', '[+-_]', ...parts]) {
      for (const pattern of [`^${part}$`, `(?i)^${part}$`]) {
        const fast = plainRegExp(pattern)?.expression;
        const slow = compiled(pattern);
        expect(fast, pattern).toBeDefined();
        const differ = points.filter((code) => {
          const one = String.fromCodePoint(code);
          return fast?.test(one) !== slow?.test(one);
        });
        expect(differ, pattern).toEqual([]);
      }
    }
  });
});

function compiled(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return undefined;
  }
}
