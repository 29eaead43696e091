import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { renderScalar } from '../../src/yaml/render.ts';
import { otherTypes, texts } from './plain-texts.ts';

describe('a value that stood there as plain text', () => {
  it.each(Object.entries(otherTypes))('is quoted where it would become a %s', (_, values) => {
    for (const value of values) {
      for (const inFlow of [false, true]) {
        const source = renderScalar(value, { style: 'plain', inFlow });
        expect(source).toBe(`"${value}"`);
        expect(readBack(source, inFlow)).toEqual([value, value]);
      }
    }
  });

  it('stays plain where every reader takes it for text', () => {
    for (const value of texts) {
      expect(renderScalar(value, { style: 'plain', inFlow: false })).toBe(value);
      expect(readBack(value, false)).toEqual([value, value]);
    }
  });

  it('is some other type to YAML 1.1 or 1.2, or the table says too much', () => {
    // A merge is one only as a key; Go and others drop underscores and take words in any case where the package does not.
    const known = new Set([
      '<<',
      '1_000',
      '0_7',
      '1_0.5',
      '0b1_1',
      '0b11',
      '-0xff',
      '=',
      '-017',
      '2024-01-02 10:00:00.5 -5',
    ]);
    const same = Object.values(otherTypes)
      .flat()
      .filter((value) => readBack(value, false).every((read) => read === value) && !known.has(value));
    expect(same).toEqual([]);
  });
});

/** The value as YAML 1.1 and 1.2 read it. */
function readBack(source: string, inFlow: boolean): unknown[] {
  const text = inFlow ? `{k: ${source}}` : `k: ${source}\n`;
  return (['1.1', '1.2'] as const).map((version) => (parse(text, { version }) as { k: unknown }).k);
}
