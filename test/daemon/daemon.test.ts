import { describe, expect, it } from 'vitest';
import type { DaemonUnit } from '../../src/daemon/daemon.ts';
import { ControlledUnit, start } from './controlled-unit.ts';
import { FakeClock, settle } from './fake-clock.ts';

function watch(promise: Promise<void>) {
  const watched = { promise, ended: false };
  void promise.finally(() => {
    watched.ended = true;
  });
  return watched;
}

describe('schedule', () => {
  it('runs once at once, and then an interval after the beginning of the run before', async () => {
    const clock = new FakeClock();
    const unit = new ControlledUnit(clock);
    start(clock, [unit]);
    expect(unit.starts).toEqual([1_000_000]);
    await clock.advance(20_000);
    await unit.end();
    await clock.advance(39_999);
    expect(unit.starts).toHaveLength(1);
    await clock.advance(1);
    expect(unit.starts).toEqual([1_000_000, 1_060_000]);
  });

  it('runs again at once where a run took longer than the interval, never twice at a time', async () => {
    const clock = new FakeClock();
    const unit = new ControlledUnit(clock);
    start(clock, [unit]);
    await clock.advance(200_000);
    expect(unit.starts).toHaveLength(1);
    await unit.end();
    await clock.advance(0);
    expect(unit.starts).toEqual([1_000_000, 1_200_000]);
    expect(unit.mostAtOnce).toBe(1);
  });

  it('adds its part of the jitter', async () => {
    const clock = new FakeClock();
    clock.chance = 0.5;
    const unit = new ControlledUnit(clock, 'fleet', { kind: 'interval', every: 60_000 }, 10_000);
    start(clock, [unit]);
    await unit.end();
    expect(clock.nextIn).toBe(65_000);
  });

  it('waits for the time that cron gives', async () => {
    const clock = new FakeClock();
    clock.cronWait = 90_000;
    const unit = new ControlledUnit(clock, 'fleet', {
      kind: 'cron',
      expression: '* * * * *',
      timeZone: 'UTC',
    });
    start(clock, [unit]);
    await unit.end();
    await clock.advance(89_999);
    expect(unit.starts).toHaveLength(1);
    await clock.advance(1);
    expect(unit.starts).toHaveLength(2);
  });

  it('tells of a cron expression that is never due, and still answers triggers', async () => {
    const clock = new FakeClock();
    clock.cronWait = new Error('never due');
    const unit = new ControlledUnit(clock, 'fleet', {
      kind: 'cron',
      expression: '0 0 30 2 *',
      timeZone: 'UTC',
    });
    const { daemon, errors } = start(clock, [unit]);
    await unit.end();
    expect(errors).toEqual([['fleet', clock.cronWait]]);
    daemon.trigger('fleet');
    expect(unit.starts).toHaveLength(2);
  });

  it('waits longer than a timer of the platform can', async () => {
    const clock = new FakeClock();
    const year = 365 * 86_400_000;
    const unit = new ControlledUnit(clock, 'fleet', { kind: 'interval', every: year });
    start(clock, [unit]);
    await unit.end();
    expect(clock.nextIn).toBeLessThan(2 ** 31);
    await clock.advance(year - 1);
    expect(unit.starts).toHaveLength(1);
    await clock.advance(1);
    expect(unit.starts).toHaveLength(2);
  });
});

describe('trigger', () => {
  it('starts a run at once and the interval begins anew', async () => {
    const clock = new FakeClock();
    const unit = new ControlledUnit(clock);
    const { daemon } = start(clock, [unit]);
    await unit.end();
    await clock.advance(30_000);
    expect(daemon.trigger('fleet')).toBe(true);
    expect(unit.starts).toEqual([1_000_000, 1_030_000]);
    await unit.end();
    expect(clock.waiting).toBe(1);
    expect(clock.nextIn).toBe(60_000);
  });

  it('batches what arrives during a run into one run after it', async () => {
    const clock = new FakeClock();
    const unit = new ControlledUnit(clock);
    const { daemon } = start(clock, [unit]);
    for (let i = 0; i < 5; i++) daemon.trigger();
    expect(unit.starts).toHaveLength(1);
    await unit.end();
    expect(unit.starts).toHaveLength(2);
    await unit.end();
    expect(unit.starts).toHaveLength(2);
  });

  it('knows the names of its units', () => {
    const clock = new FakeClock();
    const { daemon } = start(clock, [new ControlledUnit(clock)]);
    expect(daemon.trigger('flet')).toBe(false);
  });
});

describe('several units', () => {
  it('runs no more at a time than allowed, in order', async () => {
    const clock = new FakeClock();
    const units = ['a', 'b', 'c'].map((name) => new ControlledUnit(clock, name));
    const { daemon } = start(clock, units, { concurrency: 2 });
    expect(units.map((unit) => unit.running)).toEqual([true, true, false]);
    daemon.trigger('c');
    await units[0]?.end();
    expect(units.map((unit) => unit.running)).toEqual([false, true, true]);
    await units[2]?.end();
    expect(units[2]?.starts).toHaveLength(1);
  });

  it('goes on after errors, thrown at once or later', async () => {
    const clock = new FakeClock();
    const slow = new ControlledUnit(clock, 'slow');
    const broken: DaemonUnit = {
      name: 'broken',
      schedule: { kind: 'interval', every: 60_000 },
      jitter: 0,
      run() {
        throw new Error('at once');
      },
    };
    const { errors } = start(clock, [slow, broken], { concurrency: 1 });
    await slow.end(new Error('later'));
    expect(errors.map(([unit, error]) => [unit, (error as Error).message])).toEqual([
      ['slow', 'later'],
      ['broken', 'at once'],
    ]);
    await clock.advance(60_000);
    expect(slow.starts).toHaveLength(2);
  });
});

describe('stop', () => {
  it('waits for a running unit and starts nothing more', async () => {
    const clock = new FakeClock();
    const units = ['a', 'b'].map((name) => new ControlledUnit(clock, name));
    const { daemon } = start(clock, units, { concurrency: 1 });
    const stopping = watch(daemon.stop());
    daemon.trigger();
    await settle();
    expect(stopping.ended).toBe(false);
    await units[0]?.end();
    await stopping.promise;
    expect(units[0]?.signal?.aborted).toBe(false);
    expect(units.map((unit) => unit.starts.length)).toEqual([1, 0]);
    expect(clock.waiting).toBe(0);
  });

  it('aborts what does not end within the grace period, and leaves what does not end even then', async () => {
    const clock = new FakeClock();
    const unit = new ControlledUnit(clock);
    const { daemon } = start(clock, [unit], { grace: 5000 });
    const stopping = watch(daemon.stop());
    await clock.advance(4999);
    expect(unit.signal?.aborted).toBe(false);
    await clock.advance(1);
    expect(unit.signal?.aborted).toBe(true);
    await clock.advance(4999);
    expect(stopping.ended).toBe(false);
    await clock.advance(1);
    await stopping.promise;
    expect(unit.running).toBe(true);
  });

  it('ends at once where nothing runs, and gives the same answer twice', async () => {
    const clock = new FakeClock();
    const unit = new ControlledUnit(clock);
    const { daemon } = start(clock, [unit]);
    await unit.end();
    const first = daemon.stop();
    expect(daemon.stop()).toBe(first);
    await first;
    expect(clock.waiting).toBe(0);
  });
});

function openQuiet(quiet: number, maxWait?: number) {
  const clock = new FakeClock();
  const unit = new ControlledUnit(clock);
  const waits = { quiet, ...(maxWait === undefined ? {} : { maxWait }) };
  const { daemon } = start(clock, [Object.assign(unit, waits)]);
  /** Seconds after the first run, which began at once. */
  const later = (): readonly number[] => unit.starts.slice(1).map((at) => (at - 1_000_000) / 1000);
  return { clock, unit, daemon, later };
}

describe('quiet time', () => {
  it('does not hold up the first run', () => {
    expect(openQuiet(5000).unit.starts).toHaveLength(1);
  });

  it('waits until no further trigger came for so long', async () => {
    const { clock, unit, daemon, later } = openQuiet(5000);
    await unit.end();
    daemon.trigger('fleet');
    await clock.advance(4999);
    daemon.trigger('fleet');
    await clock.advance(4999);
    expect(later()).toEqual([]);
    await clock.advance(1);
    expect(later()).toEqual([9.999]);
    await unit.end();
    await clock.advance(20_000);
    expect(later()).toHaveLength(1);
  });

  it.each([
    ['as long as maxWait says', 12_000, [12, 24]],
    ['ten times as long where nothing is said', undefined, [50]],
  ])('waits at most %s', async (_, maxWait, expected) => {
    const { clock, unit, daemon, later } = openQuiet(5000, maxWait);
    await unit.end();
    for (let second = 0; second < 51; second++) {
      daemon.trigger('fleet');
      await clock.advance(1000);
      if (unit.running) await unit.end();
      if (later().length === expected.length) break;
    }
    expect(later()).toEqual(expected);
  });

  it('counts from the last trigger during a run', async () => {
    const { clock, unit, daemon, later } = openQuiet(5000);
    daemon.trigger('fleet');
    await clock.advance(3000);
    await unit.end();
    await clock.advance(1999);
    expect(later()).toEqual([]);
    await clock.advance(1);
    expect(later()).toEqual([5]);
  });

  it('runs at once after a run that took longer than the quiet time', async () => {
    const { clock, unit, daemon, later } = openQuiet(5000);
    daemon.trigger('fleet');
    await clock.advance(8000);
    await unit.end();
    expect(later()).toEqual([8]);
  });

  it('does not hold up a run that is due, which answers the triggers', async () => {
    const { clock, unit, daemon, later } = openQuiet(20_000);
    await unit.end();
    await clock.advance(50_000);
    daemon.trigger('fleet');
    await clock.advance(10_000);
    expect(later()).toEqual([60]);
    await unit.end();
    await clock.advance(59_999);
    expect(later()).toEqual([60]);
  });

  it('leaves no timer behind when it stops', async () => {
    const { clock, unit, daemon } = openQuiet(5000);
    await unit.end();
    daemon.trigger('fleet');
    await daemon.stop();
    expect(clock.waiting).toBe(0);
  });
});
