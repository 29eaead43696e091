import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGlob, type Glob } from '../../src/core/glob.ts';

/** Pattern, texts that match, texts that do not; separated by blanks. */
const tagRows: readonly (readonly [pattern: string, matches: string, others: string])[] = [
  ['latest', 'latest', 'latest1 xlatest Latest late'],
  ['*', 'a main-1 1.2.3', ''],
  ['**', 'a a/b', ''],
  ['main-*', 'main- main-1 main-1-x', 'main xmain-1 Main-1'],
  ['*-debug', '1.0-debug -debug', '1.0-debugger debug'],
  ['*-*', '- a-b a-b-c', 'ab'],
  ['a*b*c', 'abc aXbXc abbcc abcabc', 'ab acb abca'],
  ['v?', 'v1 vv', 'v v10'],
  ['v?.?', 'v1.2', 'v1.23 v1'],
  ['?', 'a é 😀', 'ab'],
  ['??', 'ab 😀a', '😀 a abc'],
  ['*?', 'a ab', ''],
  ['1.[0-9]', '1.0 1.9', '1.a 1.10 1.'],
  ['1.[02468]', '1.0 1.8', '1.1'],
  ['[a-cx-z]1', 'a1 c1 x1 z1', 'd1 w1 A1'],
  ['[!0-9]*', 'a a1 v1', '1 1a'],
  ['[^0-9]*', 'a', '1'],
  ['[]x]', '] x', 'y'],
  ['[!]x]', 'y', '] x'],
  ['[a-]', 'a -', 'b'],
  ['[-a]', 'a -', 'b'],
  ['[{,}]', '{ , }', 'a'],
  ['[\\]]', ']', '\\ a'],
  ['\\*', '*', 'a \\*'],
  ['\\{a,b\\}', '{a,b}', 'a b'],
  ['a,b', 'a,b', 'a b'],
  ['{a,b}', 'a b', 'c ab {a,b}'],
  ['{a}', 'a', '{a}'],
  ['x{,-debug}', 'x x-debug', 'x-'],
  ['{v,}1.{0,1}.*', 'v1.0.5 1.1.0', 'v1.2.0 1.2'],
  ['a{b,c{d,e}}f', 'abf acdf acef', 'acf abdf'],
  ['{a,{b,{c,d}}}', 'a b c d', 'e'],
  ['{main,release}-*', 'main-1 release-2', 'dev-1'],
  ['{1..3}', '1..3', '1 2 3'],
  ['.*', '.a', 'a'],
  ['(a|b)+$', '(a|b)+$', 'a b'],
];

const pathRows: readonly (readonly [pattern: string, matches: string, others: string])[] = [
  ['a.yaml', 'a.yaml', 'b/a.yaml a.yml'],
  ['*', 'a .hidden', 'a/b'],
  ['*.yaml', 'a.yaml .yaml', 'b/a.yaml a.yml'],
  ['a/*', 'a/b a/.b', 'a a/b/c b/a'],
  ['a/?', 'a/b', 'a/bc a//'],
  ['a/*/c', 'a/b/c', 'a/c a/b/b/c'],
  ['**', 'a a/b a/b/c', ''],
  ['a/**', 'a/b a/b/c', 'a ab/c b/a/c'],
  ['**/a', 'a b/a c/b/a', 'a/b ba'],
  ['a/**/b', 'a/b a/x/b a/x/y/b', 'a/bx ab a/b/c'],
  ['**/a/**', 'a/b x/a/b x/y/a/b/c', 'a b/c x/a'],
  ['a/**/**/b', 'a/b a/x/b', 'b'],
  ['**/*.yaml', 'a.yaml x/a.yaml', 'a.yml'],
  ['a**', 'a ab', 'a/b'],
  ['a/b**/c', 'a/b/c a/bx/c', 'a/b/x/c'],
  ['clusters/{prod,stage}/**', 'clusters/prod/a clusters/stage/b/c', 'clusters/dev/a clusters/prod'],
  ['{a/b,c}/d', 'a/b/d c/d', 'a/d'],
  ['a/[!x]', 'a/b', 'a/x a/'],
  ['a[!b]c', 'axc', 'a/c abc'],
  ['a/**/b/**/c', 'a/b/c a/x/b/y/c a/b/b/c/c', 'a/c a/b a/x/c'],
];

const words = (text: string) => text.split(' ').filter((word) => word !== '');

describe.each([
  ['tag', tagRows],
  ['path', pathRows],
] as const)('globs on a %s', (kind, rows) => {
  for (const [pattern, matches, others] of rows) {
    for (const text of words(matches)) {
      it(`${pattern} matches ${text}`, () => expect(glob(pattern, kind).matches(text)).toBe(true));
    }
    for (const text of words(others)) {
      it(`${pattern} does not match ${text}`, () => expect(glob(pattern, kind).matches(text)).toBe(false));
    }
  }
});

describe('bad globs', () => {
  const bad: readonly (readonly [pattern: string, kind: 'tag' | 'path', why: RegExp])[] = [
    ['', 'tag', /empty/],
    ['[a', 'tag', /never closed/],
    ['[]', 'tag', /never closed/],
    ['[!]', 'tag', /never closed/],
    ['a[', 'tag', /never closed/],
    ['[z-a]', 'tag', /backwards/],
    ['{a,b', 'tag', /brace is never closed/],
    ['{a,{b}', 'tag', /brace is never closed/],
    ['{a,[}]', 'tag', /brace is never closed/],
    ['a}', 'tag', /no opening one/],
    ['a\\', 'tag', /escapes nothing/],
    ['x'.repeat(1025), 'tag', /at most 1024/],
    ['{a,b}'.repeat(9), 'tag', /more than 256/],
    [`{${'a,'.repeat(300)}b}`, 'tag', /more than 256/],
    [`${'{a,'.repeat(9)}b${'}'.repeat(9)}`, 'tag', /nested more than 8/],
    ['/a', 'path', /no slash at its start/],
    ['a/', 'path', /no slash at its start/],
    ['a//b', 'path', /two in a row/],
    ['./a', 'path', /"." part/],
    ['a/../b', 'path', /".." part/],
  ];
  it.each(bad)('%s as a %s', (pattern, kind, why) => {
    expect(compileGlob(pattern, kind)).toEqual({ error: expect.stringMatching(why) });
  });

  it('refuses a megabyte at once', () => {
    const before = performance.now();
    for (const text of ['{', '[', '*', '{a,', '\\']) {
      expect(compileGlob(text.repeat(1_000_000 / text.length), 'tag')).toHaveProperty('error');
    }
    expect(performance.now() - before).toBeLessThan(200);
  });
});

describe('cost', () => {
  it('grows with text times pattern, never faster', () => {
    const pattern = glob('*a'.repeat(500), 'tag');
    const deep = glob(`${'**/a/'.repeat(200)}b`, 'path');
    const before = performance.now();
    expect(pattern.matches(`${'a'.repeat(4000)}b`)).toBe(false);
    expect(deep.matches(`${'a/'.repeat(1000)}c`)).toBe(false);
    expect(performance.now() - before).toBeLessThan(1000);
  });
});

describe('literals', () => {
  it('are the texts that are spelled out', () => {
    expect([...glob('{latest,stable}', 'tag').literals]).toEqual(['latest', 'stable']);
    expect([...glob('{latest,v*}', 'tag').literals]).toEqual(['latest']);
    expect([...glob('\\*', 'tag').literals]).toEqual(['*']);
    expect([...glob('a/{b,*}', 'path').literals]).toEqual(['a/b']);
  });
});

describe('laws', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '-', '/'), maxLength: 8 });

  it('agrees with a regular expression for * and ? on tags', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '-', '*', '?'), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(pattern, letters, (source, text) => {
        const expression = new RegExp(`^${source.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(glob(source, 'tag').matches(text)).toBe(expression.test(text));
      }),
    );
  });

  it('agrees with a regular expression for ** on paths', () => {
    const part = fc.constantFrom('**', 'a', 'b', '*', 'a*', '?');
    const path = fc.array(fc.constantFrom('a', 'b', 'ab'), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), path, (parts, names) => {
        const source = parts.map((name) =>
          name === '**' ? '**' : name.replace('*', '[^/]*').replace('?', '[^/]'),
        );
        let expression = '';
        source.forEach((name, index) => {
          const last = index === source.length - 1;
          if (name === '**') expression += last ? '(?:[^/]+/)*[^/]+' : '(?:[^/]+/)*';
          else expression += last ? name : `${name}/`;
        });
        const text = names.join('/');
        expect(glob(parts.join('/'), 'path').matches(text)).toBe(new RegExp(`^${expression}$`).test(text));
      }),
    );
  });

  it('an escaped text matches itself alone', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }), letters, (text, other) => {
        const pattern = Array.from(text, (character) => `\\${character}`).join('');
        expect(glob(pattern, 'tag').matches(text)).toBe(true);
        expect(glob(pattern, 'tag').matches(other)).toBe(text === other);
      }),
    );
  });

  it('never throws, whatever the pattern is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from('ab*?[]!^-{},\\/')) }),
        letters,
        (pattern, text) => {
          for (const kind of ['tag', 'path'] as const) {
            const compiled = compileGlob(pattern, kind);
            const answer = 'error' in compiled ? compiled.error : compiled.matches(text);
            expect(['string', 'boolean']).toContain(typeof answer);
          }
        },
      ),
    );
  });
});

function glob(pattern: string, kind: 'tag' | 'path'): Glob {
  const compiled = compileGlob(pattern, kind);
  if ('error' in compiled) throw new Error(`${pattern}: ${compiled.error}`);
  return compiled;
}
