import { hash } from 'node:crypto';

import { Failure } from '../../core/failure.ts';
import type { CommitId } from '../../release/log.ts';
import { CommitView } from './commit-view.ts';

/**
 * Commits one after the other in blocks of memory: of each the length in 4 bytes, then what git hashes (`commit SIZE`, a zero byte, its bytes). Nothing is copied to
 * name or to keep a commit, and ten thousands of them are a few large pieces for the collector.
 */
export class CommitBlocks {
  readonly #full: (block: Buffer) => void;
  #block = Buffer.alloc(0);
  #used = 0;

  /** @param full is given each block that is full, and at the end the last one; nobody changes it any more */
  constructor(full: (block: Buffer) => void) {
    this.#full = full;
  }

  /** Copies a commit of so many bytes, and names it by its hash. @throws Failure `corrupt` where it is no commit */
  add(bytes: Buffer, length = bytes.length): CommitView {
    const head = `commit ${length}\0`;
    const size = 4 + head.length + length;
    if (this.#used + size > this.#block.length) this.#next(Math.max(size, blockBytes));
    const block = this.#block;
    const at = block.writeUInt32BE(size - 4, this.#used);
    const start = at + block.write(head, at, 'latin1');
    bytes.copy(block, start, 0, length);
    this.#used += size;
    return viewOf(block, at, start, this.#used);
  }

  end(): void {
    this.#next(0);
  }

  #next(size: number): void {
    if (this.#used > 0) this.#full(this.#block.subarray(0, this.#used));
    this.#block = Buffer.allocUnsafeSlow(size);
    this.#used = 0;
  }
}

/** The commits of blocks that stand one after the other. @throws Failure `corrupt` */
export function* commitsIn(blocks: Buffer): Generator<CommitView, void, undefined> {
  for (let at = 0; at < blocks.length;) {
    const from = at + 4;
    const end = from + (from > blocks.length ? 0 : blocks.readUInt32BE(at));
    const start = blocks.indexOf(0, from) + 1;
    if (end > blocks.length || start <= from || start > end)
      throw new Failure('corrupt', 'a kept commit runs over the end');
    yield viewOf(blocks, from, start, end);
    at = end;
  }
}

/** Whatever stands there, the name is that of the bytes: nothing else can be reached by it. */
function viewOf(block: Buffer, from: number, start: number, end: number): CommitView {
  const id = hash('sha1', block.subarray(from, end), 'hex') as CommitId;
  return new CommitView(id, block, start, end);
}

/** Of a block: some 2,000 commits. */
const blockBytes = 1024 ** 2;
