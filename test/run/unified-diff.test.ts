import { applyPatch, parsePatch } from 'diff';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longDiff } from '../../src/run/edits/long-diff.ts';
import { unifiedDiff } from '../../src/run/edits/unified-diff.ts';

const text = fc
  .array(fc.constantFrom('', 'a', 'b', 'c', '  ', '- x', '+ y', '\\', 'é\r'), { maxLength: 60 })
  .chain((lines) => fc.boolean().map((ends) => lines.join('\n') + (ends ? '\n' : '')));

describe('a unified diff', () => {
  it('leads from the one text to the other, however it was made', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const hunks = longDiff(before, after);
        expect(hunks.length === 0).toBe(before === after);
        const made = {
          oldFileName: 'a',
          newFileName: 'b',
          oldHeader: undefined,
          newHeader: undefined,
          hunks,
        };
        expect(applyPatch(before, made, { autoConvertLineEndings: false })).toBe(after);
        const [read] = parsePatch(unifiedDiff('x.yaml', { before, after }));
        expect(read && applyPatch(before, read, { autoConvertLineEndings: false })).toBe(after);
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it('of thousands of changes takes linear time, and shows each as git does', () => {
    const before = '---\nname: a\nimage: web:1\nb:\nc:\nd:\ne:\nf:\n'.repeat(50_000);
    const after = before.replaceAll('web:1\n', 'web:2\ndigest: x\n');
    const started = performance.now();
    const diff = unifiedDiff('a b.yaml', { before, after });
    expect(performance.now() - started).toBeLessThan(5000);
    expect(diff.split('\n', 3)).toEqual(['--- a/a b.yaml\t', '+++ b/a b.yaml\t', '@@ -1,6 +1,7 @@']);
    expect(diff.match(/^-/gm)).toHaveLength(50_001);
    expect(diff.match(/^\+/gm)).toHaveLength(100_001);
  });
});
