import type { Advice } from '../core/problem.ts';
import { parseCron, type Cron, type WallMinute } from '../policy/time/cron.ts';
import type { Policy } from '../policy/model.ts';
import type { Schedule } from '../policy/time/window.ts';
import type { LintedFile } from './tree.ts';

/**
 * Policies with a window shorter than two poll intervals: one run that comes late or fails, and the release waits for the next window.
 * @param interval milliseconds between two runs; `undefined`: not known, or by cron
 */
export function shortWindows(
  policies: readonly Policy[],
  files: readonly LintedFile[],
  interval: number | undefined,
): Advice[] {
  if (interval === undefined) return [];
  const lengths = new Map<string, number | undefined>();
  return policies.flatMap((policy) => {
    if (policy.schedule === undefined || policy.schedule.allow.length === 0) return [];
    const key = JSON.stringify(policy.schedule);
    if (!lengths.has(key) && lengths.size < mostSchedules) lengths.set(key, shortestWindow(policy.schedule));
    const minutes = lengths.get(key);
    if (minutes === undefined || minutes * 60_000 >= 2 * interval) return [];
    const every = Math.round(interval / 6000) / 10;
    const message = `The policy ${policy.name} has a window of ${minutes} min, and runs come every ${every} min: a run that is late or fails misses it. Make the window two intervals long at least.`;
    return [{ code: 'short-window', ...placeOf(policy, files), message, policy: policy.name }];
  });
}

/** A year is walked for each: this many cost a second or two. */
const mostSchedules = 100;
const day = 1440;
/** From a Sunday on, with a 29th of February in it. */
const start = Date.UTC(2028, 0, 2);

/** Minutes of the shortest stretch without a break in a year of wall clock; `undefined` where it is never open or never closed. */
export function shortestWindow({ allow, deny }: Schedule): number | undefined {
  const [opening, closing] = [crons(allow), crons(deny)];
  let shortest: number | undefined;
  let length = 0;
  // What is open at the first minute may have begun before.
  let isWhole = false;
  let date = dateOf(0);
  for (let at = 0; at < 366 * day; at++) {
    if (at % day === 0) date = dateOf(at);
    const wall = { ...date, hour: Math.floor((at % day) / 60), minute: at % 60 };
    if (opening.some((cron) => cron.matches(wall)) && !closing.some((cron) => cron.matches(wall))) {
      length += 1;
      continue;
    }
    if (isWhole && length > 0) shortest = Math.min(shortest ?? length, length);
    isWhole = true;
    length = 0;
  }
  return shortest;
}

function crons(texts: readonly string[]): Cron[] {
  return texts.flatMap((text) => {
    const cron = parseCron(text);
    return 'error' in cron ? [] : [cron];
  });
}

function dateOf(minutes: number): Pick<WallMinute, 'day' | 'month' | 'weekday'> {
  const date = new Date(start + minutes * 60_000);
  return { day: date.getUTCDate(), month: date.getUTCMonth() + 1, weekday: date.getUTCDay() };
}

/** Where the windows are written. */
function placeOf({ place }: Policy, files: readonly LintedFile[]): Policy['place'] {
  const documents = files.find(({ path }) => path === place.file)?.policies ?? [];
  const document = documents.find(({ line, column }) => line === place.line && column === place.column);
  const allow = document?.positions['/spec/schedule/allow#key'];
  return allow === undefined ? place : { file: place.file, ...allow };
}
