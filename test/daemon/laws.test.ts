import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ControlledUnit, start } from './controlled-unit.ts';
import { FakeClock } from './fake-clock.ts';

describe('laws', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 100_000 }) }),
    fc.record({ kind: fc.constant('trigger' as const), unit: fc.integer({ min: 0, max: 2 }) }),
    fc.record({ kind: fc.constant('end' as const), unit: fc.integer({ min: 0, max: 2 }) }),
  );

  it('whatever happens: at most one run of a unit, at most the allowed number in all, and no trigger is lost', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const clock = new FakeClock();
        const units = ['a', 'b', 'c'].map((name) => new ControlledUnit(clock, name));
        const { daemon } = start(clock, units, { concurrency: 2 });
        const owed = [1, 1, 1];
        for (const action of steps) {
          const before = units.map((unit) => unit.starts.length);
          if (action.kind === 'advance') await clock.advance(action.ms);
          if (action.kind === 'end') await units[action.unit]?.end();
          if (action.kind === 'trigger') {
            daemon.trigger(units[action.unit]?.name);
            owed[action.unit] = (before[action.unit] ?? 0) + 1;
          }
          expect(units.every((unit) => unit.mostAtOnce <= 1)).toBe(true);
          expect(units.filter((unit) => unit.running).length).toBeLessThanOrEqual(2);
        }
        for (let round = 0; round < 6; round++) for (const unit of units) await unit.end();
        for (const [index, unit] of units.entries()) {
          expect(unit.starts.length).toBeGreaterThanOrEqual(owed[index] ?? 0);
        }
        await daemon.stop();
        expect(clock.waiting).toBe(0);
      }),
      { numRuns: 40 },
    );
  });
});
