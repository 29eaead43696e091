import type { Clock } from './clock.ts';

/** When a unit runs without being triggered. Times in milliseconds. */
export type UnitSchedule =
  | { readonly kind: 'interval'; readonly every: number }
  | { readonly kind: 'cron'; readonly expression: string; readonly timeZone: string };

/**
 * Milliseconds from now to the next run of a unit whose last run began at `began`. An interval counts from that beginning, so that slow
 * runs do not stretch it; what is overdue is due now, and where the clock was put back meanwhile it is never longer than itself. A random part of
 * `jitter` is added in any case.
 */
export function timeToNext(schedule: UnitSchedule, jitter: number, began: number, clock: Clock): number {
  const now = clock.now();
  const wait =
    schedule.kind === 'interval'
      ? Math.min(began + schedule.every - now, schedule.every)
      : clock.nextCronTime(schedule.expression, schedule.timeZone) - now;
  return Math.max(0, wait) + Math.floor(clock.random() * jitter);
}

/**
 * A timer of any length. It waits in parts of an hour at most: the platform's timers overflow at 2^31 ms, and a clock that was put
 * forward is noticed within that hour. One that was put back lengthens no interval, and moves what is due at a time of the day.
 */
export function setLongTimer(
  clock: Clock,
  kind: UnitSchedule['kind'],
  ms: number,
  action: () => void,
): () => void {
  const due = clock.now() + ms;
  const wait = (most: number): (() => void) => {
    const left = Math.max(0, Math.min(due - clock.now(), kind === 'interval' ? most : Infinity));
    if (left <= longestPart) return clock.setTimer(left, action);
    return clock.setTimer(longestPart, () => {
      cancel = wait(most - longestPart);
    });
  };
  let cancel = wait(ms);
  return () => cancel();
}

const longestPart = 3_600_000;
