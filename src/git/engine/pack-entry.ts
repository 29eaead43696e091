import { Failure } from '../../core/failure.ts';
import { maxObjectBytes } from './inflate.ts';
import type { ObjectId, ObjectType } from './object-id.ts';

export interface PackEntryHead {
  readonly kind: ObjectType | 'ofs-delta' | 'ref-delta';
  /** Inflated size of what follows: the object, or the delta. */
  readonly size: number;
  /** Where the zlib stream starts, from the start of the pack. */
  readonly dataAt: number;
  /** Of an `ofs-delta`: where the base's entry starts. */
  readonly baseOffset: number;
  /** Of a `ref-delta`. */
  readonly baseId: ObjectId;
}

/** Bytes. */
export const longestEntryHead = 32;

/**
 * Reads the head of the entry that starts at `offset` of a pack; `at` is where that is in `bytes`.
 * @throws Failure `corrupt` or `too-large`
 */
export function readEntryHead(bytes: Buffer, at: number, offset: number): PackEntryHead {
  const start = at;
  let byte = byteAt(bytes, at++);
  const kind = kinds[(byte >> 4) & 7];
  let size = byte & 15;
  let scale = 16;
  while (byte & 0x80) {
    byte = byteAt(bytes, at++);
    size += (byte & 0x7f) * scale;
    scale *= 128;
    if (at - start > 10) throw broken(offset, 'has a size that cannot be read');
    if (size > maxObjectBytes)
      throw new Failure(
        'too-large',
        `the branch holds a file (or another object) over ${maxObjectBytes} bytes, which is not read; move it out of the branch, to Git LFS for example`,
      );
  }
  if (kind === undefined) throw broken(offset, 'has an unknown type');
  let baseOffset = 0;
  let baseId = '';
  if (kind === 'ofs-delta') {
    byte = byteAt(bytes, at++);
    let distance = byte & 0x7f;
    while (byte & 0x80) {
      byte = byteAt(bytes, at++);
      distance = (distance + 1) * 128 + (byte & 0x7f);
    }
    baseOffset = offset - distance;
    if (distance <= 0 || baseOffset < 12) throw broken(offset, 'names a base outside the pack');
  } else if (kind === 'ref-delta') {
    if (at + 20 > bytes.length) throw broken(offset, 'ends in its head');
    baseId = bytes.toString('hex', at, at + 20);
    at += 20;
  }
  return { kind, size, dataAt: offset + (at - start), baseOffset, baseId };
}

/** The head of an entry that holds a whole object. */
export function encodeEntryHead(type: ObjectType, size: number): Buffer {
  const bytes: number[] = [];
  let byte = (kinds.indexOf(type) << 4) | (size & 15);
  let rest = Math.floor(size / 16);
  while (rest > 0) {
    bytes.push(byte | 0x80);
    byte = rest & 0x7f;
    rest = Math.floor(rest / 128);
  }
  bytes.push(byte);
  return Buffer.from(bytes);
}

const kinds = [undefined, 'commit', 'tree', 'blob', 'tag', undefined, 'ofs-delta', 'ref-delta'] as const;

function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new Failure('corrupt', 'a pack is damaged: it ends in the head of an entry');
  return byte;
}

function broken(offset: number, why: string): Failure {
  return new Failure('corrupt', `a pack is damaged: the entry at byte ${offset} ${why}`);
}
