import { describe, expect, it } from 'vitest';
import { ControlledUnit, start } from './controlled-unit.ts';
import { FakeClock } from './fake-clock.ts';

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

  it('waits as long as maxWait says also where the clock is put back meanwhile', async () => {
    const { clock, unit, daemon } = openQuiet(5000, 12_000);
    await unit.end();
    daemon.trigger('fleet');
    clock.putBack(3_600_000);
    for (let second = 0; second < 12; second++) {
      expect(unit.starts).toHaveLength(1);
      daemon.trigger('fleet');
      await clock.advance(1000);
    }
    expect(unit.starts).toHaveLength(2);
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
