import { describe, expect, it } from 'vitest';
import { parseTime } from '../../src/cli/times.ts';

const now = Date.parse('2026-11-21T09:00:00Z');

describe('a time that is given to a flag', () => {
  it.each([
    ['2026-11-01T09:30:15Z', '2026-11-01T09:30:15.000Z'],
    ['2026-11-01T09:30:15.123456Z', '2026-11-01T09:30:15.123Z'],
    ['2026-11-01T09:30Z', '2026-11-01T09:30:00.000Z'],
    ['2026-11-01T09:30', '2026-11-01T09:30:00.000Z'],
    ['2026-11-01 09:30', '2026-11-01T09:30:00.000Z'],
    ['2026-11-01t09:30z', '2026-11-01T09:30:00.000Z'],
    ['2026-11-01T09:30+01:00', '2026-11-01T08:30:00.000Z'],
  ])('is one for every flag: %s', (text, expected) => {
    for (const day of ['first', 'last', 'after'] as const)
      expect(new Date(parseTime('--now', text, { now, day })).toISOString()).toBe(expected);
  });

  it.each([
    ['first', '2026-11-01T00:00:00.000Z'],
    ['last', '2026-11-01T23:59:59.999Z'],
    ['after', '2026-11-02T00:00:00.000Z'],
  ] as const)('may be a day, in UTC: its %s moment', (day, expected) => {
    expect(new Date(parseTime('--now', '2026-11-01', { now, day })).toISOString()).toBe(expected);
  });

  it.each([
    ['ago', '2026-11-19T09:00:00.000Z'],
    ['ahead', '2026-11-23T09:00:00.000Z'],
  ] as const)('may be a duration: %s', (span, expected) => {
    const time = parseTime('--until', '48h', { now, day: 'first', span });
    expect(new Date(time).toISOString()).toBe(expected);
  });

  it.each([
    '',
    'noon',
    '2026-02-30',
    '2026-02-30T09:00Z',
    '2026-11-01T25:00',
    '2026-11-01T09:60Z',
    '11/01/2026',
    '2026-11-01x',
  ])('is refused where there is no such: "%s"', (text) => {
    const flag = { now, day: 'first' } as const;
    expect(() => parseTime('--now', text, flag)).toThrow(
      `--now "${text}" is no date; expected such as 2026-11-01 or 2026-11-01T09:30Z.`,
    );
    expect(() => parseTime('--since', text, { ...flag, span: 'ago' })).toThrow(
      `--since "${text}" is no date and no duration; expected such as 2026-11-01, 2026-11-01T09:30Z or 7d.`,
    );
  });

  it('takes no duration where it would say nothing', () => {
    expect(() => parseTime('--now', '7d', { now, day: 'first' })).toThrow('--now "7d" is no date');
  });
});
