import { setImmediate } from 'node:timers/promises';

import { Failure } from '../../core/failure.ts';
import type { Room } from './commit-blocks.ts';
import type { CommitView } from './commit-view.ts';
import { applyDelta, deltaResultSize } from './delta.ts';
import { Inflater, spareRoom, unfitStream } from './inflate.ts';
import type { ObjectId } from './object-id.ts';
import { readEntryHead, type PackEntryHead } from './pack-entry.ts';

export interface CommitReading {
  /** Room for a commit of so many bytes, and `spareRoom` behind it. */
  readonly room: (size: number) => Room;
  /** Keeps what was written into the last room, and names it by its hash. */
  readonly keep: () => CommitView;
  /** A commit that is here: the base of a delta. */
  readonly find: (id: ObjectId) => Pick<CommitView, 'bytes'> | undefined;
  /** Whether all that is wanted has come. `areOthers`: objects that are no commits have come, before which git puts all commits. */
  readonly isEnough: (areOthers: boolean) => boolean;
}

/**
 * Reads the commits of a pack while it arrives, and passes over everything else. Git puts commits first, the newest before their parents: once all that is wanted is here,
 * the rest is not waited for. The pack is untrusted: counts and sizes are bounded, and each commit is named by its own hash, so that what was left out or changed on the way is never
 * reached from the commit that was asked for. That, and not the pack's checksum, tells whether it was whole.
 * @returns whether the pack was left before its end
 * @throws Failure `corrupt`, `too-large`, and what `parts` throws
 */
export async function readCommitPack(
  parts: AsyncIterable<Uint8Array>,
  reading: CommitReading,
): Promise<boolean> {
  const pack = new CommitPack(reading);
  let pause = performance.now() + busyMilliseconds;
  for await (const part of parts) {
    pack.take(part);
    while (!pack.readOn(performance.now() + busyMilliseconds)) await setImmediate();
    if (pack.left > worthReading && reading.isEnough(pack.areOthers)) return true;
    if (performance.now() < pause) continue;
    await setImmediate(); // parts that are here already would let nobody else have a turn
    pause = performance.now() + busyMilliseconds;
  }
  pack.end();
  return false;
}

const busyMilliseconds = 15;
/** To read so many more objects costs less than a new connection. */
const worthReading = 2000;
const mostObjects = 5_000_000;
/** Inflated bytes of all objects and deltas. */
const mostBytes = 4 * 1024 ** 3;

class CommitPack {
  readonly #reading: CommitReading;
  /** What has come and was not read yet, in reused memory. */
  #window = Buffer.allocUnsafeSlow(256 * 1024);
  #from = 0;
  #to = 0;
  /** Of the pack, at which the window's unread part begins. */
  #offset = 0;
  #received = 0;
  #spent = 0;
  #count: number | undefined;
  #read = 0;
  #areOthers = false;
  #isEnded = false;
  readonly #inflater = new Inflater();
  readonly #scratch = Buffer.allocUnsafeSlow(64 * 1024);
  /** The commits in the order in which they came, and where they start in the pack: ascending, but for those of `#late`. */
  readonly #starts: number[] = [];
  readonly #commits: CommitView[] = [];
  /** Whose base came after them. */
  readonly #late = new Map<number, CommitView>();
  readonly #waiting = new Map<ObjectId, { readonly offset: number; readonly delta: Buffer }[]>();

  constructor(reading: CommitReading) {
    this.#reading = reading;
  }

  /** Objects that were not read yet. */
  get left(): number {
    return (this.#count ?? 0) - this.#read;
  }

  get areOthers(): boolean {
    return this.#areOthers;
  }

  take(part: Uint8Array): void {
    this.#received += part.length;
    const unread = this.#to - this.#from;
    if (this.#to + part.length > this.#window.length) {
      const fits = unread + part.length <= this.#window.length;
      const room = fits ? this.#window : Buffer.allocUnsafeSlow(2 * (unread + part.length));
      this.#window.copy(room, 0, this.#from, this.#to);
      this.#window = room;
      this.#from = 0;
      this.#to = unread;
    }
    this.#window.set(part, this.#to);
    this.#to += part.length;
  }

  /** Reads what is here whole, until the given time. @returns whether there is no more of it */
  readOn(until: number): boolean {
    if (this.#count === undefined && !this.#readHead()) return true;
    for (let read = 1; this.left > 0; read++) {
      if (!this.#readEntry()) return true;
      if (read % 16 === 0 && performance.now() > until) return false;
    }
    return true;
  }

  /** The pack has come to its end. An answer without a pack is one without news. */
  end(): void {
    this.#isEnded = true;
    if (this.#received === 0) return;
    this.readOn(Infinity);
    if (this.#count === undefined || this.left > 0) throw corruptPack('it was cut off or is no pack at all');
    for (const id of Array.from(this.#waiting.keys())) {
      const base = this.#reading.find(id);
      if (base !== undefined) this.#resolve(id, base);
    }
  }

  #readHead(): boolean {
    if (this.#to - this.#from < headBytes) return false;
    const window = this.#window;
    if (window.toString('latin1', 0, 4) !== 'PACK') throw corruptPack('it was cut off or is no pack at all');
    const version = window.readUInt32BE(4);
    if (version !== 2 && version !== 3) throw corruptPack(`its version is ${version}, expected 2`);
    const count = window.readUInt32BE(8);
    if (count > mostObjects)
      throw new Failure('too-large', `a pack of ${count} objects is over the bound of ${mostObjects}`);
    this.#count = count;
    this.#advance(headBytes);
    return true;
  }

  /** @returns whether all of it was here */
  #readEntry(): boolean {
    const here = this.#to - this.#from;
    if (!this.#isEnded && here < longestEntryHead) return false;
    const offset = this.#offset;
    const window = this.#window;
    const head = readEntryHead(window, this.#from, offset);
    const headLength = head.dataAt - offset;
    if (!this.#isEnded && here < headLength + mostDeflated(head.size)) return false;
    if (here <= headLength) throw corruptPack('it was cut off');
    this.#spend(head.size);
    const what = `the pack's entry at byte ${offset}`;
    const { kind, size } = head;
    const { block, at } = kind === 'commit' ? this.#reading.room(size) : this.#scratchFor(size);
    const inflater = this.#inflater;
    inflater.begin();
    const step = inflater.write(window, this.#from + headLength, this.#to, block, at, at + size + spareRoom);
    if (step !== 'ended' || inflater.made !== size) throw unfitStream(what, size);
    this.#advance(headLength + inflater.used);
    this.#read++;
    if (kind === 'commit') this.#keep(offset);
    else if (isDelta(head)) this.#settleDelta(head, offset, block.subarray(at, at + size));
    else this.#areOthers = true;
    return true;
  }

  /** Memory that is used again. */
  #scratchFor(size: number): Room {
    const needed = size + spareRoom;
    return { block: needed <= this.#scratch.length ? this.#scratch : Buffer.allocUnsafeSlow(needed), at: 0 };
  }

  /** @param delta in memory that is used again */
  #settleDelta({ kind, baseOffset, baseId }: PackEntryHead, offset: number, delta: Buffer): void {
    const base = kind === 'ofs-delta' ? this.#startingAt(baseOffset) : this.#reading.find(baseId);
    if (base !== undefined) return this.#make(offset, base, delta);
    if (kind === 'ofs-delta') return; // of something else than a commit
    const one = { offset, delta: Buffer.from(delta) };
    const waiting = this.#waiting.get(baseId);
    if (waiting === undefined) this.#waiting.set(baseId, [one]);
    else waiting.push(one);
  }

  #make(offset: number, base: Pick<CommitView, 'bytes'>, delta: Buffer): void {
    const size = deltaResultSize(delta);
    this.#spend(size);
    const { block, at } = this.#reading.room(size);
    applyDelta(base.bytes, delta, block.subarray(at, at + size));
    this.#keep(offset);
  }

  #keep(offset: number): void {
    const commit = this.#reading.keep();
    if (offset > (this.#starts.at(-1) ?? 0)) {
      this.#starts.push(offset);
      this.#commits.push(commit);
    } else this.#late.set(offset, commit);
    if (this.#waiting.size > 0) this.#resolve(commit.id, commit);
  }

  #startingAt(offset: number): CommitView | undefined {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return this.#starts[low] === offset ? this.#commits[low] : this.#late.get(offset);
  }

  #resolve(id: ObjectId, base: Pick<CommitView, 'bytes'>): void {
    const waiting = this.#waiting.get(id) ?? [];
    this.#waiting.delete(id);
    for (const { offset, delta } of waiting) this.#make(offset, base, delta);
  }

  #advance(bytes: number): void {
    this.#from += bytes;
    this.#offset += bytes;
  }

  #spend(bytes: number): void {
    this.#spent += bytes;
    if (this.#spent > mostBytes)
      throw new Failure('too-large', `a pack inflates to more than the bound of ${mostBytes} bytes`);
  }
}

const headBytes = 12;
/** A size in ten bytes, and the id of a base. */
const longestEntryHead = 32;

function isDelta({ kind }: PackEntryHead): boolean {
  return kind === 'ofs-delta' || kind === 'ref-delta';
}

/** More bytes than zlib ever makes of so many, whatever its settings. */
function mostDeflated(size: number): number {
  return size + (size >> 3) + (size >> 6) + 64;
}

function corruptPack(why: string): Failure {
  return new Failure('corrupt', `a pack is damaged: ${why}`, { retryable: true });
}
