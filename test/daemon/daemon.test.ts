import { describe, expect, it } from 'vitest';
import type { DaemonUnit } from '../../src/daemon/daemon.ts';
import { ControlledUnit, start } from './controlled-unit.ts';
import { FakeClock, settle } from './fake-clock.ts';

const hour = 3_600_000;

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

  it.each([60_000, 6 * hour])(
    'runs no later than its interval where the clock is put back: %i ms',
    async (every) => {
      const clock = new FakeClock();
      const unit = new ControlledUnit(clock, 'fleet', { kind: 'interval', every });
      start(clock, [unit]);
      clock.putBack(100 * hour);
      await unit.end();
      await clock.advance(every - 1);
      expect(unit.starts).toHaveLength(1);
      await clock.advance(1);
      expect(unit.starts).toHaveLength(2);
      await unit.end();
      await clock.advance(every / 2);
      clock.putBack(100 * hour);
      await clock.advance(every / 2);
      expect(unit.starts).toHaveLength(3);
    },
  );

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
