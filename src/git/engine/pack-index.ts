import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

import { Failure } from '../../core/failure.ts';
import type { ObjectId } from './object-id.ts';

export interface IndexEntry {
  readonly id: ObjectId;
  readonly offset: number;
  readonly crc: number;
}

/** What the index of `pack` tells of the object whose entry stands there. */
export function indexEntry(pack: Buffer, id: ObjectId, offset: number, end: number): IndexEntry {
  return { id, offset, crc: crc32(pack.subarray(offset, end)) };
}

/** A pack's index, version 2: from object id to the offset of its entry. Offsets are kept sorted to know each entry's end. */
export class PackIndex {
  readonly count: number;
  readonly #bytes: Buffer;
  #sortedOffsets: Float64Array | undefined;

  /** @throws Failure `corrupt` where `bytes` is no version 2 index */
  constructor(bytes: Buffer, name: string) {
    const bad = (why: string): Failure => new Failure('corrupt', `the pack index ${name} is damaged: ${why}`);
    if (bytes.length < 8 + 1024 + 40) throw bad('it is cut off');
    if (bytes.readUInt32BE(0) !== 0xff744f63 || bytes.readUInt32BE(4) !== 2) {
      throw bad('it is not of version 2; `git index-pack` writes it anew');
    }
    this.#bytes = bytes;
    let last = 0;
    for (let byte = 0; byte < 256; byte++) {
      const value = bytes.readUInt32BE(8 + 4 * byte);
      if (value < last) throw bad('its fan-out table goes backwards');
      last = value;
    }
    this.count = last;
    const large = bytes.length - (8 + 1024 + 28 * last + 40);
    if (large < 0 || large % 8 !== 0) throw bad('its size does not fit its count of objects');
  }

  /** Where the object's entry starts, or `undefined` where the pack does not hold it. */
  find(id: ObjectId): number | undefined {
    const bytes = this.#bytes;
    const start = startOf(id);
    const first = start >>> 24;
    let low = first === 0 ? 0 : bytes.readUInt32BE(8 + 4 * (first - 1));
    let high = bytes.readUInt32BE(8 + 4 * first);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = idsAt + 20 * middle;
      const order = start - bytes.readUInt32BE(at) || compareRest(id, bytes, at);
      if (order === 0) return this.#offset(middle);
      if (order < 0) high = middle;
      else low = middle + 1;
    }
    return undefined;
  }

  /** Where the entry after the one at `offset` starts; `undefined` for the last one. */
  next(offset: number): number | undefined {
    const offsets = (this.#sortedOffsets ??= Float64Array.from({ length: this.count }, (_, row) =>
      this.#offset(row),
    ).sort());
    let low = 0;
    let high = offsets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((offsets[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return offsets[low];
  }

  *ids(): Generator<ObjectId> {
    for (let row = 0; row < this.count; row++)
      yield this.#bytes.toString('hex', idsAt + 20 * row, idsAt + 20 * row + 20);
  }

  #offset(row: number): number {
    const value = this.#bytes.readUInt32BE(idsAt + 24 * this.count + 4 * row);
    if (value < 0x80000000) return value;
    const at = idsAt + 28 * this.count + 8 * (value - 0x80000000);
    if (at + 8 > this.#bytes.length - 40)
      throw new Failure('corrupt', 'a pack index is damaged: an offset is outside its table');
    return Number(this.#bytes.readBigUInt64BE(at));
  }
}

const idsAt = 8 + 1024;

/** The bytes of a version 2 index; `packSum` is the last 20 bytes of the pack. Packs here are below 2 GiB. */
export function encodePackIndex(entries: readonly IndexEntry[], packSum: Uint8Array): Buffer {
  const count = entries.length;
  const bytes = Buffer.alloc(idsAt + 28 * count + 40);
  bytes.writeUInt32BE(0xff744f63, 0);
  bytes.writeUInt32BE(2, 4);
  let row = 0;
  for (const [byte, bucket] of byFirstByte(entries).entries()) {
    for (const { id, crc, offset } of bucket.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))) {
      bytes.write(id, idsAt + 20 * row, 20, 'hex');
      bytes.writeUInt32BE(crc, idsAt + 20 * count + 4 * row);
      bytes.writeUInt32BE(offset, idsAt + 24 * count + 4 * row);
      row++;
    }
    bytes.writeUInt32BE(row, 8 + 4 * byte);
  }
  bytes.set(packSum, idsAt + 28 * count);
  bytes.set(
    createHash('sha1')
      .update(bytes.subarray(0, bytes.length - 20))
      .digest(),
    bytes.length - 20,
  );
  return bytes;
}

/** 256 small sorts compare half as often as a large one. */
function byFirstByte(entries: readonly IndexEntry[]): IndexEntry[][] {
  const buckets = Array.from({ length: 256 }, (): IndexEntry[] => []);
  for (const entry of entries) buckets[Number.parseInt(entry.id.slice(0, 2), 16)]?.push(entry);
  return buckets;
}

/** Ids whose first four bytes are alike are rare. */
function compareRest(id: ObjectId, bytes: Buffer, at: number): number {
  const other = bytes.toString('hex', at, at + 20);
  return id < other ? -1 : id > other ? 1 : 0;
}

/** The first four bytes. */
function startOf(id: ObjectId): number {
  return Number.parseInt(id.slice(0, 8), 16);
}
