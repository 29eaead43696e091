import { describe, expect, it } from 'vitest';
import type { RelativeLevel, Rule } from '../../src/policy/model.ts';
import { decided, drops } from './inputs.ts';

const tags = [
  '1.2.0',
  '1.2.9',
  '1.3.0',
  '1.4.0-rc.1',
  '1.2.10-alpine',
  '1.5.0-alpine',
  '2.0.0',
  '3.0.0-rc.1',
];

function relative(level: RelativeLevel['level'], prerelease: RelativeLevel['prerelease']): Rule {
  return { kind: 'semver', range: '>=0.0.0-0', strict: false, relative: { level, prerelease } };
}

describe('a level above the current version', () => {
  const rows: readonly [
    label: string,
    level: RelativeLevel['level'],
    prerelease: RelativeLevel['prerelease'],
    current: string | undefined,
    elected: string | null,
  ][] = [
    ['patch stays within the minor', 'patch', 'same', '1.2.0', '1.2.9'],
    ['minor stays within the major', 'minor', 'same', '1.2.0', '1.3.0'],
    ['minor of 0.x stays within 0', 'minor', 'same', '0.9.0', null],
    ['major goes anywhere', 'major', 'same', '1.2.0', '2.0.0'],
    ['all takes pre-releases', 'all', 'any', '1.2.0', '3.0.0-rc.1'],
    ['minor with any pre-release', 'minor', 'any', '1.2.0', '1.5.0-alpine'],
    ['a variant stays itself', 'major', 'same', '1.2.0-alpine', '1.5.0-alpine'],
    ['and patch of it too', 'patch', 'same', '1.2.0-alpine', '1.2.10-alpine'],
    ['nothing there: the highest release', 'patch', 'same', undefined, '2.0.0'],
    ['latest there: the highest release', 'patch', 'same', 'latest', '2.0.0'],
    ['no version there: nothing', 'major', 'same', 'main', null],
  ];
  it.each(rows)('%s', (_, level, prerelease, current, elected) => {
    const decision = decided({
      rule: 'semver:*',
      policy: { rule: relative(level, prerelease) },
      tags,
      ...(current === undefined ? {} : { current }),
    });
    expect(decision.elected).toBe(elected);
    expect(decision.considered).toBe(tags.length);
  });
});

describe('a strict numeric policy', () => {
  const strict = { rule: { kind: 'numeric', order: 'asc', strict: true } } as const;

  it('elects the largest number', () => {
    expect(decided({ rule: 'numeric:asc', policy: strict, tags: ['9', '10'] }).elected).toBe('10');
  });

  it('fails whole where one candidate is no number', () => {
    const decision = decided({ rule: 'numeric:asc', policy: strict, tags: ['9', 'main', '10'] });
    expect(decision).toMatchObject({ elected: null, failed: expect.stringContaining('main') as string });
    expect(drops(decision)).toEqual(['10:not-examined', '9:not-examined', 'main:unparsable']);
  });

  it('does not look at what the filter or the exclusions took out', () => {
    const policy = { ...strict, filter: { pattern: '^[0-9a-z]+$', extract: undefined }, exclude: ['main'] };
    expect(decided({ rule: 'numeric:asc', policy, tags: ['9', 'main', 'x-1'] }).elected).toBe('9');
  });

  it('unlike one that is not strict', () => {
    expect(decided({ rule: 'numeric:asc', tags: ['9', 'main', '10'] }).elected).toBe('10');
  });
});

describe('excluded patterns', () => {
  it('drop what they match anywhere, and say which', () => {
    const decision = decided({
      rule: 'semver:*',
      policy: { excludePatterns: ['rc', '^2'] },
      tags: ['1.0.0', '2.0.0', '1.5.0-rc.1'],
    });
    expect(decision.elected).toBe('1.0.0');
    expect(decision.dropped.map(({ tag, rule, detail }) => [tag, rule, detail])).toEqual([
      ['2.0.0', 'excluded', 'matches exclude "^2"'],
      ['1.5.0-rc.1', 'excluded', 'matches exclude "rc"'],
    ]);
  });
});
