import { parseCron, type Cron, type WallMinute } from './cron.ts';

/** When releases happen (product.md, 2.1): inside an `allow` minute, where there are any, and outside all `deny` minutes. */
export interface Schedule {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  /** IANA name. */
  readonly timeZone: string;
}

export interface Window {
  /** @param at milliseconds since the epoch */
  isOpen(at: number): boolean;
  /** The first open minute after `at`, within two weeks; `undefined` where there is none. */
  nextOpening(at: number): number | undefined;
}

const minute = 60_000;
/** Time zones change their offset at quarters of an hour only. */
const block = 15 * minute;
const horizon = 14 * 24 * 60 * minute;

/**
 * A minute is judged by the wall clock of its time zone: a minute that summer time skips never comes, one that comes twice counts twice.
 * @returns `in` names the part that is wrong
 */
export function compileWindow(
  schedule: Schedule,
): Window | { readonly error: string; readonly in: 'timeZone' | 'allow' | 'deny'; readonly index: number } {
  const zone = readZone(schedule.timeZone);
  if (zone === undefined) {
    return {
      error: `"${schedule.timeZone.slice(0, 60)}" is no time zone; expected an IANA name such as Europe/Copenhagen`,
      in: 'timeZone',
      index: 0,
    };
  }
  const crons = { allow: [] as Cron[], deny: [] as Cron[] };
  for (const part of ['allow', 'deny'] as const) {
    for (const [index, text] of schedule[part].entries()) {
      const cron = parseCron(text);
      if ('error' in cron) return { error: cron.error, in: part, index };
      crons[part].push(cron);
    }
  }
  return windowOf(crons.allow, crons.deny, zone);
}

function windowOf(allow: readonly Cron[], deny: readonly Cron[], zone: Intl.DateTimeFormat): Window {
  const isInside = (wall: WallMinute): boolean =>
    (allow.length === 0 || allow.some((cron) => cron.matches(wall))) &&
    !deny.some((cron) => cron.matches(wall));
  return {
    isOpen: (at) => isInside(wallMinute(at, offsetAt(at, zone))),
    nextOpening(at) {
      const first = (Math.floor(at / minute) + 1) * minute;
      for (let start = first; start < first + horizon; start = (Math.floor(start / block) + 1) * block) {
        const offset = offsetAt(start, zone);
        const end = (Math.floor(start / block) + 1) * block;
        for (let moment = start; moment < end; moment += minute)
          if (isInside(wallMinute(moment, offset))) return moment;
      }
      return undefined;
    },
  };
}

function readZone(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    const numeric = {
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    } as const;
    return new Intl.DateTimeFormat('en-US', { ...numeric, timeZone, hourCycle: 'h23' });
  } catch {
    return undefined;
  }
}

/** Milliseconds that the wall clock is ahead of UTC. */
function offsetAt(at: number, zone: Intl.DateTimeFormat): number {
  const whole = Math.floor(at / minute) * minute;
  const parts = new Map(zone.formatToParts(whole).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute')) - whole;
}

function wallMinute(at: number, offset: number): WallMinute {
  const wall = new Date(at + offset);
  return {
    minute: wall.getUTCMinutes(),
    hour: wall.getUTCHours(),
    day: wall.getUTCDate(),
    month: wall.getUTCMonth() + 1,
    weekday: wall.getUTCDay(),
  };
}
