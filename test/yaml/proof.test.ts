import { describe, expect, it } from 'vitest';
import { prove } from '../../src/yaml/proof.ts';
import { renderScalar } from '../../src/yaml/render.ts';
import { scalarText } from '../../src/yaml/scalar.ts';
import { applyEdits } from '../../src/yaml/splice.ts';
import { corpus, numbersFrom, outlineOf } from './samples.ts';

describe('prove', () => {
  const text =
    'a: # c\n  image: x:1 # m\n  tag:\n  other: "x:1"\nb: &k x:1\nc: *k\nf: {m: 1, n: 2}\n---\nd: 1\n';
  const at = (
    part: string,
    source: string,
    value = source,
  ): { start: number; end: number; source: string; new: string } => {
    const start = text.indexOf(part);
    return { start, end: start + part.length, source, new: value };
  };

  it.each([
    ['one value', [at('x:1', 'x:2')]],
    ['several values', [at('x:1', 'x:2'), at('"x:1"', "'y'", 'y')]],
    [
      'an anchored value',
      [{ ...at('x:1\nc', ''), end: text.indexOf('x:1\nc') + 3, source: 'x:3', new: 'x:3' }],
    ],
    [
      'an end of a value',
      [{ start: text.indexOf('x:1') + 3, end: text.indexOf('x:1') + 3, source: '@s', new: 'x:1@s' }],
    ],
    [
      'a value that was not written',
      [{ ...at('tag:', ''), start: text.indexOf('tag:') + 4, source: ' "1"', new: '1' }],
    ],
    [
      'a new entry',
      [{ start: text.indexOf('b:'), end: text.indexOf('b:'), source: '  digest: s\n', new: 's' }],
    ],
    [
      'a value, and a new entry right behind it',
      [
        at('"x:1"', '"x:2"', 'x:2'),
        { start: text.indexOf('\nb:'), end: text.indexOf('\nb:'), source: '\n  digest: s', new: 's' },
      ],
    ],
    [
      'a new entry right behind a value that is not written',
      [
        {
          start: text.indexOf('tag:') + 4,
          end: text.indexOf('tag:') + 4,
          source: '\n  digest: s',
          new: 's',
        },
      ],
    ],
    [
      'entries behind two values of one flow map',
      [
        { start: text.indexOf(', n: 2'), end: text.indexOf(', n: 2'), source: ', d: s', new: 's' },
        { start: text.indexOf('}'), end: text.indexOf('}'), source: ', e: t', new: 't' },
      ],
    ],
  ])('accepts %s', (_, edits) => {
    const after = applyEdits(text, edits);
    expect(prove(text, after, edits)).toBeUndefined();
    expect(prove(text, after, edits, { parseBudget: 0 })).toBeUndefined();
  });

  it.each([
    ['another value than planned', [at('x:1', 'x:2', 'x:3')], /planned was/],
    ['a comment', [at('# m', '# n')], /changed no scalar|comment/],
    ['a key', [at('image', 'imago')], /key/],
    ['a value that swallows the rest', [at('x:1', '|')], /changed|planned|missing/],
    ['a value that hides its comment', [at('x:1 #', 'x:1#', 'x:1')], /./],
    ['a number that becomes text of two scalars', [at('x:1', '{a: b}')], /kind|after|key|moved|changed/],
    [
      'two entries in one insertion',
      [{ start: 7, end: 7, source: '  p: 1\n  q: 1\n', new: '1' }],
      /more than one/,
    ],
    ['a new map', [{ start: 7, end: 7, source: '  p: {}\n', new: '' }], /not one scalar/],
    ['an anchor', [at('&k', '&j')], /anchor|read/],
    [
      'an edit without effect on any value',
      [{ start: 0, end: 0, source: '# x\n', new: 'x' }],
      /changed no scalar/,
    ],
    ['a new document', [at('d: 1', 'd: 1\n---\ne: 2', '1')], /./],
    ['broken YAML', [at('x:1', '"x', 'x')], /read after/],
  ])('refuses %s', (_, edits, reason) => {
    const after = applyEdits(text, edits);
    expect(prove(text, after, edits)).toMatch(reason);
    expect(prove(text, after, edits, { parseBudget: 0 })).toMatch(reason);
  });

  it('refuses what changed outside the edits', () => {
    const edits = [at('x:1', 'x:2')];
    expect(prove(text, applyEdits(text, edits).replace('d: 1', 'd: 2'), edits)).toMatch(/outside/);
    expect(prove(text, `${applyEdits(text, edits)}\n`, edits)).toMatch(/outside/);
    expect(prove(text, text, edits)).toMatch(/not in the new text|outside/);
  });

  it('accepts the edit of any scalar of the corpus, and back again', () => {
    const next = numbersFrom(9);
    let count = 0;
    for (const [name, before] of corpus().filter(([name]) => !/broken|template/.test(name))) {
      const outline = outlineOf(before);
      const scalars = [...outline.nodes.keys()].filter((index) => {
        const style = outline.nodes[index]?.style ?? '';
        return ['plain', 'single', 'double'].includes(style);
      });
      for (const index of scalars.filter(() => next(4) === 0)) {
        const node = outline.nodes[index];
        if (node === undefined) continue;
        const value = ['1.10', 'ghcr.io/a/b:2@sha256:ab', 'on', 'it\'s "x"'][next(4)] ?? '';
        const source = renderScalar(value, { style: node.style, inFlow: true });
        const edit = { start: node.start, end: node.end, source, new: value };
        const after = applyEdits(before, [edit]);
        expect(prove(before, after, [edit]), `${name} ${before.slice(node.start, node.end)}`).toBeUndefined();
        const back = {
          start: node.start,
          end: node.start + source.length,
          source: before.slice(node.start, node.end),
        };
        expect(prove(after, before, [{ ...back, new: scalarText(outline, index) }])).toBeUndefined();
        expect(applyEdits(after, [back])).toBe(before);
        count++;
      }
    }
    expect(count).toBeGreaterThan(80);
  });
});
