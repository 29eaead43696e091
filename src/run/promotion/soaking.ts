import { lastDate } from '../../core/last-date.ts';

interface Soaking {
  /** Of the source. */
  readonly name: string;
  readonly tag: string;
  /** Milliseconds. */
  readonly soak: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** When the tag came to the last of the source's fields, as `FieldOrigins.since` tells. */
  readonly since: number | 'unknown';
  readonly horizon: number;
}

/** Clocks of two machines differ by as much, and nobody has to look at them for it. */
const usualSkew = 60_000;

/** Why what a source holds may not follow yet, and from when on; `undefined` where it may (product.md, 6.4). */
export function whyNotSoaked({ name, tag, soak, now, since, horizon }: Soaking): string | undefined {
  if (since === 'unknown')
    return `how long ${name} has held ${tag} could not be read: too many fields are asked about in one run`;
  const age = now - since;
  if (age >= soak) return undefined;
  if (since === horizon)
    return `${name} has held ${tag} for ${span(age)} at least; the log is not read further back (horizon), and soak asks for ${span(soak)}`;
  const ready = `it may follow at ${moment(since + soak)}`;
  if (age < -usualSkew)
    return `the commit that brought ${tag} to ${name} is dated ${moment(since)}, which has not come yet, so the clock of whoever made it was wrong; soak counts from there, and ${ready} (tallyman promote takes it without waiting)`;
  return `${name} has held ${tag} for ${span(age)} of ${span(soak)}; ${ready}`;
}

/** Dates of commits are whatever somebody wrote: later ones than there are days for count as the last. */
function moment(at: number): string {
  return new Date(Math.min(at, lastDate)).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** `1h 20m`, to the minute. */
export function span(milliseconds: number): string {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  const parts = [days > 0 ? `${days}d` : '', hours > 0 ? `${hours}h` : '', rest > 0 ? `${rest}m` : ''];
  return parts.filter((part) => part !== '').join(' ') || '0m';
}
