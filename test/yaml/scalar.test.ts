import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isScalar, parseAllDocuments, visit } from 'yaml';
import { isMultiLine, scalarText } from '../../src/yaml/scalar.ts';
import { find } from '../../src/yaml/walk.ts';
import { documents } from './documents.ts';
import { parse } from '../../src/yaml/parse.ts';
import { corpus, outlineOf } from './samples.ts';

/** Decoded text of every scalar value by its place, as the `yaml` package reads it. */
function byPackage(text: string): Map<number, string> {
  const found = new Map<number, string>();
  for (const document of parseAllDocuments(text, {
    schema: 'failsafe',
    uniqueKeys: false,
    logLevel: 'silent',
  })) {
    visit(document, {
      Scalar: (_, node) => {
        if (node.range && isScalar<string>(node)) found.set(node.range[0], node.value);
      },
    });
  }
  return found;
}

interface Verdict {
  readonly compared: number;
  readonly wrong: readonly string[];
}

/** How many scalars were compared, and the sources of those that we decode in another way. */
function compare(given: string): Verdict {
  // The package counts the columns behind a byte order mark wrongly; its text is the same.
  const text = given.replace(/^\ufeff/, '');
  const read = parse(text);
  if ('error' in read) return { compared: 0, wrong: [] };
  const expected = byPackage(text);
  const found = [...read.outline.nodes.entries()].filter(
    ([, node]) => node.kind === 'scalar' && expected.has(node.start),
  );
  const wrong = found.filter(([index, node]) => scalarText(read.outline, index) !== expected.get(node.start));
  return { compared: found.length, wrong: wrong.map(([, node]) => text.slice(node.start, node.end)) };
}

function compareAll(texts: readonly string[]): Verdict {
  const all = texts.map(compare);
  return {
    compared: all.reduce((sum, { compared }) => sum + compared, 0),
    wrong: all.flatMap(({ wrong }) => wrong),
  };
}

describe('scalarText', () => {
  it('decodes the corpus as the yaml package does', () => {
    const { compared, wrong } = compareAll(corpus().map(([, text]) => text));
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(400);
  });

  it('decodes generated documents as the yaml package does', () => {
    const { compared, wrong } = compareAll(fc.sample(documents(), { seed: 7, numRuns: 300 }));
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(300);
  });

  it('decodes block scalars of any blanks as the yaml package does', () => {
    const blank = fc.constantFrom('a', ' ', '  ', '\n', '\n\n', '\t', '\n    ', '#', '\r\n');
    const parts = fc.tuple(
      fc.constantFrom('|', '>', '|-', '>-', '|+', '>+', '|2', '>1', '|2-', '>2+', '| # c'),
      fc.string({ unit: blank, maxLength: 12 }),
      fc.constantFrom('', '\n', '  \n\n', 'z: 1\n', '# c\n'),
    );
    const texts = parts.map(
      ([header, body, after]) => `k:\n  - x: ${header}\n      ${body.replaceAll('\n', '\n      ')}\n${after}`,
    );
    const { compared, wrong } = compareAll(fc.sample(texts, { seed: 5, numRuns: 1500 }));
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(1000);
  });

  it('decodes quoted and plain scalars of any blanks and breaks as the yaml package does', () => {
    const escapes = ['\\n', '\\ ', '\\\n  ', '\\\\', '\\u00e9', '\\x41', '\\"'];
    const unit = fc.constantFrom('a', ' ', '\n  ', '\n\n  ', "''", '\t', 'é', ...escapes);
    const texts = fc
      .tuple(fc.string({ unit, maxLength: 10 }), fc.constantFrom('"', "'", ''))
      .map(([inner, quote]) => `k: ${quote}${inner}${quote}\nz: 1\n`);
    const { compared, wrong } = compareAll(fc.sample(texts, { seed: 6, numRuns: 2000 }));
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(2000);
  });

  it('gives the empty text for a value that is not written', () => {
    const outline = outlineOf('tag:\n');
    expect(scalarText(outline, find(outline, 0, '/tag') ?? -1)).toBe('');
  });

  it('takes time in proportion to the text', () => {
    const outline = outlineOf(`a: "${' '.repeat(200_000)}\n  b\\n${'\\\\'.repeat(100_000)}"\n`);
    const start = performance.now();
    expect(scalarText(outline, 1)).toHaveLength(100_003);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('isMultiLine', () => {
  it.each([
    ['a: b\n', false],
    ['a: "b"\n', false],
    ['a: "b\n  c"\n', true],
    ['a: b\n  c\n', true],
    ['a: >-\n  b\n', true],
    ['a:\n', false],
    ['a: |\n', false],
  ])('%j: %s', (text, expected) => {
    expect(isMultiLine(outlineOf(text), 1)).toBe(expected);
  });
});
