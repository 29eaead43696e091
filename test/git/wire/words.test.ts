import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanWords } from '../../../src/git/wire/words.ts';

describe("a server's words", () => {
  it.each([
    ['plain lines', 'one\ntwo\n', 'one\ntwo'],
    ['Windows lines', 'one\r\n\r\ntwo\r\n', 'one\ntwo'],
    ['progress that overwrites itself', 'Counting: 1%\rCounting: 100%\ndone', 'Counting: 100%\ndone'],
    ['colours', '\u001B[1;31mred\u001B[0m text', 'red text'],
    ['a window title', '\u001B]0;pwned\u0007text', 'text'],
    ['a sequence without an end', '\u001B]0;pwned', ''],
    ['control characters', 'a\0b\u0008c\u009Bd\te', 'abcd e'],
    ['text that turns around', 'a\u202Eb\u2066c\u200Bd', 'abcd'],
    ['line separators', 'a\u2028b', 'ab'],
    ['blank lines', '\n  \n\t\n', ''],
  ])('are cleaned of what is not text: %s', (_label, said, shown) => {
    expect(cleanWords(said)).toBe(shown);
  });

  it('are bounded, and never hold a control character but the line break', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 6000 }), (said) => {
        const shown = cleanWords(said);
        expect(shown.length).toBeLessThanOrEqual(2003);
        expect(shown).toMatch(/^[^\p{Cc}\u202A-\u202E\u2066-\u2069]*(?:\n[^\p{Cc}]+)*$/u);
      }),
      { numRuns: 200 },
    );
    expect(cleanWords('x'.repeat(100_000))).toBe(`${'x'.repeat(2000)}...`);
  });
});
