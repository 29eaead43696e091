import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompressSync, type ZstdOptions } from 'node:zlib';

import { Failure } from '../../core/failure.ts';
import type { CommitId } from '../../release/log.ts';
import { diskFailure, writeDurably } from './durable.ts';
import { hashObject } from './object-id.ts';

export interface RawCommit {
  readonly id: CommitId;
  readonly bytes: Uint8Array;
}

/**
 * Commits in files that are read whole: one compressed stream each, which is five times smaller and faster to read than a pack, where
 * every commit is a stream of its own. Each commit is checked against its id.
 */
export class CommitSegments {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** @throws Failure `corrupt` where a file is damaged */
  read(): RawCommit[] {
    const commits: RawCommit[] = [];
    for (const name of this.#names()) {
      try {
        const file = readFileSync(join(this.#directory, name));
        const bytes = zstdDecompressSync(file, { maxOutputLength: mostBytes });
        splitInto(commits, bytes);
      } catch (error) {
        throw new Failure('corrupt', `the kept history ${join(this.#directory, name)} is damaged`, {
          cause: error,
        });
      }
    }
    return commits;
  }

  /** Adds a file; once there are many, they become one. */
  async add(commits: readonly RawCommit[]): Promise<void> {
    const names = this.#names();
    const fold = names.length >= mostSegments;
    const all = fold ? [...this.read(), ...commits] : commits;
    const last = Number(names.at(-1)?.slice(0, digits) ?? 0);
    const path = join(this.#directory, `${String(last + 1).padStart(digits, '0')}${suffix}`);
    writeDurably(path, await compress(encodeCommits(all), fastest));
    if (fold) for (const name of names) rmSync(join(this.#directory, name), { force: true });
  }

  /** @throws Failure `disk` */
  clear(): void {
    try {
      rmSync(this.#directory, { recursive: true, force: true });
    } catch (error) {
      throw diskFailure(error, 'delete', this.#directory);
    }
  }

  #names(): string[] {
    if (!existsSync(this.#directory)) return [];
    return readdirSync(this.#directory)
      .filter((name) => name.endsWith(suffix))
      .sort();
  }
}

const compress = promisify<Buffer, ZstdOptions, Buffer>(zstdCompress);
/** Three times as fast as deflate at its fastest, and no larger. */
const fastest = { params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 } };
const suffix = '.commits.zst';
const digits = 8;
const mostSegments = 24;
const mostBytes = 2 * 1024 ** 3;

/** Each commit: the length of its bytes in 4 bytes, its id in 20, its bytes. */
function encodeCommits(commits: readonly RawCommit[]): Buffer {
  const size = commits.reduce((sum, { bytes }) => sum + 24 + bytes.length, 0);
  const all = Buffer.allocUnsafe(size);
  let at = 0;
  for (const { id, bytes } of commits) {
    at = all.writeUInt32BE(bytes.length, at);
    at += all.write(id, at, 20, 'hex');
    all.set(bytes, at);
    at += bytes.length;
  }
  return all;
}

function splitInto(commits: RawCommit[], all: Buffer): void {
  for (let at = 0; at < all.length;) {
    const end = at + 24 + all.readUInt32BE(at);
    const id = all.toString('hex', at + 4, at + 24) as CommitId;
    const bytes = all.subarray(at + 24, end);
    if (end > all.length || hashObject('commit', bytes) !== id)
      throw new Error(`commit ${id} is not what its name says`);
    commits.push({ id, bytes });
    at = end;
  }
}
