import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';

/** The head of an entry with any type number and any size, true or not. */
export function entryHead(type: number, size: number): Buffer {
  const bytes: number[] = [];
  let byte = (type << 4) | (size % 16);
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push(byte | 128);
    byte = rest % 128;
  }
  return Buffer.from([...bytes, byte]);
}

/** A pack of these entries with a right checksum, whatever they say. */
export function craftPack(entries: readonly Buffer[], count = entries.length): Buffer {
  const header = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1');
  header.writeUInt32BE(count, 8);
  return seal(Buffer.concat([header, ...entries]));
}

/** Puts the right checksum at the end. */
export function seal(body: Buffer): Buffer {
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
}

/** An entry that is a delta on the object `base`. */
export function refDelta(base: string, delta: Buffer): Buffer {
  return Buffer.concat([entryHead(7, delta.length), Buffer.from(base, 'hex'), deflateSync(delta)]);
}

/** A number as deltas write sizes. */
export function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 128);
  }
}

/** The same pack with one more entry. */
export function addEntry(pack: Buffer, entry: Buffer): Buffer {
  const body = Buffer.concat([pack.subarray(0, pack.length - 20), entry]);
  body.writeUInt32BE(body.readUInt32BE(8) + 1, 8);
  return seal(body);
}
