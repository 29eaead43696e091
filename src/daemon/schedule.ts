import type { Clock } from './clock.ts';

/** When a unit runs without being triggered. Times in milliseconds. */
export type UnitSchedule =
  | { readonly kind: 'interval'; readonly every: number }
  | { readonly kind: 'cron'; readonly expression: string; readonly timeZone: string };

/**
 * Milliseconds from now to the next run of a unit whose last run began at `began`. An interval counts from that beginning, so that slow
 * runs do not stretch it; what is overdue is due now. A random part of `jitter` is added in any case.
 */
export function timeToNext(schedule: UnitSchedule, jitter: number, began: number, clock: Clock): number {
  const now = clock.now();
  const due =
    schedule.kind === 'interval'
      ? began + schedule.every
      : clock.nextCronTime(schedule.expression, schedule.timeZone);
  return Math.max(0, due - now) + Math.floor(clock.random() * jitter);
}

/**
 * A timer of any length. It waits in parts of an hour at most: the platform's timers overflow at 2^31 ms, and a clock that was put
 * forward is noticed within that hour.
 */
export function setLongTimer(clock: Clock, ms: number, action: () => void): () => void {
  const due = clock.now() + ms;
  const wait = (): (() => void) => {
    const left = Math.max(0, due - clock.now());
    if (left <= longestPart) return clock.setTimer(left, action);
    return clock.setTimer(longestPart, () => {
      cancel = wait();
    });
  };
  let cancel = wait();
  return () => cancel();
}

const longestPart = 3_600_000;
