import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { Failure } from '../../core/failure.ts';
import { readAlternates } from './alternates.ts';
import { DeltaBases } from './delta-bases.ts';
import { diskFailure, errorCode, writeDurablyAside } from './durable.ts';
import { hasLoose, readLoose, writeLoose } from './loose-objects.ts';
import type { GitObject, NewObject, ObjectId, ObjectReader } from './object-id.ts';
import { PackFile } from './pack-file.ts';
import { encodePackIndex, indexEntry, type IndexEntry } from './pack-index.ts';
import {
  readPack,
  readPackAsItArrives,
  readPackInTurns,
  type PackedObject,
  type PackReading,
  type PackSummary,
} from './pack-reader.ts';
import { extendPack } from './pack-writer.ts';
import { RecentBlobs } from './recent-blobs.ts';

/** What is gathered while a pack is read. */
interface Arrival {
  readonly entries: IndexEntry[];
  readonly reading: PackReading;
}

/** Of an object: the number of its pack, and where it starts in it. */
interface Place {
  readonly rank: number;
  readonly offset: number;
}

export interface AddedPack {
  readonly objects: number;
  /** Of its file; empty where it held nothing. */
  readonly path: string;
}

/**
 * The `objects` folder of a git directory: packs, loose objects, and the folders named in `info/alternates`. What is
 * written is seen whole or not at all: pack before index, each by a temporary file and a rename. Reading is synchronous
 * (a system call per 128 KiB of a pack); every object is checked against its id.
 */
export class ObjectStore implements ObjectReader {
  readonly directory: string;
  readonly #alternates: readonly ObjectStore[];
  #packs: PackFile[] = [];
  /** Deleted by somebody, but open here: read on until the next such change, so that a snapshot stays readable. */
  #retired: readonly PackFile[] = [];
  #packsSeen: string | undefined = '';
  #deletions = 0;
  readonly #recent = new RecentBlobs();
  readonly #bases = new DeltaBases();

  /** @throws Failure `corrupt` where alternates go in a circle or too deep */
  constructor(objects: string, depth = 0) {
    this.directory = objects;
    if (depth > 5) throw new Failure('corrupt', `${objects}: alternates are nested deeper than 5`);
    this.#alternates = readAlternates(objects).map((path) => new ObjectStore(path, depth + 1));
    this.#loadPacks();
  }

  has(id: ObjectId): boolean {
    return (
      this.#recent.isHere(id) ||
      this.#inPacks(id) !== undefined ||
      hasLoose(this.directory, id) ||
      this.#elsewhere((store) => store.has(id)) === true
    );
  }

  /** Whether a pack has it, of those that were there at the last look: costs no system call, however many are asked for. */
  isPacked(id: ObjectId): boolean {
    return this.#inPacks(id) !== undefined;
  }

  read(id: ObjectId): GitObject | undefined {
    const recent = this.#recent.take(id);
    if (recent !== undefined) return recent;
    const place = this.#inPacks(id);
    if (place !== undefined) return this.#readPacked(id, place.pack, place.offset);
    // Of a kept clone hardly any object is loose: to ask is cheaper than to fail.
    const loose = hasLoose(this.directory, id) ? readLoose(this.directory, id) : undefined;
    return loose ?? this.#elsewhere((store) => store.read(id));
  }

  /** Objects in the order in which they are read fastest: what just came, then pack by pack, by place in the pack; the rest last. */
  inReadingOrder<Wanted extends { readonly id: ObjectId }>(all: Iterable<Wanted>): Wanted[] {
    const ordered: Wanted[] = [];
    const rows: (Place & { readonly wanted: Wanted })[] = [];
    for (const wanted of all) {
      if (this.#recent.has(wanted.id)) ordered.push(wanted);
      else rows.push({ wanted, ...this.#placeOf(wanted.id) });
    }
    rows.sort((a, b) => a.rank - b.rank || a.offset - b.offset);
    for (const { wanted } of rows) ordered.push(wanted);
    return ordered;
  }

  #placeOf(id: ObjectId): Place {
    for (const [rank, pack] of this.#packs.entries()) {
      const offset = pack.index.find(id);
      if (offset !== undefined) return { rank, offset };
    }
    return { rank: this.#packs.length, offset: 0 };
  }

  writeLoose(object: NewObject): void {
    if (!this.has(object.id)) writeLoose(this.directory, object);
  }

  /**
   * Checks a pack, completes it where it is thin (with bases from this store), and keeps it with a new index.
   * @throws Failure `corrupt`, `too-large`, `disk`
   */
  async addPack(pack: Buffer): Promise<AddedPack> {
    const { entries, reading } = this.#expect();
    return this.#keepArrival(pack, entries, readPack(pack, reading));
  }

  /** The same for large packs: other work gets its turn meanwhile. Nobody may change `pack` until it is done. */
  async addPackInTurns(pack: Buffer): Promise<AddedPack> {
    const { entries, reading } = this.#expect();
    return this.#keepArrival(pack, entries, await readPackInTurns(pack, reading));
  }

  /**
   * The same, read while it arrives; nothing is kept where no part comes.
   * @param see is shown each object, also of a pack that is damaged further on
   * @throws also what `parts` throws
   */
  async addPackAsItArrives(
    parts: AsyncIterable<Uint8Array>,
    see: (object: PackedObject) => void,
  ): Promise<AddedPack> {
    const { entries, reading } = this.#expect(see);
    try {
      const { pack, ...summary } = await readPackAsItArrives(parts, reading);
      return await this.#keepArrival(pack, entries, summary);
    } catch (error) {
      this.#recent.clear(); // what is in no pack is not here
      throw error;
    }
  }

  #expect(see?: (object: PackedObject) => void): Arrival {
    const entries: IndexEntry[] = [];
    this.#recent.clear();
    const visit = (object: PackedObject, pack: Buffer): void => {
      const { id, offset, end } = object;
      entries.push(indexEntry(pack, id, offset, end));
      this.#recent.add(id, object);
      see?.(object);
    };
    return { entries, reading: { visit, external: (id) => this.read(id) } };
  }

  async #keepArrival(
    pack: Buffer,
    entries: IndexEntry[],
    { objects, externalBases }: PackSummary,
  ): Promise<AddedPack> {
    if (objects === 0) return { objects, path: '' };
    if (externalBases.size === 0) return { objects, path: await this.#keepPack(pack, entries) };
    const whole = extendPack(pack, [...externalBases.values()]);
    let row = 0;
    for (const id of externalBases.keys()) {
      const [offset = 0, end = 0] = whole.offsets.slice(row, ++row + 1);
      entries.push(indexEntry(whole.pack, id, offset, end));
    }
    return { objects, path: await this.#keepPack(whole.pack, entries) };
  }

  /** Keeps a complete pack that was read already; `entries` are what its reader met. @returns its path */
  async #keepPack(pack: Buffer, entries: readonly IndexEntry[]): Promise<string> {
    const sum = pack.subarray(pack.length - 20);
    const base = join(this.directory, 'pack', `pack-${sum.toString('hex')}`);
    const written = writeDurablyAside(`${base}.pack`, pack, 0o444);
    const index = encodePackIndex(entries, sum); // meanwhile
    await written;
    await writeDurablyAside(`${base}.idx`, index, 0o444);
    this.#loadPacks();
    this.#recent.keep();
    return `${base}.pack`;
  }

  /** Gives back the memory of files that came with the last pack and that nobody read. */
  forgetRecent(): void {
    this.#recent.clear();
  }

  /** How often packs went away, whoever deleted them: what was only in them is not here any more. */
  get deletions(): number {
    return this.#deletions;
  }

  packs(): readonly PackFile[] {
    return this.#packs;
  }

  /** Deletes packs whose wanted objects are in another one. They stay open here until the next time. */
  removePacks(packs: readonly PackFile[]): void {
    this.#recent.clear();
    for (const pack of packs) {
      pack.open();
      // Without its index a pack is not seen, so that goes first.
      for (const path of [pack.path.replace(/\.pack$/, '.idx'), pack.path]) {
        try {
          rmSync(path, { force: true });
        } catch (error) {
          throw diskFailure(error, 'delete', path);
        }
      }
    }
    this.#loadPacks();
  }

  close(): void {
    for (const pack of [...this.#packs, ...this.#retired]) pack.close();
    for (const store of this.#alternates) store.close();
  }

  #inPacks(id: ObjectId): { pack: PackFile; offset: number } | undefined {
    for (const packs of [this.#packs, this.#retired]) {
      for (const pack of packs) {
        const offset = pack.index.find(id);
        if (offset !== undefined) return { pack, offset };
      }
    }
    return undefined;
  }

  #readPacked(id: ObjectId, pack: PackFile, offset: number): GitObject | undefined {
    try {
      pack.open();
    } catch (error) {
      // Somebody repacked: the object stands in another pack now.
      if (!(error instanceof Failure && error.code === 'not-found') || !this.#loadPacks()) throw error;
      return this.read(id);
    }
    return pack.read(id, offset);
  }

  /** Asked only where this folder does not have the object: first looks whether packs came since. */
  #elsewhere<Answer>(ask: (store: ObjectStore) => Answer | undefined): Answer | undefined {
    if (this.#loadPacks()) return ask(this);
    for (const store of this.#alternates) {
      const answer = ask(store);
      if (answer !== undefined && answer !== false) return answer;
    }
    return undefined;
  }

  /** @returns whether the packs are others than before */
  #loadPacks(): boolean {
    const folder = join(this.directory, 'pack');
    const seen = stampOf(folder);
    if (seen !== undefined && seen === this.#packsSeen) return false;
    const paths = indexesIn(folder)
      .map((name) => join(folder, name.replace(/\.idx$/, '.pack')))
      .filter((path) => existsSync(path));
    const known = new Map(this.#packs.map((pack) => [pack.path, pack]));
    const same = paths.length === known.size && paths.every((path) => known.has(path));
    const deleted = this.#packs.filter((pack) => !paths.includes(pack.path));
    if (deleted.length > 0) this.#deletions++;
    const gone = deleted.filter((pack) => pack.isOpen());
    if (gone.length > 0) {
      for (const pack of this.#retired) pack.close();
      this.#retired = gone;
    }
    this.#packs = paths.sort().map((path) => known.get(path) ?? new PackFile(path, this.#bases));
    this.#packsSeen = seen;
    return !same;
  }
}

function indexesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => /^pack-[0-9a-f]+\.idx$/.test(name));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw diskFailure(error, 'read', folder);
  }
}

/** `undefined` where the folder changed just now: the clock of a file system goes in steps, and the next change may look the same. */
function stampOf(folder: string): string | undefined {
  try {
    const { mtimeNs, mtimeMs, ino } = statSync(folder, { bigint: true });
    return Math.abs(Date.now() - Number(mtimeMs)) < longestStep ? undefined : `${ino}:${mtimeNs}`;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'none';
    throw diskFailure(error, 'read', folder);
  }
}

/** Milliseconds, with a reserve. */
const longestStep = 100;
