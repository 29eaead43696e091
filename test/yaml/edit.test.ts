import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { Failure } from '../../src/core/failure.ts';
import { prove } from '../../src/yaml/proof.ts';
import { renderScalar } from '../../src/yaml/render.ts';
import { scalarText } from '../../src/yaml/scalar.ts';
import { applyEdits } from '../../src/yaml/splice.ts';
import { corpus, numbersFrom, outlineOf } from './samples.ts';

describe('renderScalar', () => {
  const plain = { style: 'plain', inFlow: false } as const;

  it.each([
    [
      '1.2.3',
      'v1',
      'main-8e29825',
      'latest',
      'sha256:ab',
      'host:5000/a/b:1',
      'a#b',
      '-x',
      '8e29825x',
      'a,b',
      '1.2-3',
    ],
  ])('leaves plain what is text to every reader', (...values) => {
    for (const value of values) expect(renderScalar(value, plain)).toBe(value);
  });

  it.each([
    [
      '40',
      '1.10',
      '8e29825',
      '0123',
      '0o7',
      '0x1F',
      '0b11',
      '1_000',
      '1e3',
      '.5',
      '+1',
      '-1',
      '12345678901234567890',
    ],
    [
      '12:30',
      '1:30:00',
      '2024-01-02',
      '2024-1-2 10:00:00',
      'y',
      'N',
      'yes',
      'No',
      'ON',
      'off',
      'true',
      'FALSE',
    ],
    [
      'null',
      'Null',
      '~',
      '',
      '.inf',
      '-.INF',
      '.NaN',
      '=',
      '<<',
      '-',
      '?',
      ':',
      'a: b',
      'a:',
      'a #b',
      ' a',
      'a ',
    ],
    [
      '*a',
      '&a',
      '!a',
      '|',
      '>',
      '%a',
      '@a',
      '`a',
      '[a',
      '{a',
      ']',
      '}',
      ',',
      '#a',
      '"a',
      "'a",
      '---',
      'a\nb',
      'a\tb',
    ],
  ])('quotes what would change type or end early', (...values) => {
    for (const value of values) {
      const source = renderScalar(value, plain);
      expect(source).toMatch(/^"/);
      expect(parseYaml(`k: ${source}\n`)).toEqual({ k: value });
    }
  });

  it('quotes flow indicators only in flow collections', () => {
    expect(renderScalar('a,b', { style: 'plain', inFlow: true })).toBe('"a,b"');
    expect(renderScalar('a[b', { style: 'plain', inFlow: false })).toBe('a[b');
  });

  it.each([
    ['single', "it's", "'it''s'"],
    ['single', 'a\nb', '"a\\nb"'],
    ['double', 'a"\\b', '"a\\"\\\\b"'],
    ['double', '1.0', '"1.0"'],
    ['none', 'v1', ' v1'],
    ['none', '1.0', ' "1.0"'],
    ['folded', 'v1', 'v1'],
  ] as const)('%s: %j becomes %s', (style, value, source) => {
    expect(renderScalar(value, { style, inFlow: false })).toBe(source);
  });

  it('is read back as the same text by YAML 1.1 and 1.2, whatever the value', () => {
    const style = fc.constantFrom('plain', 'single', 'double', 'none');
    const value = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.string({ unit: fc.constantFrom(...'0123456789abex_.:-+ #,[]{}"\'\\\n\t~<=!&*?|>'), maxLength: 8 }),
    );
    const run = (text: string, kind: 'plain' | 'single' | 'double' | 'none', inFlow: boolean): void => {
      const source = renderScalar(text, { style: kind, inFlow }).trim();
      const whole = inFlow ? `[{k: ${source}}]\n` : `- k: ${source}\n`;
      for (const version of ['1.1', '1.2'] as const)
        expect(parseYaml(whole, { version })).toEqual([{ k: text }]);
    };
    fc.assert(fc.property(value, style, fc.boolean(), run), { seed: 3, numRuns: 2000 });
  });
});

describe('applyEdits', () => {
  it('makes edits in any order', () => {
    const edits = [
      { start: 4, end: 5, source: 'E' },
      { start: 0, end: 1, source: '' },
      { start: 2, end: 2, source: '--' },
    ];
    expect(applyEdits('abcdef', edits)).toBe('b--cdEf');
    expect(applyEdits('abc', [])).toBe('abc');
  });

  it.each([
    [
      [
        { start: 0, end: 2, source: '' },
        { start: 1, end: 3, source: '' },
      ],
    ],
    [
      [
        { start: 1, end: 1, source: 'a' },
        { start: 1, end: 1, source: 'b' },
      ],
    ],
    [[{ start: 2, end: 1, source: '' }]],
    [[{ start: 0, end: 9, source: '' }]],
  ])('refuses %j', (edits) => {
    expect(() => applyEdits('abc', edits)).toThrow(Failure);
  });
});

describe('prove', () => {
  const text = 'a: # c\n  image: x:1 # m\n  tag:\n  other: "x:1"\nb: &k x:1\nc: *k\n---\nd: 1\n';
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
