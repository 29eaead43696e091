import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCron } from '../../src/policy/time/cron.ts';
import { compileWindow, type Schedule, type Window } from '../../src/policy/time/window.ts';

function window(schedule: Partial<Schedule>): Window {
  const compiled = compileWindow({ allow: [], deny: [], timeZone: 'UTC', ...schedule });
  if ('error' in compiled) throw new Error(compiled.error);
  return compiled;
}

describe('a window', () => {
  const office = { allow: ['* 9-16 * * 1-5'], timeZone: 'Europe/Copenhagen' };
  const rows: readonly [label: string, schedule: Partial<Schedule>, at: string, open: boolean][] = [
    ['no rule at all', {}, '2026-11-21T03:00:00Z', true],
    ['Friday noon', office, '2026-11-20T11:00:00Z', true],
    ['the first minute, winter time', office, '2026-11-20T08:00:00Z', true],
    ['the minute before', office, '2026-11-20T07:59:59Z', false],
    ['the last minute', office, '2026-11-20T15:59:59Z', true],
    ['the minute after', office, '2026-11-20T16:00:00Z', false],
    ['the first minute, summer time', office, '2026-07-10T07:00:00Z', true],
    ['Saturday', office, '2026-11-21T11:00:00Z', false],
    ['deny wins', { ...office, deny: ['* * 20 11 *'] }, '2026-11-20T11:00:00Z', false],
    ['deny alone leaves the rest open', { deny: ['* 0-5 * * *'] }, '2026-11-20T06:00:00Z', true],
    ['deny alone', { deny: ['* 0-5 * * *'] }, '2026-11-20T05:59:00Z', false],
    ['one of several', { allow: ['0 1 * * *', '30 2 * * *'] }, '2026-11-20T02:30:30Z', true],
    ['names of days and months', { allow: ['* * * nov fri'] }, '2026-11-20T02:30:00Z', true],
    ['Sunday as 7', { allow: ['* * * * 7'] }, '2026-11-22T02:30:00Z', true],
    ['Friday to Sunday as 5-7', { allow: ['* * * * 5-7'] }, '2026-11-22T02:30:00Z', true],
    ['either day where both are restricted', { allow: ['* * 1 * 5'] }, '2026-11-20T02:30:00Z', true],
    ['both days where one is a star', { allow: ['* * 1 * *'] }, '2026-11-20T02:30:00Z', false],
    ['steps', { allow: ['*/15 * * * *'] }, '2026-11-20T02:45:00Z', true],
    ['between steps', { allow: ['*/15 * * * *'] }, '2026-11-20T02:44:00Z', false],
    [
      'a zone with half an hour',
      { allow: ['0 9 * * *'], timeZone: 'Asia/Kolkata' },
      '2026-11-20T03:30:00Z',
      true,
    ],
    // Copenhagen: 02:00 to 03:00 is skipped on 2026-03-29, and comes twice on 2026-10-25.
    [
      'a minute after the skipped hour',
      { allow: ['* 3 29 3 *'], timeZone: 'Europe/Copenhagen' },
      '2026-03-29T01:00:00Z',
      true,
    ],
    [
      'the hour that comes twice, first',
      { allow: ['* 2 * * *'], timeZone: 'Europe/Copenhagen' },
      '2026-10-25T00:30:00Z',
      true,
    ],
    [
      'the hour that comes twice, again',
      { allow: ['* 2 * * *'], timeZone: 'Europe/Copenhagen' },
      '2026-10-25T01:30:00Z',
      true,
    ],
    ['and is over', { allow: ['* 2 * * *'], timeZone: 'Europe/Copenhagen' }, '2026-10-25T02:00:00Z', false],
  ];

  it.each(rows)('%s', (_, schedule, at, open) => {
    expect(window(schedule).isOpen(Date.parse(at))).toBe(open);
  });

  it.each([
    ['the next morning', office, '2026-11-19T18:00:30Z', '2026-11-20T08:00:00Z'],
    ['after the weekend', office, '2026-11-20T16:00:00Z', '2026-11-23T08:00:00Z'],
    [
      'never, in the hour that is skipped',
      { allow: ['30 2 29 3 *'], timeZone: 'Europe/Copenhagen' },
      '2026-03-28T12:00:00Z',
      undefined,
    ],
    ['never', { allow: ['0 0 30 2 *'] }, '2026-01-01T00:00:00Z', undefined],
    ['the next minute', {}, '2026-01-01T00:00:00Z', '2026-01-01T00:01:00Z'],
  ])('opens next: %s', (_, schedule, at, next) => {
    const expected = next === undefined ? undefined : Date.parse(next);
    expect(window(schedule).nextOpening(Date.parse(at))).toBe(expected);
  });

  it('opens next at a minute that is open, and none before it is', () => {
    const hour = fc.integer({ min: 0, max: 23 });
    const zones = fc.constantFrom(
      'UTC',
      'Europe/Copenhagen',
      'America/St_Johns',
      'Australia/Lord_Howe',
      'Pacific/Apia',
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2e9 }),
        hour,
        fc.integer({ min: 0, max: 59 }),
        zones,
        (seconds, h, m, timeZone) => {
          const made = window({ allow: [`${m} ${h} * * *`], timeZone });
          const at = seconds * 1000;
          const next = made.nextOpening(at);
          expect(next).toBeDefined();
          if (next === undefined) return false;
          const between = Array.from(
            { length: 20 },
            (_, index) => at + Math.floor(((next - at) * index) / 20),
          );
          return (
            next > at &&
            made.isOpen(next) &&
            between.slice(1).every((moment) => moment >= next || !made.isOpen(moment) || moment - at < 60_000)
          );
        },
      ),
      { numRuns: 60, seed: 7 },
    );
  });

  it.each([
    ['an unknown zone', { timeZone: 'Europe/Kopenhagen' }, 'timeZone', 'is no time zone'],
    ['six fields', { allow: ['0 * * * * *'] }, 'allow', 'has not five fields'],
    ['a minute too far', { deny: ['60 * * * *'] }, 'deny', '"60" is no minute; expected 0 to 59'],
    ['a range backwards', { allow: ['* 16-9 * * *'] }, 'allow', '"16-9" is no hour'],
    ['an unknown name', { allow: ['* * * * mo'] }, 'allow', '"mo" is no weekday'],
    ['a step of nothing', { allow: ['*/0 * * * *'] }, 'allow', 'is no minute'],
    ['a long text', { allow: ['*'.repeat(10_000)] }, 'allow', 'has not five fields'],
  ])('refuses %s', (_, schedule, part, message) => {
    const compiled = compileWindow({ allow: [], deny: [], timeZone: 'UTC', ...schedule });
    expect(compiled).toMatchObject({ in: part, index: 0, error: expect.stringContaining(message) as string });
  });
});

describe('parseCron', () => {
  it('reads every number of a field, and no other', () => {
    const at = { minute: 0, hour: 0, day: 1, month: 1, weekday: 0 };
    for (let minute = 0; minute < 60; minute++) {
      const cron = parseCron(`${minute} * * * *`);
      expect('matches' in cron && cron.matches({ ...at, minute })).toBe(true);
      expect('matches' in cron && cron.matches({ ...at, minute: (minute + 1) % 60 })).toBe(false);
    }
  });
});
