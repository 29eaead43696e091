import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../src/core/duration.ts';

describe('parseDuration', () => {
  const rows: readonly (readonly [text: string, milliseconds: number | undefined])[] = [
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['30m1h', 5_400_000],
    ['2d', 172_800_000],
    ['1w', 604_800_000],
    ['1.5h', 5_400_000],
    ['250ms', 250],
    ['0s', 0],
    ['1m5ms', 60_005],
    ['', undefined],
    ['5', undefined],
    ['h', undefined],
    ['1 h', undefined],
    ['-1h', undefined],
    ['1y', undefined],
    ['1H', undefined],
    ['.5h', undefined],
    ['1e3s', undefined],
    ['99999999999999999999w', undefined],
    ['1s'.repeat(40), undefined],
  ];
  it.each(rows)('%j is %s ms', (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds));
});

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [1, '1ms'],
    [1500, '1500ms'],
    [90_000, '90s'],
    [5_400_000, '90m'],
    [129_600_000, '36h'],
    [31_536_000_000, '365d'],
  ])('%s ms is %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
    expect(parseDuration(text)).toBe(milliseconds);
  });
});
