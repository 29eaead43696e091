import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGlob } from '../../src/core/glob.ts';
import { compileTagGlob } from '../../src/policy/patterns/tag-glob.ts';

describe('globs on tags', () => {
  const rows: readonly (readonly [pattern: string, matches: string, not: string])[] = [
    ['{a,b}', 'a b', 'c ab'],
    ['{1,2}.*-{alpine,slim}', '1.0-alpine 2.-slim', '3.0-alpine 1.0-debug 1.0-alpine3'],
    ['v{1{0,1},2}*', 'v10 v11 v2 v2.5', 'v1 v12x1 v3'],
    ['{,v}1.?', '1.2 v1.2', '1. v1.23 w1.2'],
    ['[a-c]{1,2}[!0-9]', 'a1x c2_', 'd1x a3x a11'],
    ['x\\{1\\}{a,b}', 'x{1}a', 'x1a'],
    ['{a\\,b,c}', 'a,b c', 'a b'],
    ['{[a,b],c}x', 'ax ,x bx cx', 'x dx'],
    ['{[]a],c}', ']  a c', 'b'],
    [`${'a'.repeat(40)}*`, 'a'.repeat(41), 'a'.repeat(39)],
  ];
  it.each(rows)('%s', (pattern, matches, not) => {
    const glob = compiled(pattern);
    for (const text of words(matches)) expect(glob.matches(text), text).toBe(true);
    for (const text of words(not)) expect(glob.matches(text), text).toBe(false);
  });

  it('refuse what no glob is', () => {
    for (const bad of ['', '{a', '[a', 'a}', 'a\\', 'x'.repeat(2000)])
      expect(compileTagGlob(bad)).toEqual(compileGlob(bad, 'tag'));
  });

  it('match what the plain matcher matches', () => {
    const unit = fc.constantFrom(...Array.from('aab1.-*?[]!^{},\\é'));
    const pattern = fc.oneof(
      fc.string({ unit, maxLength: 14 }),
      fc
        .array(
          fc.constantFrom('a', '1', '*', '?', '[ab]', '[!a-c]', '{a,b}', '{*,1}', '{a{1,-},b}', '\\{', '.'),
          { maxLength: 7 },
        )
        .map((parts) => parts.join('')),
    );
    const text = fc.string({ unit: fc.constantFrom(...Array.from('aab1.-{},é\n')), maxLength: 8 });
    fc.assert(
      fc.property(pattern, fc.array(text, { minLength: 4, maxLength: 8 }), (source, texts) => {
        const plain = compileGlob(`{${source},~}`, 'tag');
        if ('error' in plain) return;
        const fast = compiled(`{${source},~}`);
        for (const one of texts) expect(fast.matches(one)).toBe(plain.matches(one));
      }),
      { numRuns: 3000 },
    );
  });
});

function compiled(pattern: string) {
  const glob = compileTagGlob(pattern);
  if ('error' in glob) throw new Error(`${pattern}: ${glob.error}`);
  return glob;
}

function words(text: string): readonly string[] {
  return text.split(' ').filter((word) => word !== '');
}
