import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markerBraces } from '../../src/fields/marker-search.ts';

const pieces = ['{', '"$tallyman"', '"$imagepolicy"', '$', ' ', '\u00a0\n', ':', '"$tallyman":'];

describe('markerBraces', () => {
  it('finds what a regular expression over the whole text finds', () => {
    const text = fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((parts) => parts.join(''));
    let found = 0;
    fc.assert(
      fc.property(text, (all) => {
        const expected = Array.from(
          all.matchAll(/\{\s*"\$(?:tallyman|imagepolicy)"\s*:/g),
          ({ index }) => index,
        );
        expect(Array.from(markerBraces(all))).toEqual(expected);
        found += expected.length;
      }),
      { numRuns: 2000 },
    );
    expect(found).toBeGreaterThan(20);
  });
});
