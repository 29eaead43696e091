import { hash } from 'node:crypto';

import { Failure } from '../../core/failure.ts';
import type { CommitId } from '../../release/log.ts';
import { CommitView } from './commit-view.ts';
import { spareRoom } from './inflate.ts';
import { TextPlaces } from './text-places.ts';

/** A place in a block. */
export interface Room {
  readonly block: Buffer;
  readonly at: number;
}

/**
 * Commits one after the other in blocks of memory: of each the length in 4 bytes, then what git hashes (`commit SIZE`, a zero byte, its bytes). They are made where they stay, nothing is copied to
 * name them, and ten thousands of them are a few large pieces for the collector.
 */
export class CommitBlocks {
  readonly #full: (block: Buffer) => void;
  #block = Buffer.alloc(0);
  /** Of the next block. */
  #blockBytes = leastBlockBytes;
  #used = 0;
  #places = new TextPlaces();
  /** In a log, most commits are followed by their first parent, whose name is a text already. */
  #expected: CommitId | undefined;
  /** Of the last room. */
  #from = 0;
  #start = 0;
  #end = 0;

  /** @param full is given each block that is full, and at the end the last one; nobody changes it any more */
  constructor(full: (block: Buffer) => void) {
    this.#full = full;
  }

  /** Room for the bytes of a commit, and `spareRoom` behind it; once they stand there, `keep` names it. */
  room(size: number): Room {
    const head = headOf(size);
    const length = head.length + size;
    const needed = 4 + length + spareRoom;
    if (this.#used + needed > this.#block.length) {
      this.#next(Math.max(needed, this.#blockBytes));
      this.#blockBytes = Math.min(4 * this.#blockBytes, mostBlockBytes);
    }
    const block = this.#block;
    this.#from = block.writeUInt32BE(length, this.#used);
    this.#start = this.#from + head.length;
    for (let at = 0; at < head.length; at++) block[this.#from + at] = head.charCodeAt(at);
    this.#end = this.#from + length;
    return { block, at: this.#start };
  }

  /** The commit that was written into the last room. @throws Failure `corrupt` where it is none */
  keep(): CommitView {
    this.#used = this.#end;
    const view = viewOf(this.#block, this.#from, this.#start, this.#end, this.#places, this.#expected);
    this.#expected = view.parents[0];
    return view;
  }

  end(): void {
    this.#next(0);
  }

  #next(size: number): void {
    if (this.#used > 0) {
      const block = this.#block.subarray(0, this.#used);
      this.#places.end(block);
      this.#full(block);
    }
    this.#places = new TextPlaces();
    this.#block = Buffer.allocUnsafeSlow(size);
    this.#used = 0;
  }
}

/** The commits of blocks that stand one after the other. @throws Failure `corrupt` */
export function* commitsIn(blocks: Buffer): Generator<CommitView, void, undefined> {
  const places = TextPlaces.of(blocks);
  for (let at = 0; at < blocks.length;) {
    const from = at + 4;
    const end = from + (from > blocks.length ? 0 : blocks.readUInt32BE(at));
    const start = blocks.indexOf(0, from) + 1;
    if (end > blocks.length || start <= from || start > end)
      throw new Failure('corrupt', 'a kept commit runs over the end');
    yield viewOf(blocks, from, start, end, places);
    at = end;
  }
}

/** Whatever stands there, the name is that of the bytes: nothing else can be reached by it. */
function viewOf(
  block: Buffer,
  from: number,
  start: number,
  end: number,
  places: TextPlaces,
  expected?: CommitId,
): CommitView {
  const id = hash('sha1', block.subarray(from, end), 'hex') as CommitId;
  return new CommitView(id === expected ? expected : id, block, start, end, places);
}

/** What git hashes before the bytes of a commit. Those of the usual sizes are made once. */
function headOf(size: number): string {
  if (size >= heads.length) return `commit ${size}\0`;
  return (heads[size] ??= `commit ${size}\0`);
}

const heads = Array<string | undefined>(2048).fill(undefined);

/** Of the first block: most fetches bring a commit or two, which hold it in memory for as long as the branch is watched. */
const leastBlockBytes = 4096;
/** Of the later ones of a long log: some 2,000 commits. */
const mostBlockBytes = 1024 ** 2;
