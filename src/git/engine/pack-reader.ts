import { createHash, type Hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';

import { Failure } from '../../core/failure.ts';
import { applyDelta, deltaResultSize } from './delta.ts';
import { inflateExactly } from './inflate.ts';
import { hashObject, type GitObject, type ObjectId, type ObjectType } from './object-id.ts';
import { readEntryHead } from './pack-entry.ts';

/** One object as the reader meets it. `bytes` must not be changed. */
export interface PackedObject extends GitObject {
  readonly id: ObjectId;
  /** Where its entry starts in the pack, and where the next one does. */
  readonly offset: number;
  readonly end: number;
}

export interface PackReading {
  /** Called once for each object, bases before what is made from them. */
  readonly visit: (object: PackedObject) => void;
  /** Gives the bases that a thin pack leaves out. */
  readonly external?: (id: ObjectId) => GitObject | undefined;
  /** Only objects of this type are made and shown; deltas whose base is nowhere are left out then. Default: all, and each delta needs its base. */
  readonly only?: ObjectType;
  readonly limits?: Partial<PackLimits>;
}

export interface PackLimits {
  /** Default 5,000,000. */
  readonly objects: number;
  /** Inflated bytes of all objects and deltas, bases that must be made again included. Default 4 GiB. */
  readonly bytes: number;
}

export interface PackSummary {
  /** Those that were shown. */
  readonly objects: number;
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
  const pass = new PackPass(pack, reading);
  while (!pass.hash(Infinity));
  while (!pass.readOn(Infinity));
  return pass.finish();
}

/** The same; after some milliseconds each, connections and timers get their turn. Nobody may change `pack` until it is done. */
export async function readPackInTurns(pack: Buffer, reading: PackReading): Promise<PackSummary> {
  const pass = new PackPass(pack, reading);
  while (!pass.hash(hashedAtOnce)) await setImmediate();
  while (!pass.readOn(performance.now() + busyMilliseconds)) await setImmediate();
  return pass.finish();
}

const defaultLimits: PackLimits = { objects: 5_000_000, bytes: 4 * 1024 ** 3 };
const keptBytes = 32 * 1024 ** 2;
/** Some 10 ms. */
const hashedAtOnce = 8 * 1024 ** 2;
const busyMilliseconds = 15;

interface Waiting {
  readonly offset: number;
  readonly end: number;
  readonly delta: Buffer;
}

class PackPass {
  readonly #pack: Buffer;
  readonly #reading: PackReading;
  readonly #limits: PackLimits;
  readonly #end: number;
  readonly #starts = new Set<number>();
  /** Entries of types that nobody wants, and the deltas made from them. */
  readonly #passed = new Set<number>();
  readonly #offsets = new Map<ObjectId, number>();
  readonly #kept = new Map<number, GitObject>();
  readonly #externalBases = new Map<ObjectId, GitObject>();
  readonly #waitingForId = new Map<ObjectId, Waiting[]>();
  readonly #waitingForOffset = new Map<number, Waiting[]>();
  readonly #sum: Hash = createHash('sha1');
  #summed = 0;
  #count = 0;
  #offset = 12;
  #keptBytes = 0;
  #spentBytes = 0;
  #resolved = 0;

  constructor(pack: Buffer, reading: PackReading) {
    this.#pack = pack;
    this.#reading = reading;
    this.#limits = { ...defaultLimits, ...reading.limits };
    this.#end = pack.length - 20;
    this.#checkHead();
  }

  /** Checks the trailer, so many bytes at once. @returns whether that is done */
  hash(bytes: number): boolean {
    const to = Math.min(this.#end, this.#summed + bytes);
    this.#sum.update(this.#pack.subarray(this.#summed, to));
    this.#summed = to;
    if (to < this.#end) return false;
    if (!this.#sum.digest().equals(this.#pack.subarray(this.#end)))
      throw corruptPack('its checksum is wrong: it was cut off or changed on the way');
    const count = this.#count;
    if (count > this.#limits.objects)
      throw new Failure(
        'too-large',
        `a pack of ${count} objects is over the bound of ${this.#limits.objects}`,
      );
    return true;
  }

  /** Reads entries until the given time. @returns whether all are read */
  readOn(until: number): boolean {
    for (let read = 1; this.#starts.size < this.#count; read++) {
      if (this.#offset >= this.#end)
        throw corruptPack(`it holds fewer than the ${this.#count} objects that it states`);
      this.#offset = this.#readEntry(this.#offset);
      if (read % 16 === 0 && performance.now() > until) return false;
    }
    return true;
  }

  finish(): PackSummary {
    if (this.#offset !== this.#end) throw corruptPack('bytes stand between its last object and its checksum');
    this.#resolveExternal();
    const left = this.#count - this.#resolved;
    if (left > 0 && this.#reading.only === undefined) {
      const missing = [...this.#waitingForId.keys()][0] ?? 'unknown';
      throw corruptPack(`${left} deltas have no base (the first is ${missing})`);
    }
    return { objects: this.#resolved, externalBases: this.#externalBases };
  }

  #checkHead(): void {
    const pack = this.#pack;
    if (pack.length < 32 || pack.toString('latin1', 0, 4) !== 'PACK')
      throw corruptPack('it is cut off or no pack at all');
    const version = pack.readUInt32BE(4);
    if (version !== 2 && version !== 3) throw corruptPack(`its version is ${version}, expected 2`);
    this.#count = pack.readUInt32BE(8);
  }

  /** @returns where the next one starts */
  #readEntry(offset: number): number {
    this.#starts.add(offset);
    const { kind, size, dataAt, baseOffset, baseId } = readEntryHead(this.#pack, offset, offset);
    const { bytes, used } = this.#inflate(offset, dataAt, size);
    const end = dataAt + used;
    if (end > this.#end) throw corruptPack(`the entry at byte ${offset} runs into the checksum`);
    if (kind === 'ofs-delta') {
      if (!this.#starts.has(baseOffset))
        throw corruptPack(`the entry at byte ${offset} names no entry as its base`);
      if (this.#passed.has(baseOffset)) this.#passed.add(offset);
      else this.#readDelta({ offset, end, delta: bytes }, baseOffset);
    } else if (kind === 'ref-delta') {
      const at = this.#offsets.get(baseId);
      if (at === undefined) push(this.#waitingForId, baseId, { offset, end, delta: bytes });
      else this.#readDelta({ offset, end, delta: bytes }, at);
    } else if (this.#isWanted(kind)) {
      this.#settle(offset, end, { type: kind, bytes });
    } else {
      this.#passed.add(offset);
    }
    return end;
  }

  #readDelta(entry: Waiting, baseAt: number): void {
    const base = this.#kept.get(baseAt) ?? this.#makeAgain(baseAt);
    if (base === undefined) push(this.#waitingForOffset, baseAt, entry);
    else this.#settle(entry.offset, entry.end, this.#make(base, entry.delta));
  }

  #isWanted(type: ObjectType): boolean {
    const { only } = this.#reading;
    return only === undefined || only === type;
  }

  /** Names an object, shows it, and goes on with all that waited for it. */
  #settle(offset: number, end: number, object: GitObject): void {
    const id = this.#show(offset, end, object);
    if (this.#waitingForId.size === 0 && this.#waitingForOffset.size === 0) return;
    const open = [{ id, offset, object }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const waiting of [
        ...take(this.#waitingForId, next.id),
        ...take(this.#waitingForOffset, next.offset),
      ]) {
        const made = this.#make(next.object, waiting.delta);
        const name = this.#show(waiting.offset, waiting.end, made);
        open.push({ id: name, offset: waiting.offset, object: made });
      }
    }
  }

  #show(offset: number, end: number, { type, bytes }: GitObject): ObjectId {
    const id = hashObject(type, bytes);
    this.#offsets.set(id, offset);
    this.#keep(offset, { type, bytes });
    this.#resolved++;
    this.#reading.visit({ type, bytes, id, offset, end });
    return id;
  }

  /** Bases that the pack leaves out, because the receiver holds them. */
  #resolveExternal(): void {
    for (const id of Array.from(this.#waitingForId.keys())) {
      const base = this.#reading.external?.(id);
      if (base === undefined || !this.#isWanted(base.type)) continue;
      this.#externalBases.set(id, base);
      for (const { offset, end, delta } of take(this.#waitingForId, id)) {
        this.#settle(offset, end, this.#make(base, delta));
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
    if (this.#keptBytes <= keptBytes) return;
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
