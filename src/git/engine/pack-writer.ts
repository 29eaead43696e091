import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';

import { encodeEntryHead } from './pack-entry.ts';
import type { GitObject } from './object-id.ts';

/** A pack of exactly these objects, each whole: a push sends few and small ones. */
export function writePack(objects: readonly GitObject[]): Buffer {
  const writer = new PackWriter();
  for (const object of objects) writer.add(object);
  return writer.end();
}

/** A pack that is written object by object: of what was added, only the compressed bytes are held. */
export class PackWriter {
  readonly #parts: Buffer[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(object: GitObject): void {
    this.#count++;
    this.#parts.push(...encodeEntry(object));
  }

  end(): Buffer {
    return seal([packHeader(this.#count), ...this.#parts]);
  }
}

/** A pack that was thin, and where its new entries are: each starts where the one before it ends. */
export interface ExtendedPack {
  readonly pack: Buffer;
  /** In the order of the objects, with the end of the last one. */
  readonly offsets: readonly number[];
}

/** The same pack with more objects at its end: makes a thin pack complete. Entries keep their offsets. */
export function extendPack(pack: Buffer, more: readonly GitObject[]): ExtendedPack {
  const count = pack.readUInt32BE(8) + more.length;
  const offsets = [pack.length - 20];
  const parts = [packHeader(count), pack.subarray(12, pack.length - 20)];
  for (const object of more) {
    const entry = encodeEntry(object);
    parts.push(...entry);
    offsets.push(entry.reduce((at, { length }) => at + length, offsets.at(-1) ?? 0));
  }
  return { pack: seal(parts), offsets };
}

function encodeEntry(object: GitObject): Buffer[] {
  return [encodeEntryHead(object.type, object.bytes.length), deflateSync(object.bytes)];
}

function packHeader(count: number): Buffer {
  const header = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1');
  header.writeUInt32BE(count, 8);
  return header;
}

function seal(parts: readonly Buffer[]): Buffer {
  const sum = createHash('sha1');
  for (const part of parts) sum.update(part);
  return Buffer.concat([...parts, sum.digest()]);
}
