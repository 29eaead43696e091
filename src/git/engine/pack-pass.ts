import { Failure } from '../../core/failure.ts';
import { applyDelta, deltaResultSize } from './delta.ts';
import { Inflater, spareRoom, unfitStream } from './inflate.ts';
import type { GitObject, ObjectId, ObjectType } from './object-id.ts';
import { OffsetsById } from './offsets-by-id.ts';
import { bytesAt, idAt, ObjectSpace, type Place } from './object-space.ts';
import { corruptPack, type PackBytes } from './pack-bytes.ts';
import { longestEntryHead, readEntryHead, type PackEntryHead } from './pack-entry.ts';
import { ReadEntries } from './read-entries.ts';
import type { PackedObject, PackLimits, PackReading, PackSummary } from './pack-reader.ts';

/** An entry that is being inflated. */
interface OpenEntry {
  readonly offset: number;
  readonly head: PackEntryHead;
  readonly place: Place;
  /** How far its input was read, and its place was filled. */
  inputAt: number;
  filledTo: number;
}

interface Waiting {
  readonly offset: number;
  readonly end: number;
  readonly delta: Buffer;
}

/** One pass over a pack, as far as it is here. See `readPack`. */
export class PackPass {
  readonly #pack: PackBytes;
  readonly #reading: PackReading;
  readonly #limits: PackLimits;
  readonly #inflater = new Inflater();
  readonly #space = new ObjectSpace();
  /** For what is read and thrown away. */
  readonly #scratch = Buffer.allocUnsafeSlow(scratchBytes);
  readonly #entries = new ReadEntries();
  readonly #offsets = new OffsetsById();
  readonly #externalBases = new Map<ObjectId, GitObject>();
  readonly #waitingForId = new Map<ObjectId, Waiting[]>();
  readonly #waitingForOffset = new Map<number, Waiting[]>();
  #count: number | undefined;
  #offset = 12;
  #entry: OpenEntry | undefined;
  #spentBytes = 0;
  #resolved = 0;

  constructor(pack: PackBytes, reading: PackReading) {
    this.#pack = pack;
    this.#reading = reading;
    this.#limits = { ...defaultLimits, ...reading.limits };
  }

  /** Reads entries until the given time. @returns whether all that are here are read */
  readOn(until: number): boolean {
    const count = (this.#count ??= this.#boundedCount());
    if (count === undefined) return true;
    for (let read = 1; this.#entries.count < count; read++) {
      if (!this.#readEntry(count)) return true;
      if (read % 16 === 0 && performance.now() > until) return false;
    }
    return true;
  }

  finish(): PackSummary {
    if (this.#offset !== this.#pack.end)
      throw corruptPack('bytes stand between its last object and its checksum');
    this.#resolveExternal();
    const left = this.#entries.count - this.#resolved;
    if (left > 0) {
      const missing = [...this.#waitingForId.keys()][0] ?? 'unknown';
      throw corruptPack(`${left} deltas have no base (the first is ${missing})`);
    }
    return { objects: this.#resolved, externalBases: this.#externalBases };
  }

  #boundedCount(): number | undefined {
    const count = this.#pack.count();
    if (count === undefined || count <= this.#limits.objects) return count;
    throw new Failure('too-large', `a pack of ${count} objects is over the bound of ${this.#limits.objects}`);
  }

  /** @returns whether it was there as a whole */
  #readEntry(count: number): boolean {
    const entry = (this.#entry ??= this.#open(count));
    if (entry === undefined || !this.#inflate(entry)) return false;
    this.#entry = undefined;
    const { offset, head, place, inputAt: end } = entry;
    if (end > this.#pack.end) throw corruptPack(`the entry at byte ${offset} runs into the checksum`);
    this.#offset = end;
    this.#entries.add(offset);
    if (head.kind === 'ofs-delta') {
      if (!this.#entries.has(head.baseOffset))
        throw corruptPack(`the entry at byte ${offset} names no entry as its base`);
      this.#readDelta(offset, end, place, head.baseOffset);
    } else if (head.kind === 'ref-delta') {
      const base = this.#offsets.get(head.baseId);
      if (base === undefined) push(this.#waitingForId, head.baseId, waitingDelta(offset, end, place));
      else this.#readDelta(offset, end, place, base);
    } else {
      this.#settle(offset, end, head.kind, place);
    }
    return true;
  }

  /** `undefined` where too little of it is here. */
  #open(count: number): OpenEntry | undefined {
    const offset = this.#offset;
    const { bytes, end, isWhole } = this.#pack;
    if (!isWhole && (end - offset < longestEntryHead || !this.#inflater.takesPieces)) return undefined;
    if (offset >= end) throw corruptPack(`it holds fewer than the ${count} objects that it states`);
    const head = readEntryHead(bytes, offset, offset);
    const { kind, size, dataAt } = head;
    this.#spend(size);
    const isKept = kind !== 'ofs-delta' && kind !== 'ref-delta';
    const place = isKept ? this.#space.take(kind, size) : this.#scratchFor(size);
    this.#inflater.begin();
    return { offset, head, place, inputAt: dataAt, filledTo: place.at };
  }

  /** @returns whether the end of the entry was there */
  #inflate(entry: OpenEntry): boolean {
    const { bytes, length, end, isWhole } = this.#pack;
    const { offset, head, place } = entry;
    const inflater = this.#inflater;
    const to = isWhole ? length : end;
    const step = inflater.write(bytes, entry.inputAt, to, place.block, entry.filledTo, place.end + spareRoom);
    if (step === 'broken') throw unfitStream(entryName(offset), head.size);
    entry.inputAt += inflater.used;
    entry.filledTo += inflater.made;
    if (step === 'needs-input' && !isWhole) return false;
    if (step !== 'ended' || entry.filledTo !== place.end) throw unfitStream(entryName(offset), head.size);
    return true;
  }

  #scratchFor(size: number): Place {
    const needed = size + spareRoom;
    const block = needed <= this.#scratch.length ? this.#scratch : Buffer.allocUnsafeSlow(needed);
    return { block, headerAt: 0, at: 0, end: size };
  }

  #readDelta(offset: number, end: number, delta: Place, baseAt: number): void {
    const base = this.#entries.object(baseAt) ?? this.#makeAgain(baseAt);
    if (base === undefined) push(this.#waitingForOffset, baseAt, waitingDelta(offset, end, delta));
    else this.#settleDelta(offset, end, base, bytesAt(delta));
  }

  #settleDelta(offset: number, end: number, base: GitObject, delta: Buffer): void {
    this.#settle(offset, end, base.type, this.#make(base, delta));
  }

  /** Names an object, shows it, and goes on with all that waited for it. */
  #settle(offset: number, end: number, type: ObjectType, place: Place): void {
    const object = this.#show(offset, end, type, place);
    if (this.#waitingForId.size === 0 && this.#waitingForOffset.size === 0) return;
    const open = [object];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const waiting of [
        ...take(this.#waitingForId, next.id),
        ...take(this.#waitingForOffset, next.offset),
      ]) {
        open.push(this.#show(waiting.offset, waiting.end, next.type, this.#make(next, waiting.delta)));
      }
    }
  }

  #show(offset: number, end: number, type: ObjectType, place: Place): PackedObject {
    const id = idAt(place);
    const object = { type, bytes: bytesAt(place), id, offset, end };
    this.#offsets.add(id, offset);
    this.#entries.keep(offset, object);
    this.#resolved++;
    this.#reading.visit(object, this.#pack.bytes);
    return object;
  }

  /** Bases that the pack leaves out, because the receiver holds them. */
  #resolveExternal(): void {
    for (const id of Array.from(this.#waitingForId.keys())) {
      const base = this.#reading.external?.(id);
      if (base === undefined) continue;
      this.#externalBases.set(id, base);
      for (const { offset, end, delta } of take(this.#waitingForId, id)) {
        this.#settleDelta(offset, end, base, delta);
      }
    }
  }

  #make(base: GitObject, delta: Buffer): Place {
    const size = deltaResultSize(delta);
    this.#spend(size);
    const place = this.#space.take(base.type, size);
    applyDelta(base.bytes, delta, bytesAt(place));
    return place;
  }

  /** An object that was seen but not kept: its chain of deltas is inflated once more. */
  #makeAgain(offset: number): GitObject | undefined {
    const deltas: Buffer[] = [];
    let at = offset;
    for (;;) {
      const kept = this.#entries.object(at);
      if (kept !== undefined) return this.#applyAll(kept, deltas);
      const { head, bytes } = this.#readAgain(at);
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

  /** An entry before the one that is read now. */
  #readAgain(offset: number): { readonly head: PackEntryHead; readonly bytes: Buffer } {
    const pack = this.#pack.bytes;
    const head = readEntryHead(pack, offset, offset);
    this.#spend(head.size);
    return { head, bytes: this.#inflater.exactly(pack, head.dataAt, head.size, entryName(offset)) };
  }

  #applyAll(base: GitObject, deltas: readonly Buffer[]): GitObject {
    return deltas.reduceRight((object: GitObject, delta) => {
      return { type: object.type, bytes: bytesAt(this.#make(object, delta)) };
    }, base);
  }

  #spend(bytes: number): void {
    this.#spentBytes += bytes;
    if (this.#spentBytes > this.#limits.bytes) {
      throw new Failure('too-large', `a pack inflates to more than the bound of ${this.#limits.bytes} bytes`);
    }
  }
}

function entryName(offset: number): string {
  return `the pack's entry at byte ${offset}`;
}

/** The delta must outlive the next entry. */
function waitingDelta(offset: number, end: number, delta: Place): Waiting {
  return { offset, end, delta: Buffer.from(bytesAt(delta)) };
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

const defaultLimits: PackLimits = { objects: 5_000_000, bytes: 4 * 1024 ** 3 };
const scratchBytes = 64 * 1024;
