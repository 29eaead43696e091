import { lastDate } from '../../core/last-date.ts';
import type { Person } from '../../release/log.ts';

/** The text of some bytes. */
type Decode = (bytes: Buffer, from: number, to: number) => string;

/** @param label as a commit states it; `undefined` and what nobody knows: UTF-8 */
export function decoderFor(label: string | undefined): Decode {
  if (label === undefined) return utf8;
  try {
    const decoder = new TextDecoder(label, { ignoreBOM: true });
    return (bytes, from, to) => decoder.decode(bytes.subarray(from, to));
  } catch {
    return utf8; // an encoding that nobody knows
  }
}

function utf8(bytes: Buffer, from: number, to: number): string {
  return bytes.toString('utf8', from, to);
}

/**
 * The person of an author or committer line, as git splits it: name before the first `<`, address up to the next `>`.
 * @param value what stands behind the key, byte by byte
 */
export function parsePerson(value: string, decode: Decode): Person {
  const open = value.indexOf('<');
  const close = value.indexOf('>', open + 1);
  // Plain text is the same in every encoding that commits are written in.
  const isPlain = decode === utf8 && /^[\x20-\x7e]*$/.test(value);
  const text = (from: number, to: number): string => {
    const part = value.slice(from, to);
    if (isPlain) return part.trim();
    const bytes = Buffer.from(part, 'latin1');
    return decode(bytes, 0, bytes.length).trim();
  };
  return open < 0
    ? { name: text(0, value.length), email: '' }
    : { name: text(0, open), email: text(open + 1, close < 0 ? value.length : close) };
}

/** The date of an author or committer line, which follows its last `>`: milliseconds since the epoch, `lastDate` at most, 0 where it cannot be read. */
export function commitDate(block: Buffer, from: number, to: number): number {
  let at = to;
  while (at > from && block[at - 1] !== closing) at--;
  while (at < to && isBlank(block[at] ?? 0)) at++;
  const sign = block[at] === minus ? -1 : 1;
  if (sign < 0) at++;
  let seconds = 0;
  for (; at < to; at++) {
    const digit = (block[at] ?? 0) - zero;
    if (!(digit >= 0 && digit <= 9)) break;
    seconds = seconds * 10 + digit;
  }
  return seconds === 0 ? 0 : sign * Math.min(seconds * 1000, lastDate);
}

/** As `\s` of patterns, of the first 256 letters. */
function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0xa0;
}

const closing = 0x3e;
const minus = 0x2d;
const zero = 0x30;
