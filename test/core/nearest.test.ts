import { describe, expect, it } from 'vitest';
import { didYouMean, nearest } from '../../src/core/nearest.ts';

describe('nearest', () => {
  const known = ['semver', 'glob', 'regex', 'numeric', 'alphabetical', 'newest', 'digest'];
  const rows: readonly (readonly [word: string, expected: string | undefined])[] = [
    ['semvr', 'semver'],
    ['SemVer', 'semver'],
    ['golb', 'glob'],
    ['glo', 'glob'],
    ['newst', 'newest'],
    ['alphabetic', 'alphabetical'],
    ['calver', undefined],
    ['', undefined],
    ['x', undefined],
  ];
  it.each(rows)('%j -> %s', (word, expected) => expect(nearest(word, known)).toBe(expected));

  it('says nothing where nothing is near', () => {
    expect(didYouMean('zzz', known)).toBe('');
    expect(didYouMean('semvr', known)).toBe(' (did you mean "semver"?)');
  });

  it('is bounded for long words', () => {
    const before = performance.now();
    nearest('a'.repeat(1_000_000), known);
    nearest('abc', ['b'.repeat(1_000_000)]);
    expect(performance.now() - before).toBeLessThan(200);
  });
});
