import { parseDuration } from '../core/duration.ts';
import { Failure } from '../core/failure.ts';

/**
 * A point in time as flags take it: `2026-11-01` (in UTC), `2026-11-01T09:30` (in UTC where no zone is said), or how long ago: `7d`, `36h`.
 * @param edge of a whole day, `since` is its first millisecond and `until` its last
 * @returns milliseconds since the epoch
 * @throws Failure `usage`
 */
export function parseTime(flag: string, text: string, now: number, edge: 'since' | 'until'): number {
  const ago = parseDuration(text);
  if (ago !== undefined) return now - ago;
  const [, date, clock, zone] = timePattern.exec(text) ?? [];
  const midnight = Date.parse(`${date ?? ''}T00:00:00Z`);
  // Date.parse takes the 31st of every month.
  const isDay = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(date ?? ' ');
  const time =
    clock === undefined
      ? midnight + (edge === 'until' ? day - 1 : 0)
      : Date.parse(`${date ?? ''}T${clock}${zone ?? 'Z'}`);
  if (isDay && !Number.isNaN(time)) return time;
  throw new Failure(
    'usage',
    `${flag} "${text}" is no date and no duration; expected such as 2026-11-01, 2026-11-01T09:30Z or 7d.`,
  );
}

const timePattern = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?)?$/;
const day = 86_400_000;
