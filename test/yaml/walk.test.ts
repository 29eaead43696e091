import { describe, expect, it } from 'vitest';
import { positionsOf } from '../../src/yaml/lines.ts';
import { child, children, find, keyText, pointerOf } from '../../src/yaml/walk.ts';
import { corpus, outlineOf } from './samples.ts';

describe('walking an outline', () => {
  const outline = outlineOf(
    "a:\n  \"b/c\": 1\n  d~e:\n  - x\n  - {y: z}\n? [k]\n: flow key\n'it''s': q\n---\nsecond: 2\n--- # empty\n",
  );

  it('finds nodes by pointer, and gives their pointers back', () => {
    for (const pointer of ['', '/a', '/a/b~1c', '/a/d~0e', '/a/d~0e/0', '/a/d~0e/1/y', "/it's"]) {
      expect(pointerOf(outline, find(outline, 0, pointer) ?? -1)).toBe(pointer);
    }
    expect(pointerOf(outline, find(outline, 1, '/second') ?? -1)).toBe('/second');
  });

  it.each(['/x', '/a/d~0e/2', '/a/d~0e/01', '/a/d~0e/-1', '/a/b~1c/deeper', 'a', '/a/'])(
    'has nothing at %j',
    (pointer) => {
      expect(find(outline, 0, pointer)).toBeUndefined();
    },
  );

  it('has nothing in documents that are empty or missing', () => {
    expect(find(outline, 2, '')).toBeUndefined();
    expect(find(outline, 3, '')).toBeUndefined();
  });

  it('gives decoded keys, and none for collections and sequence items', () => {
    expect(children(outline, 0).map((at) => keyText(outline, at))).toEqual(['a', undefined, "it's"]);
    expect(keyText(outline, find(outline, 0, '/a/d~0e/0') ?? -1)).toBeUndefined();
    expect(child(outline, 0, "it's")).toBeDefined();
    expect(child(outline, 0, "'it''s'")).toBeUndefined();
  });

  it('finds every node of the corpus by its own pointer', () => {
    for (const [name, text] of corpus().filter(([name]) => !/broken|template|explicit/.test(name))) {
      const read = outlineOf(text);
      for (const [index, node] of read.nodes.entries()) {
        expect(find(read, node.document, pointerOf(read, index)), name).toBe(index);
      }
    }
  });
});

describe('positionsOf', () => {
  it.each([
    ['abc\ndef', 5, 2, 2],
    ['abc\ndef', 3, 1, 4],
    ['abc\n', 4, 2, 1],
    ['a\r\nb', 3, 2, 1],
    ['\ufeffabc', 1, 1, 1],
    ['é🚀x\n🚀🚀y', 3, 1, 3],
    ['é🚀x\n🚀🚀y', 9, 2, 3],
    ['', 0, 1, 1],
  ])('%j at %i is %i:%i', (text, offset, line, column) => {
    expect(positionsOf(text)(offset)).toEqual({ line, column });
  });
});
