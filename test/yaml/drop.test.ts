import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dropNode } from '../../src/yaml/drop.ts';

describe('dropNode', () => {
  it.each([
    ['a line', 'spec:\n  a: 1\n  hold: {reason: x} # why\n  b: 2\n', '/spec/hold', 'spec:\n  a: 1\n  b: 2\n'],
    ['a block map', 'spec:\n  hold:\n    reason: x\n    by: y\n  b: 2\n', '/spec/hold', 'spec:\n  b: 2\n'],
    ['the last, without a line break', 'a: 1\nhold: x', '/hold', 'a: 1'],
    ['CRLF', 'a: 1\r\nhold: x\r\nb: 2\r\n', '/hold', 'a: 1\r\nb: 2\r\n'],
    ['the first, behind a byte order mark', '\ufeffhold: x\na: 1\n', '/hold', '\ufeffa: 1\n'],
    [
      'the only one in a block',
      'm:\n  annotations: # ours\n    hold: x\nb: 2\n',
      '/m/annotations/hold',
      'm:\n  annotations: {} # ours\nb: 2\n',
    ],
    ['the only one in a flow', 'a: {hold: x}\n', '/a/hold', 'a: {}\n'],
    ['the last in a flow', 'a: {b: 1, hold: x}\n', '/a/hold', 'a: {b: 1}\n'],
    ['the first in a flow', 'a: {hold: x, b: 1}\n', '/a/hold', 'a: {b: 1}\n'],
    ['a key with a slash', 'a:\n  tallyman.dev/hold: x\n  b: 1\n', '/a/tallyman.dev~1hold', 'a:\n  b: 1\n'],
    [
      'a quoted key, and a block scalar',
      'a:\n  "hold": |\n    x\n\n    y\n  b: 1\n',
      '/a/hold',
      'a:\n  b: 1\n',
    ],
    ['an item', 'a:\n- 1\n- 2 # two\n- 3\n', '/a/1', 'a:\n- 1\n- 3\n'],
    ['JSON', '{\n  "a": 1,\n  "hold": {"x": 2},\n  "b": 3\n}\n', '/hold', '{\n  "a": 1,\n  "b": 3\n}\n'],
  ])('takes away %s', (_, before, pointer, after) => {
    expect(dropNode(before, 0, pointer)).toEqual({ text: after });
  });

  it('looks in the document that is meant', () => {
    expect(dropNode('hold: 1\na: 1\n---\nhold: 2\nb: 1\n', 1, '/hold')).toEqual({
      text: 'hold: 1\na: 1\n---\nb: 1\n',
    });
  });

  it.each([
    ['nothing', 'a: 1\n', '/hold', 'it is not there'],
    ['the whole document', 'a: 1\n', '', 'it is not there'],
    ['no YAML', 'a: [\n', '/a', 'no valid YAML'],
    ['an anchor that another repeats', 'hold: &h x\na: *h\n', '/hold', 'nothing else would change'],
    ['the first key beside a dash', 'a:\n- hold: x\n  b: 1\n', '/a/0/hold', 'a line of its own'],
    ['the only key of a list item', 'a:\n- hold: x\n- b\n', '/a/0/hold', 'cannot be left empty'],
  ])('refuses %s', (_, text, pointer, why) => {
    expect(dropNode(text, 0, pointer)).toEqual({ refused: expect.stringContaining(why) });
  });

  it('leaves everything else byte for byte, or refuses', () => {
    const value = fc.constantFrom(
      '1',
      '"x # y"',
      '[1, 2]',
      '{c: 1}',
      '|\n      text\n      more',
      '\n      deep: 1',
      '',
    );
    const entry = fc.record({ value, comment: fc.constantFrom('', ' # why') });
    fc.assert(
      fc.property(fc.array(entry, { minLength: 2, maxLength: 6 }), fc.nat(), (entries, seed) => {
        const lines = entries.map(({ value, comment }, index) =>
          value.includes('\n') ? `    k${index}: ${value}\n` : `    k${index}: ${value}${comment}\n`,
        );
        const gone = seed % entries.length;
        const text = `a:\n  b:\n${lines.join('')}  c: 1\n`;
        const after = `a:\n  b:\n${lines.filter((_, index) => index !== gone).join('')}  c: 1\n`;
        expect(dropNode(text, 0, `/a/b/k${gone}`)).toEqual({ text: after });
      }),
      { seed: 3 },
    );
  });
});
