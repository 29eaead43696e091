import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

import { Failure } from '../../core/failure.ts';
import { applyDelta, deltaResultSize } from './delta.ts';
import { inflateExactly } from './inflate.ts';
import { hashObject, type GitObject, type ObjectId } from './object-id.ts';
import { readEntryHead } from './pack-entry.ts';

/** One object as the reader meets it. `bytes` must not be changed. */
export interface PackedObject extends GitObject {
  readonly id: ObjectId;
  /** Where its entry starts in the pack, and the CRC-32 of the entry as it stands there. */
  readonly offset: number;
  readonly crc: number;
}

export interface PackReading {
  /** Called once for each object, bases before what is made from them. */
  readonly visit: (object: PackedObject) => void;
  /** Gives the bases that a thin pack leaves out. */
  readonly external?: (id: ObjectId) => GitObject | undefined;
  /** What to do with a delta whose base is nowhere: a Failure (default), or leave the object out. */
  readonly unresolved?: 'fail' | 'skip';
  readonly limits?: Partial<PackLimits>;
}

export interface PackLimits {
  /** Default 5,000,000. */
  readonly objects: number;
  /** Inflated bytes of all objects and deltas, bases that must be made again included. Default 4 GiB. */
  readonly bytes: number;
}

export interface PackSummary {
  readonly objects: number;
  /** Deltas without a base, left out. */
  readonly left: number;
  /** Bases that came from `external`; the pack is complete once they are added. */
  readonly externalBases: ReadonlyMap<ObjectId, GitObject>;
}

/**
 * Reads a pack in one pass: every object is inflated once, made from its base where it is a delta, and named by its
 * hash. The pack is untrusted: its trailer is checked first, counts and sizes are bounded. Objects that later deltas
 * may be made from are kept up to 32 MiB and made again where that was not enough.
 * @throws Failure `corrupt` or `too-large`
 */
export function readPack(pack: Buffer, reading: PackReading): PackSummary {
  return new PackPass(pack, reading).run();
}

const defaultLimits: PackLimits = { objects: 5_000_000, bytes: 4 * 1024 ** 3 };
const keptBytes = 32 * 1024 ** 2;

interface Waiting {
  readonly offset: number;
  readonly crc: number;
  readonly delta: Buffer;
}

class PackPass {
  readonly #pack: Buffer;
  readonly #reading: PackReading;
  readonly #limits: PackLimits;
  readonly #end: number;
  readonly #starts = new Set<number>();
  readonly #offsets = new Map<ObjectId, number>();
  readonly #kept = new Map<number, GitObject>();
  readonly #externalBases = new Map<ObjectId, GitObject>();
  readonly #waitingForId = new Map<ObjectId, Waiting[]>();
  readonly #waitingForOffset = new Map<number, Waiting[]>();
  #keptBytes = 0;
  #spentBytes = 0;
  #resolved = 0;

  constructor(pack: Buffer, reading: PackReading) {
    this.#pack = pack;
    this.#reading = reading;
    this.#limits = { ...defaultLimits, ...reading.limits };
    this.#end = pack.length - 20;
  }

  run(): PackSummary {
    const count = this.#checkFrame();
    let offset = 12;
    for (let index = 0; index < count; index++) {
      if (offset >= this.#end) throw corruptPack(`it holds fewer than the ${count} objects that it states`);
      offset = this.#readEntry(offset);
    }
    if (offset !== this.#end) throw corruptPack('bytes stand between its last object and its checksum');
    this.#resolveExternal();
    if (this.#resolved !== count && this.#reading.unresolved !== 'skip') {
      const missing = [...this.#waitingForId.keys()][0] ?? 'unknown';
      throw corruptPack(`${count - this.#resolved} deltas have no base (the first is ${missing})`);
    }
    return { objects: this.#resolved, left: count - this.#resolved, externalBases: this.#externalBases };
  }

  #checkFrame(): number {
    const pack = this.#pack;
    if (pack.length < 32 || pack.toString('latin1', 0, 4) !== 'PACK')
      throw corruptPack('it is cut off or no pack at all');
    const version = pack.readUInt32BE(4);
    if (version !== 2 && version !== 3) throw corruptPack(`its version is ${version}, expected 2`);
    const sum = createHash('sha1').update(pack.subarray(0, this.#end)).digest();
    if (!sum.equals(pack.subarray(this.#end)))
      throw corruptPack('its checksum is wrong: it was cut off or changed on the way');
    const count = pack.readUInt32BE(8);
    if (count > this.#limits.objects) {
      throw new Failure(
        'too-large',
        `a pack of ${count} objects is over the bound of ${this.#limits.objects}`,
      );
    }
    return count;
  }

  #readEntry(offset: number): number {
    this.#starts.add(offset);
    const head = readEntryHead(this.#pack, offset, offset);
    const { bytes, used } = this.#inflate(offset, head.dataAt, head.size);
    const end = head.dataAt + used;
    if (end > this.#end) throw corruptPack(`the entry at byte ${offset} runs into the checksum`);
    const crc = crc32(this.#pack.subarray(offset, end));
    if (head.kind === 'ofs-delta') {
      if (!this.#starts.has(head.baseOffset))
        throw corruptPack(`the entry at byte ${offset} names no entry as its base`);
      const base = this.#kept.get(head.baseOffset) ?? this.#makeAgain(head.baseOffset);
      if (base === undefined) push(this.#waitingForOffset, head.baseOffset, { offset, crc, delta: bytes });
      else this.#settle(offset, crc, this.#make(base, bytes));
    } else if (head.kind === 'ref-delta') {
      const at = this.#offsets.get(head.baseId);
      const base = at === undefined ? undefined : (this.#kept.get(at) ?? this.#makeAgain(at));
      if (base === undefined) push(this.#waitingForId, head.baseId, { offset, crc, delta: bytes });
      else this.#settle(offset, crc, this.#make(base, bytes));
    } else {
      this.#settle(offset, crc, { type: head.kind, bytes });
    }
    return end;
  }

  /** Names an object, shows it, and goes on with all that waited for it. */
  #settle(offset: number, crc: number, object: GitObject): void {
    const open = [{ offset, crc, object }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const id = hashObject(next.object.type, next.object.bytes);
      this.#offsets.set(id, next.offset);
      this.#keep(next.offset, next.object);
      this.#resolved++;
      this.#reading.visit({ ...next.object, id, offset: next.offset, crc: next.crc });
      for (const waiting of [...take(this.#waitingForId, id), ...take(this.#waitingForOffset, next.offset)]) {
        open.push({
          offset: waiting.offset,
          crc: waiting.crc,
          object: this.#make(next.object, waiting.delta),
        });
      }
    }
  }

  /** Bases that the pack leaves out, because the receiver holds them. */
  #resolveExternal(): void {
    for (const id of Array.from(this.#waitingForId.keys())) {
      const base = this.#reading.external?.(id);
      if (base === undefined) continue;
      this.#externalBases.set(id, base);
      for (const { offset, crc, delta } of take(this.#waitingForId, id)) {
        this.#settle(offset, crc, this.#make(base, delta));
      }
    }
  }

  #make(base: GitObject, delta: Buffer): GitObject {
    this.#spend(deltaResultSize(delta));
    return { type: base.type, bytes: applyDelta(base.bytes, delta) };
  }

  /** An object that was seen but not kept: its chain of deltas is inflated once more. */
  #makeAgain(offset: number): GitObject | undefined {
    const deltas: Buffer[] = [];
    let at = offset;
    for (;;) {
      const kept = this.#kept.get(at);
      if (kept !== undefined) return this.#applyAll(kept, deltas);
      const head = readEntryHead(this.#pack, at, at);
      const { bytes } = this.#inflate(at, head.dataAt, head.size);
      if (head.kind !== 'ofs-delta' && head.kind !== 'ref-delta')
        return this.#applyAll({ type: head.kind, bytes }, deltas);
      deltas.push(bytes);
      if (head.kind === 'ofs-delta') {
        at = head.baseOffset;
        continue;
      }
      const external = this.#externalBases.get(head.baseId);
      if (external !== undefined) return this.#applyAll(external, deltas);
      const inside = this.#offsets.get(head.baseId);
      if (inside === undefined) return undefined;
      at = inside;
    }
  }

  #applyAll(base: GitObject, deltas: readonly Buffer[]): GitObject {
    return deltas.reduceRight((object: GitObject, delta) => this.#make(object, delta), base);
  }

  #inflate(offset: number, dataAt: number, size: number): { bytes: Buffer; used: number } {
    this.#spend(size);
    return inflateExactly(this.#pack.subarray(dataAt), size, `the pack's entry at byte ${offset}`);
  }

  #spend(bytes: number): void {
    this.#spentBytes += bytes;
    if (this.#spentBytes > this.#limits.bytes) {
      throw new Failure('too-large', `a pack inflates to more than the bound of ${this.#limits.bytes} bytes`);
    }
  }

  #keep(offset: number, object: GitObject): void {
    this.#kept.set(offset, object);
    this.#keptBytes += object.bytes.length;
    for (const [oldest, { bytes }] of this.#kept) {
      if (this.#keptBytes <= keptBytes) break;
      this.#kept.delete(oldest);
      this.#keptBytes -= bytes.length;
    }
  }
}

function push<Key>(map: Map<Key, Waiting[]>, key: Key, waiting: Waiting): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [waiting]);
  else list.push(waiting);
}

function take<Key>(map: Map<Key, Waiting[]>, key: Key): readonly Waiting[] {
  const list = map.get(key);
  if (list === undefined) return [];
  map.delete(key);
  return list;
}

function corruptPack(why: string): Failure {
  return new Failure('corrupt', `a pack is damaged: ${why}`, { retryable: true });
}
