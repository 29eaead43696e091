import { describe, expect, it } from 'vitest';
import { compilePattern } from '../../src/policy/patterns/pattern.ts';
import { decide } from '../../src/policy/election/decide.ts';
import { parseRange } from '../../src/policy/versions/semver-range.ts';
import { compileTagGlob } from '../../src/policy/patterns/tag-glob.ts';
import { inputOf, under, type Scene } from './inputs.ts';

/**
 * What a repository or a registry may give on purpose. Each of these takes a second or less on a quiet machine; the bound only tells a
 * hang, or a cost that grows faster than the input.
 */
const bound = 8000;

const count = 100_000;
const longest = 128;
/** Different at the start, the same for long, and the worst at the end. */
const tags = Array.from(
  { length: count },
  (_, index) => `${`${index}${'a'.repeat(longest)}`.slice(0, longest - 1)}b`,
);
const numbers = Array.from({ length: count }, (_, index) =>
  `${index}${'9'.repeat(longest)}`.slice(0, longest),
);
const versions = Array.from(
  { length: count },
  (_, index) => `${`1.2.${index}-${'a.'.repeat(longest)}`.slice(0, longest - 1)}b`,
);

describe('100,000 tags of 128 characters', () => {
  const rows: readonly (readonly [label: string, scene: Scene])[] = [
    ['nested quantifiers', { rule: 'regex:(a+)+$ order=alphabetical', tags }],
    ['nested quantifiers from the start', { rule: 'regex:^[0-9]*(a+)+$ order=alphabetical', tags }],
    ['branches that overlap', { rule: 'regex:^[0-9]*(a|a|aa)*$ order=alphabetical', tags }],
    ['many stars', { rule: 'regex:a*a*a*a*a*a*a*a*a*a*c order=alphabetical', tags }],
    [
      'a filter that extracts from what it cannot match',
      { rule: 'numeric:asc', policy: { filter: { pattern: '(a+)+([0-9]+)$', extract: '$2' } }, tags },
    ],
    ['a glob of many stars', { rule: 'glob:*a*a*a*a*a*a*a*c order=alphabetical', tags }],
    ['a glob of 256 alternatives', { rule: `glob:{*aa,*a}${'{a,b}'.repeat(7)}c order=alphabetical`, tags }],
    ['a long glob', { rule: `glob:*${'a'.repeat(120)}c order=alphabetical`, tags }],
    [
      'exclusions',
      { rule: 'alphabetical:asc', policy: { exclude: ['*a*a*a*c', `{*a,*b}${'{a,b}'.repeat(6)}c`] }, tags },
    ],
    ['numbers of 128 digits', { rule: 'numeric:desc', tags: numbers }],
    ['versions with 60 identifiers', { rule: 'semver:>=1.0.0-0', tags: versions }],
    [
      'versions in 256 alternatives',
      {
        rule: `semver:${Array.from({ length: 256 }, (_, index) => `>9.${index}-0`).join('||')}`,
        tags: versions,
      },
    ],
    ['no versions at all', { rule: 'semver:*', tags: numbers }],
    ['no tags at all', { rule: 'semver:*', tags: tags.map((tag) => `${tag}-`) }],
  ];
  it.each(rows)('%s', (_label, scene) => {
    const input = inputOf(scene);
    const before = performance.now();
    const step = decide(input);
    const trace = 'decision' in step ? step.decision.dropped : [];
    expect(performance.now() - before).toBeLessThan(bound);
    expect(trace.length).toBeGreaterThanOrEqual(count - 1);
  });

  const costly: readonly (readonly [label: string, scene: Scene])[] = [
    [
      'hundreds of alternatives that must be kept apart',
      {
        rule: `regex:(?:${Array.from({ length: 40 }, (_, at) => `[0-${at % 9}a-f].{${at + 1}}`).join('|')})[YZ] order=alphabetical`,
        tags,
      },
    ],
    [
      'a branch that is tried in vain at every character',
      {
        rule: 'numeric:asc',
        policy: { filter: { pattern: `^(?:${'.*'.repeat(60)}Z|(.*))$`, extract: '$1' } },
        tags,
      },
    ],
    [
      'many exclusions',
      {
        rule: 'alphabetical:asc',
        policy: { excludePatterns: Array.from({ length: 25 }, () => '(a+)+c') },
        tags,
      },
    ],
    ['what an environment takes', under({ tags: '(?:a.*b.*){20}c' }, { rule: 'alphabetical:asc', tags })],
  ];
  it.each(costly)('is refused with its reason: %s', (_label, scene) => {
    const before = performance.now();
    const step = decide(inputOf(scene));
    if (!('decision' in step)) throw new Error('it asks for something');
    expect(performance.now() - before).toBeLessThan(2000);
    expect(step.decision).toMatchObject({ elected: null, considered: count });
    expect(step.decision.failed).toMatch(
      /regular expressions compile to \d+ steps, which is too many for 100000 tags/,
    );
    expect(step.decision.dropped.filter(({ rule }) => rule === 'not-examined')).toHaveLength(count);
    // The same policy over fewer tags is carried out.
    const few = decide(inputOf({ ...scene, tags: tags.slice(0, 300) }));
    expect('decision' in few && few.decision.failed).toBeUndefined();
  });

  it('with the largest pattern that may extract', () => {
    const largest = '(?:(a|b|c|d|[0-9]|m|i|n|-)?){36}';
    const pattern = compilePattern(largest, '$1');
    if ('error' in pattern) throw new Error(pattern.error);
    const before = performance.now();
    for (const tag of tags.slice(0, 1000)) pattern.value(tag);
    expect(performance.now() - before).toBeLessThan(bound);
  });
});

describe('patterns as texts', () => {
  const megabyte = 1_000_000;
  const rows: readonly (readonly [label: string, read: () => unknown])[] = [
    ['a pattern of 1 MB', () => compilePattern('a'.repeat(megabyte), undefined)],
    ['a pattern of 1 MB of brackets', () => compilePattern('('.repeat(megabyte), undefined)],
    ['a template of 1 MB', () => compilePattern('(a)', '$1'.repeat(megabyte / 2))],
    [
      'a pattern that is nested 500 deep',
      () => compilePattern(`${'('.repeat(500)}a${')'.repeat(500)}{3}{3}{3}{3}{3}{3}{3}`, undefined),
    ],
    ['repetitions of repetitions', () => compilePattern('((((a{30}){30}){30}){30}){30}', undefined)],
    ['a program of many steps that extracts', () => compilePattern('(.{1,60})(.{1,60})$', '$1')],
    [
      'a range of 10,000 alternatives',
      () => parseRange(Array.from({ length: 10_000 }, (_, index) => `^${index}`).join(' || ')),
    ],
    ['a range of 1 MB', () => parseRange('>=1.0.0 '.repeat(megabyte / 8))],
    ['a glob of 1 MB', () => compileTagGlob('*'.repeat(megabyte))],
    ['a glob of 2^500 alternatives', () => compileTagGlob('{a,b}'.repeat(200))],
    ['braces that are nested 300 deep', () => compileTagGlob(`${'{'.repeat(300)}a${'}'.repeat(300)}`)],
  ];
  it.each(rows)('refuses %s at once', (_label, read) => {
    const before = performance.now();
    expect(read()).toEqual(expect.objectContaining({ error: expect.any(String) as string }));
    expect(performance.now() - before).toBeLessThan(500);
  });

  it.each([
    ['1,024 characters', 'a'.repeat(1024)],
    ['hundreds of options', `^${'[a-z]?'.repeat(170)}$`],
    ['hundreds of groups', `^${'(a)'.repeat(300)}$`],
    [
      'plain options as long as is read',
      `^${Array.from({ length: 120 }, (_, index) => `${String.fromCharCode(0x4e00 + index)}?`).join('')}$`,
    ],
  ])('reads a pattern of %s in a moment', (_label, source) => {
    const before = performance.now();
    expect(compilePattern(source, undefined)).not.toHaveProperty('error');
    expect(performance.now() - before).toBeLessThan(1000);
  });
});
