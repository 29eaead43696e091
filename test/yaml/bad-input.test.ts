import { describe, expect, it } from 'vitest';
import { readOutline } from '../../src/yaml/read.ts';

const size = 40_000;

describe('bad input gives an error with its place, in bounded time', () => {
  it.each([
    ['a duplicate key', 'a: 1\nb: 2\n"a": 3\n', 10, /there twice/],
    ['a duplicate key in flow', '{a: 1, a: 2}', 7, /there twice/],
    ['an alias without anchor', 'a: *x\n', 3, /no anchor/],
    ['an anchor of another document', 'a: &x 1\n---\nb: *x\n', 15, /no anchor/],
    ['a tab as indentation', 'a:\n\tb: c\n', 3, /[Tt]ab/],
    ['10,000 flow collections in each other', '['.repeat(10_000), 201, /nested deeper/],
    ['10,000 sequences in each other', '- '.repeat(10_000), 402, /nested deeper/],
    ['a key on the line of another', 'a: b: c\n', 3, /Nested mappings/],
    ['template text', '{{- if .Values.x }}\na: b\n', 21, /Unexpected/],
    ['an error in the second document', 'a: 1\n---\nb: [\n', 14, /must end|end with/],
    ['quotes only', `a: ${'"'.repeat(size + 1)}`, 5, /./],
    ['commas only', `[${','.repeat(size)}]`, 2, /Unexpected ,/],
    ['anchors only', `a: ${'&a '.repeat(size)}`, 6, /one anchor/],
    ['closing brackets only', '}'.repeat(size), 0, /Unexpected/],
    ['a flow collection of 5 MB on one line', `[${'1,'.repeat(2_500_000)}1]`, 666_666, /tokens/],
  ])('%s', (_, text, offset, message) => {
    const start = performance.now();
    expect(readOutline(text)).toMatchObject({ error: { offset, message: expect.stringMatching(message) } });
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it('10,000 maps in each other', () => {
    const text = Array.from({ length: 10_000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n');
    expect(readOutline(text)).toEqual({
      error: {
        offset: expect.any(Number),
        message: expect.stringMatching(/nested deeper than 200 levels/),
        isLimit: true,
      },
    });
  });
});

describe('large input is read', () => {
  it.each([
    ['100,000 documents', 'a: b\n---\n'.repeat(100_000), 100_000],
    [
      '100,000 keys in one map',
      Array.from({ length: 100_000 }, (_, key) => `k${key}: v\n`).join(''),
      100_001,
    ],
    ['a flow collection of 100,000 on one line', `[${'"a", '.repeat(100_000)}"z"]`, 100_002],
  ])('%s', (_, text, nodes) => {
    const start = performance.now();
    const read = readOutline(text);
    expect('outline' in read ? read.outline.nodes.length : read.error).toBeGreaterThanOrEqual(nodes);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
