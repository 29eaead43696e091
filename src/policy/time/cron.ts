/** A minute of a wall clock. */
export interface WallMinute {
  readonly minute: number;
  readonly hour: number;
  /** 1 to 31. */
  readonly day: number;
  /** 1 to 12. */
  readonly month: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

/** A cron expression of five fields; a minute that matches is inside (product.md, 2.1). */
export interface Cron {
  matches(at: WallMinute): boolean;
}

const fields = [
  { name: 'minute', low: 0, high: 59, words: [] },
  { name: 'hour', low: 0, high: 23, words: [] },
  { name: 'day of the month', low: 1, high: 31, words: [] },
  { name: 'month', low: 1, high: 12, words: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ') },
  // 7 is Sunday as well.
  { name: 'weekday', low: 0, high: 7, words: 'sun mon tue wed thu fri sat'.split(' ') },
] as const;

type Field = (typeof fields)[number];

/**
 * Reads minute, hour, day of the month, month, weekday: `*`, numbers, names of months and days, ranges, lists, steps. Where both days are
 * restricted, one of them must match, as cron does it.
 */
export function parseCron(text: string): Cron | { readonly error: string } {
  const parts = text.trim().split(/\s+/);
  if (text.length > 256 || parts.length !== fields.length) {
    return { error: `"${shown(text)}" has not five fields (minute, hour, day of the month, month, weekday)` };
  }
  const sets: ReadonlySet<number>[] = [];
  for (const [index, field] of fields.entries()) {
    const set = parseField(parts[index] ?? '', field);
    if (typeof set === 'string') return { error: set };
    sets.push(set);
  }
  return cronOf(sets, parts[2]?.startsWith('*') === true, parts[4]?.startsWith('*') === true);
}

function cronOf(sets: readonly ReadonlySet<number>[], anyDay: boolean, anyWeekday: boolean): Cron {
  const [minutes, hours, days, months, weekdays] = sets;
  const isDay = ({ day, weekday }: WallMinute): boolean => {
    const byDay = days?.has(day) === true;
    const byWeekday = weekdays?.has(weekday) === true;
    return anyDay || anyWeekday ? byDay && byWeekday : byDay || byWeekday;
  };
  return {
    matches: (at) =>
      minutes?.has(at.minute) === true &&
      hours?.has(at.hour) === true &&
      months?.has(at.month) === true &&
      isDay(at),
  };
}

function parseField(text: string, field: Field): ReadonlySet<number> | string {
  const values = new Set<number>();
  for (const item of text.split(',')) {
    const range = parseItem(item, field);
    if (range === undefined) {
      return `"${shown(item)}" is no ${field.name}; expected ${field.low} to ${field.high}, a range such as ${field.low}-${field.high}, a list, * or a step such as */2`;
    }
    const [from, to, step] = range;
    for (let value = from; value <= to; value += step)
      values.add(field.name === 'weekday' ? value % 7 : value);
  }
  return values;
}

function parseItem(
  text: string,
  field: Field,
): readonly [from: number, to: number, step: number] | undefined {
  const match = /^(\*|\w{1,3})(?:-(\w{1,3}))?(?:\/(\d{1,2}))?$/.exec(text);
  if (match === null) return undefined;
  const [, first = '', last, every] = match;
  const step = every === undefined ? 1 : Number(every);
  if (step === 0) return undefined;
  if (first === '*')
    return last === undefined ? [field.low, field.name === 'weekday' ? 6 : field.high, step] : undefined;
  const from = valueOf(first, field);
  const to = last === undefined ? (every === undefined ? from : field.high) : valueOf(last, field);
  return from === undefined || to === undefined || from > to ? undefined : [from, to, step];
}

function valueOf(text: string, field: Field): number | undefined {
  const word = (field.words as readonly string[]).indexOf(text.toLowerCase());
  if (word >= 0) return word + (field.name === 'month' ? 1 : 0);
  const value = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= field.low && value <= field.high ? value : undefined;
}

function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
