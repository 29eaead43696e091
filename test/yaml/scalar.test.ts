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
        if (node.range && isScalar(node)) found.set(node.range[0], String(node.value ?? ''));
      },
    });
  }
  return found;
}

function checkScalars(text: string): number {
  const read = parse(text);
  if ('error' in read) return 0;
  const expected = byPackage(text);
  let count = 0;
  for (const [index, node] of read.outline.nodes.entries()) {
    if (node.kind !== 'scalar' || !expected.has(node.start)) continue;
    expect(scalarText(read.outline, index), JSON.stringify(text.slice(node.start, node.end))).toBe(
      expected.get(node.start),
    );
    count++;
  }
  return count;
}

describe('scalarText', () => {
  for (const [name, text] of corpus()) {
    // The package counts the columns behind a byte order mark wrongly; its text is the same.
    it(`decodes as the yaml package does: ${name}`, () => void checkScalars(text.replace(/^\ufeff/, '')));
  }

  it('decodes generated documents as the yaml package does', () => {
    let count = 0;
    const run = (text: string): void => void (count += checkScalars(text.replace(/^\ufeff/, '')));
    fc.assert(fc.property(documents(), run), { seed: 7, numRuns: 300 });
    expect(count).toBeGreaterThan(300);
  });

  it('decodes block scalars of any blanks as the yaml package does', () => {
    const body = fc.string({
      unit: fc.constantFrom('a', ' ', '  ', '\n', '\n\n', '\t', '\n    ', '#', '\r\n'),
      maxLength: 12,
    });
    const header = fc.constantFrom('|', '>', '|-', '>-', '|+', '>+', '|2', '>1', '|2-', '>2+', '| # c');
    const run = (head: string, lines: string, more: string): void =>
      void checkScalars(`k:\n  - x: ${head}\n      ${lines.replaceAll('\n', '\n      ')}\n${more}`);
    fc.assert(fc.property(header, body, fc.constantFrom('', '\n', '  \n\n', 'z: 1\n', '# c\n'), run), {
      seed: 5,
      numRuns: 600,
    });
  });

  it('decodes quoted and plain scalars of any blanks and breaks as the yaml package does', () => {
    const inner = fc.string({
      unit: fc.constantFrom(
        'a',
        ' ',
        '\n  ',
        '\n\n  ',
        '\\n',
        '\\ ',
        '\\\n  ',
        '\\\\',
        '\\u00e9',
        '\\x41',
        "''",
        '\\"',
        '\t',
        'é',
      ),
      maxLength: 10,
    });
    const run = (text: string, quote: string): void =>
      void checkScalars(`k: ${quote}${text}${quote}\nz: 1\n`);
    fc.assert(fc.property(inner, fc.constantFrom('"', "'", ''), run), { seed: 6, numRuns: 1500 });
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
