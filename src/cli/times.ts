import { parseDuration } from '../core/duration.ts';
import { Failure } from '../core/failure.ts';
import { parseInstant } from '../policy/time/instant.ts';

/** What a flag makes of a text that tells no moment by itself. */
interface TimeFlag {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Which moment a whole day means: its first or last millisecond, or the first one after it. */
  readonly day: 'first' | 'last' | 'after';
  /** Whether a duration (`7d`, `36h`) is before or after now; `undefined`: none is taken. */
  readonly span?: 'ago' | 'ahead';
}

/**
 * A point in time as every flag takes it: RFC 3339, where the seconds, and the zone (UTC then), may be left out; a day in UTC; or a duration.
 * @returns milliseconds since the epoch
 * @throws Failure `usage`
 */
export function parseTime(flag: string, text: string, { now, day, span }: TimeFlag): number {
  const length = span === undefined ? undefined : parseDuration(text);
  if (length !== undefined) return span === 'ago' ? now - length : now + length;
  const [, date, clock, seconds = ':00', zone = 'Z'] = timePattern.exec(text) ?? [];
  const midnight = parseInstant(`${date ?? ''}T00:00:00Z`);
  const time =
    clock === undefined
      ? midnight !== undefined && midnight + { first: 0, last: oneDay - 1, after: oneDay }[day]
      : parseInstant(`${date ?? ''}T${clock}${seconds}${zone}`);
  if (typeof time === 'number') return time;
  const [or, such] =
    span === undefined
      ? ['', '2026-11-01 or 2026-11-01T09:30Z']
      : [' and no duration', '2026-11-01, 2026-11-01T09:30Z or 7d'];
  throw new Failure('usage', `${flag} "${text}" is no date${or}; expected such as ${such}.`);
}

const timePattern = /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?([Zz]|[+-]\d\d:\d\d)?)?$/;
const oneDay = 86_400_000;
