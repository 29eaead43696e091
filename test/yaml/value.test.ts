import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { toValue } from '../../src/yaml/value.ts';
import { corpus, outlineOf } from './samples.ts';

function valueOf(text: string, nodes?: number): unknown {
  const read = toValue(outlineOf(text), 0, nodes === undefined ? {} : { nodes });
  return 'error' in read ? read.error.message : read.value;
}

describe('toValue', () => {
  it.each([
    ['[1, -2, +3, 0o17, 0x1F, 1.50, .5, 1e3, 0123]', [1, -2, 3, 15, 31, 1.5, 0.5, 1000, 123]],
    ['[true, False, ~, null, yes, on, "true", \'1\']', [true, false, null, null, 'yes', 'on', 'true', '1']],
    ['[.inf, -.INF, 1.2.3, v1, 8e29825]', [Infinity, -Infinity, '1.2.3', 'v1', Infinity]],
    ['{a: !!str 1, b: ! 2, c: !!int "3"}', { a: '1', b: '2', c: 3 }],
    ['a:\nb: |\n  text\n', { a: null, b: 'text\n' }],
    ['a: &x [1]\nb: *x\n', { a: [1], b: [1] }],
    ['a: &x 1\nb: &x 2\nc: *x\n', { a: 1, b: 2, c: 2 }],
  ])('%j', (text, expected) => {
    expect(valueOf(text)).toEqual(expected);
  });

  it('keeps a key named __proto__ as a key', () => {
    const value = valueOf('__proto__: {polluted: true}\n') as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('agrees with the yaml package on the corpus', () => {
    let compared = 0;
    for (const [name, text] of corpus().filter(([name]) => !/broken|template|directives|bom/.test(name))) {
      const outline = outlineOf(text);
      if (outline.documents.length !== 1 || outline.documents[0]?.root !== 0) continue;
      const read = toValue(outline, 0);
      if ('error' in read) continue;
      expect(read.value, name).toEqual(parseDocument(text, { logLevel: 'silent' }).toJS());
      compared++;
    }
    expect(compared).toBeGreaterThan(20);
  });

  it.each([
    ['<<: {a: b}\n', /merge keys/],
    ['? [a]\n: b\n', /key must be/],
    ['a: !custom b\n', /tag !custom/],
    ['a: !!int b\n', /tag !!int/],
    ['a: &x\n  b: *x\n', /part of its own value/],
    ['&x a: 1\nb: *x\n', /names no value/],
  ])('refuses %j', (text, reason) => {
    expect(valueOf(text)).toMatch(reason);
  });

  it('refuses alias bombs, at the alias', () => {
    const levels = Array.from(
      { length: 10 },
      (_, at) => `a${at + 1}: &a${at + 1} [${`*a${at}, `.repeat(10)}]`,
    );
    const outline = outlineOf(`a0: &a0 x\n${levels.join('\n')}\n`);
    const start = performance.now();
    expect(toValue(outline, 0)).toEqual({
      error: { offset: expect.any(Number), message: 'the value has more than 10000 nodes' },
    });
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('gives the positions of values and keys', () => {
    const read = toValue(outlineOf('kind: X\nspec:\n  a/b: ["x"]\n  none:\n'), 0);
    expect(read).toMatchObject({
      positions: {
        '': { line: 1, column: 1 },
        '/kind': { line: 1, column: 7 },
        '/kind#key': { line: 1, column: 1 },
        '/spec#key': { line: 2, column: 1 },
        '/spec/a~1b/0': { line: 3, column: 9 },
        '/spec/none': { line: 4, column: 8 },
      },
    });
  });
});
