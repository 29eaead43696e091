import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from '../../src/yaml/parse.ts';
import { readOutline } from '../../src/yaml/read.ts';
import { scan } from '../../src/yaml/scan.ts';
import { documents } from './documents.ts';
import { corpus, numbersFrom } from './samples.ts';

/** The law of architecture.md, idea 1. Gives whether the scanner was sure. */
function checkLaw(text: string): boolean {
  const outline = scan(text);
  if (outline !== undefined) expect(parse(text), JSON.stringify(text)).toEqual({ outline });
  return outline !== undefined;
}

/** Reading by documents gives what parsing the whole gives. */
function checkReading(text: string): void {
  const read = readOutline(text);
  const whole = parse(text);
  if ('error' in whole) expect(read, JSON.stringify(text)).toHaveProperty('error');
  else expect(read, JSON.stringify(text)).toEqual(whole);
}

describe('the scanner is unsure, or the parser agrees', () => {
  const files = corpus();

  it('has enough files to say something', () => {
    expect(files.length).toBeGreaterThan(40);
  });

  for (const [name, text] of files) {
    it(name, () => {
      checkLaw(text);
      checkReading(text);
      checkLaw(text.replaceAll(/\r?\n/g, '\r\n'));
      checkLaw(`\ufeff${text.replace(/^\ufeff/, '')}`);
      checkLaw(text.trimEnd());
    });
  }

  it('for one-character mutations of every file', () => {
    const sure = mutations(20).filter(checkLaw).length;
    expect(sure).toBeGreaterThan(200);
  });

  it('for files one after the other, read document by document', () => {
    const next = numbersFrom(3);
    const pick = (): string => files[next(files.length)]?.[1].replace(/^\ufeff/, '').slice(0, 300) ?? '';
    for (let round = 0; round < 150; round++) checkReading(`${pick()}\n---\n${pick()}\n---\n${pick()}`);
  });

  it('for generated documents', () => {
    let sure = 0;
    const run = (text: string): void => {
      if (checkLaw(text)) sure++;
      checkReading(text);
    };
    fc.assert(fc.property(documents(), run), { seed: 2024, numRuns: 400 });
    expect(sure).toBeGreaterThan(100);
  });

  it('is unsure of few bytes: correct files of the corpus', () => {
    const correct = files.filter(([, text]) => !('error' in parse(text)));
    const size = (texts: typeof files): number => texts.reduce((sum, [, text]) => sum + text.length, 0);
    const unsure = correct.filter(([, text]) => scan(text) === undefined);
    expect(unsure.map(([name]) => name)).toEqual([
      'directives.yaml',
      'explicit-keys.yaml',
      'flow.yaml',
      'tabs-in-values.yaml',
    ]);
    expect(size(unsure) / size(correct)).toBeLessThan(0.05);
  });

  /** Pieces of the files with one character taken out, put in, or changed. */
  function mutations(perFile: number): string[] {
    const next = numbersFrom(1);
    const characters = ' \n:-#"\'&*!|>[]{},?%@a0\t\\~<'.split('');
    return files.flatMap(([, text]) =>
      Array.from({ length: perFile }, () => {
        const from = text.length > 900 ? text.indexOf('\n', next(text.length - 600)) + 1 : 0;
        const piece = text.slice(from, from + 600);
        const at = next(piece.length + 1);
        const put = characters[next(characters.length)] ?? '';
        const kind = next(3);
        return piece.slice(0, at) + (kind === 0 ? '' : put) + piece.slice(kind === 1 ? at : at + 1);
      }),
    );
  }
});
