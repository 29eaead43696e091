import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflate, inflateSync } from 'node:zlib';

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
        const bytes = inflateSync(readFileSync(join(this.#directory, name)), {
          maxOutputLength: mostBytes,
        });
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
    writeDurably(path, await deflateAsync(encodeCommits(all), { level: 1 }));
    if (fold) for (const name of names) rmSync(join(this.#directory, name), { force: true });
  }

  /** @throws Failure `forbidden` */
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

const deflateAsync = promisify<Buffer, { level: number }, Buffer>(deflate);
const suffix = '.commits';
const digits = 8;
const mostSegments = 24;
const mostBytes = 2 * 1024 ** 3;

/** Each commit: the length of its bytes in 4 bytes, its id in 20, its bytes. */
function encodeCommits(commits: readonly RawCommit[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const { id, bytes } of commits) {
    const head = Buffer.allocUnsafe(24);
    head.writeUInt32BE(bytes.length, 0);
    head.write(id, 4, 20, 'hex');
    parts.push(head, bytes);
  }
  return Buffer.concat(parts);
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
