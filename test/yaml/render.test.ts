import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { renderScalar } from '../../src/yaml/render.ts';

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
      fc.string({
        unit: fc.constantFrom(...'0123456789abex_.:-+ #,[]{}"\'\\\n\t~<=!&*?|>'.split('')),
        maxLength: 8,
      }),
    );
    const sources = fc.tuple(value, style, fc.boolean()).map(([text, kind, inFlow]) => {
      const source = renderScalar(text, { style: kind, inFlow }).trim();
      return { text, whole: inFlow ? `[{k: ${source}}]\n` : `- k: ${source}\n` };
    });
    const wrong = fc
      .sample(sources, { seed: 3, numRuns: 2000 })
      .filter(({ text, whole }) =>
        (['1.1', '1.2'] as const).some(
          (version) => !isDeepStrictEqual(parseYaml(whole, { version }), [{ k: text }]),
        ),
      );
    expect(wrong).toEqual([]);
  });
});
