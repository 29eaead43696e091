import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompressSync, type ZstdOptions } from 'node:zlib';

import { Failure } from '../../core/failure.ts';
import { CommitBlocks, commitsIn } from './commit-blocks.ts';
import type { CommitView } from './commit-view.ts';
import { diskFailure, errorCode, writeForNowAside } from './durable.ts';

/**
 * Commits in files that are read whole: compressed blocks, which are five times smaller and faster to read than a pack, where every commit is a
 * stream of its own. Each commit is named by its own hash when it is read. Nobody waits until the disk has flushed them: what a machine forgets when it stops is missing or damaged
 * afterwards, and fetched anew.
 */
export class CommitSegments {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** @throws Failure `corrupt` where a file is damaged */
  read(): CommitView[] {
    return this.#names().flatMap((name) => this.#readFile(name));
  }

  /** A new file, which is there once it is ended. */
  begin(): SegmentWriter {
    return new SegmentWriter((frames) => this.#write(frames));
  }

  /** @throws Failure `disk` */
  clear(): void {
    try {
      rmSync(this.#directory, { recursive: true, force: true });
    } catch (error) {
      throw diskFailure(error, 'delete', this.#directory);
    }
  }

  /** Once there are many files, they become one. */
  async #write(frames: readonly Buffer[]): Promise<void> {
    const names = this.#names();
    const old = names.length < mostSegments ? [] : names;
    const folded = await Promise.all(compressed(old.flatMap((name) => this.#readFile(name))));
    const last = Number(names.at(-1)?.slice(0, digits) ?? 0);
    const path = join(this.#directory, `${String(last + 1).padStart(digits, '0')}${suffix}`);
    await writeForNowAside(path, Buffer.concat([...folded, ...frames].flatMap(withLength)));
    for (const name of old) rmSync(join(this.#directory, name), { force: true });
  }

  #readFile(name: string): CommitView[] {
    const path = join(this.#directory, name);
    try {
      return [...blocksIn(readFileSync(path))].flatMap((block) => [...commitsIn(block)]);
    } catch (error) {
      throw new Failure('corrupt', `the kept history ${path} is damaged`, { cause: error });
    }
  }

  #names(): string[] {
    if (!existsSync(this.#directory)) return [];
    try {
      return readdirSync(this.#directory)
        .filter((name) => name.endsWith(suffix))
        .sort();
    } catch (error) {
      if (errorCode(error) !== 'ENOTDIR') throw diskFailure(error, 'read', this.#directory);
      throw new Failure('corrupt', `the kept history ${this.#directory} is no folder`, { cause: error });
    }
  }
}

/** Compresses commits on other threads while more of them arrive. */
export class SegmentWriter {
  readonly blocks: CommitBlocks;
  readonly #frames: Promise<Buffer>[] = [];
  readonly #write: (frames: readonly Buffer[]) => Promise<void>;

  /** @param write keeps what one file shall hold */
  constructor(write: (frames: readonly Buffer[]) => Promise<void>) {
    this.#write = write;
    this.blocks = new CommitBlocks((block) => this.#frames.push(inFrame(block)));
  }

  /** Writes the file, unless nothing was added. */
  async end(): Promise<void> {
    this.blocks.end();
    const frames = await Promise.all(this.#frames);
    if (frames.length > 0) await this.#write(frames);
  }
}

function compressed(commits: readonly CommitView[]): Promise<Buffer>[] {
  const frames: Promise<Buffer>[] = [];
  const blocks = new CommitBlocks((block) => frames.push(inFrame(block)));
  for (const { bytes } of commits) {
    const { block, at } = blocks.room(bytes.length);
    block.set(bytes, at);
    blocks.keep();
  }
  blocks.end();
  return frames;
}

/** Of a compressed block, before it in 4 bytes. */
function withLength(frame: Buffer): readonly Buffer[] {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(frame.length);
  return [length, frame];
}

function* blocksIn(file: Buffer): Generator<Buffer, void, undefined> {
  let left = mostBytes;
  for (let at = 0; at < file.length;) {
    const from = at + 4;
    const end = from + file.readUInt32BE(at);
    if (end > file.length) throw new Failure('corrupt', 'a compressed block runs over the end');
    const block = zstdDecompressSync(file.subarray(from, end), { maxOutputLength: left });
    left -= block.length;
    yield block;
    at = end;
  }
}

function inFrame(block: Buffer): Promise<Buffer> {
  const frame = compress(block, fastest);
  frame.catch(() => undefined); // told at the end, unless something else failed before
  return frame;
}

const compress = promisify<Buffer, ZstdOptions, Buffer>(zstdCompress);
/** Three times as fast as deflate at its fastest, and no larger. */
const fastest = {
  params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 },
  chunkSize: 512 * 1024, // a block in one go: by default, each 16 KiB come back by themselves
};
/** Of the second form. */
const suffix = '.2.commits.zst';
const digits = 8;
const mostSegments = 24;
const mostBytes = 2 * 1024 ** 3;
