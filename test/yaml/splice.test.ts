import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { applyEdits } from '../../src/yaml/splice.ts';

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
