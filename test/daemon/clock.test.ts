import { getTasks } from 'node-cron';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/daemon/clock.ts';

describe('systemClock', () => {
  it.each([
    ['every minute', '* * * * *', 'UTC', 60_000],
    ['every five minutes', '*/5 * * * *', 'UTC', 300_000],
    ['once a day', '0 9 * * *', 'Europe/Copenhagen', 25 * 3_600_000],
    ['once in four or eight years', '0 0 29 2 *', 'UTC', 8.1 * 365 * 86_400_000],
  ])('tells when cron is due: %s', (_label, expression, timeZone, most) => {
    const wait = systemClock().nextCronTime(expression, timeZone) - Date.now();
    expect(wait).toBeGreaterThan(-1000);
    expect(wait).toBeLessThanOrEqual(most);
  });

  it('counts hours in the time zone', () => {
    const clock = systemClock();
    const utc = new Date(clock.nextCronTime('30 12 * * *', 'UTC'));
    const kolkata = new Date(clock.nextCronTime('30 12 * * *', 'Asia/Kolkata'));
    expect([utc.getUTCHours(), utc.getUTCMinutes()]).toEqual([12, 30]);
    expect([kolkata.getUTCHours(), kolkata.getUTCMinutes()]).toEqual([7, 0]);
  });

  it('refuses what is no expression, and leaves nothing behind in node-cron', () => {
    const before = getTasks().size;
    const clock = systemClock();
    clock.nextCronTime('* * * * *', 'UTC');
    expect(() => clock.nextCronTime('61 * * * *', 'UTC')).toThrow('61');
    expect(getTasks().size).toBe(before);
  });

  it('calls a timer once, unless it is taken back', async () => {
    const clock = systemClock();
    const called: string[] = [];
    const cancel = clock.setTimer(0, () => called.push('taken back'));
    cancel();
    await new Promise<void>((resolve) => {
      clock.setTimer(1, () => {
        called.push('kept');
        resolve();
      });
    });
    expect(called).toEqual(['kept']);
  });
});
