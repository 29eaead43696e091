import { Failure } from '../../core/failure.ts';
import { maxObjectBytes } from './inflate.ts';

/**
 * The size that a delta's result will have, without making it.
 * @throws Failure `corrupt`, or `too-large` where it would be over the cap for objects
 */
export function deltaResultSize(delta: Uint8Array): number {
  const { value } = readSize(delta, readSize(delta, 0).next);
  if (value > maxObjectBytes) throw new Failure('too-large', `an object of ${value} bytes is over the cap`);
  return value;
}

/**
 * Applies a pack delta (copy and insert instructions) to its base.
 * @param result of the size that the delta states; default: a new one
 * @throws Failure as `deltaResultSize`
 */
export function applyDelta(
  base: Uint8Array,
  delta: Uint8Array,
  result: Buffer = Buffer.allocUnsafe(deltaResultSize(delta)),
): Buffer {
  const source = readSize(delta, 0);
  const target = readSize(delta, source.next);
  if (source.value !== base.length) throw broken('it was made for another base');
  let at = target.next;
  let filled = 0;
  while (at < delta.length) {
    const op = delta[at++] ?? 0;
    if ((op & 0x80) === 0) {
      if (op === 0 || at + op > delta.length || filled + op > result.length)
        throw broken('an insert runs over the end');
      result.set(delta.subarray(at, at + op), filled);
      at += op;
      filled += op;
      continue;
    }
    let offset = 0;
    let size = 0;
    for (let bit = 0; bit < 4; bit++) if (op & (1 << bit)) offset += (delta[at++] ?? 0) * 2 ** (8 * bit);
    for (let bit = 0; bit < 3; bit++) if (op & (0x10 << bit)) size += (delta[at++] ?? 0) << (8 * bit);
    if (size === 0) size = 0x10000;
    if (at > delta.length || offset + size > base.length || filled + size > result.length) {
      throw broken('a copy runs over the end');
    }
    result.set(base.subarray(offset, offset + size), filled);
    filled += size;
  }
  if (filled !== result.length) throw broken('it gives fewer bytes than it states');
  return result;
}

function readSize(delta: Uint8Array, from: number): { value: number; next: number } {
  let value = 0;
  let scale = 1;
  for (let at = from; at < delta.length && at < from + 7; at++) {
    const byte = delta[at] ?? 0;
    value += (byte & 0x7f) * scale;
    if ((byte & 0x80) === 0) return { value, next: at + 1 };
    scale *= 128;
  }
  throw broken('its sizes cannot be read');
}

function broken(why: string): Failure {
  return new Failure('corrupt', `a delta is damaged: ${why}`);
}
