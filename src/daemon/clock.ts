import { createTask } from 'node-cron';

/** The time and the chance that a schedule needs, handed in so that tests can turn them. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `action` once after `ms`. @returns a function that takes it back */
  setTimer(ms: number, action: () => void): () => void;
  /** From 0 to below 1. */
  random(): number;
  /**
   * The next time from now at which a cron expression of five fields is due, in milliseconds since the epoch.
   * @throws Error where the expression cannot be read, or is never due
   */
  nextCronTime(expression: string, timeZone: string): number;
}

/** The machine's clock. Its timers keep the process alive. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    random: () => Math.random(),
    setTimer(ms, action) {
      const timer = setTimeout(action, ms);
      return () => clearTimeout(timer);
    },
    nextCronTime,
  };
}

/** node-cron tells times, days that a month does not have and daylight saving time included; the waiting is the daemon's. */
function nextCronTime(expression: string, timezone: string): number {
  const task = createTask(expression, () => {}, { timezone });
  try {
    const [next] = task.getNextRuns(1);
    if (next === undefined) throw new Error(`${expression} is never due`);
    return next.getTime();
  } finally {
    // node-cron keeps every task in a list of its own until it is destroyed
    void task.destroy();
  }
}
