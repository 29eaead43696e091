import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { orTooLarge } from '../too-large.ts';
import { compareByteOrder } from '../byte-order.ts';
import type { Tree, TreeEntry } from '../tree.ts';
import { lookAt, stampOf, walkFolder } from './folder.ts';
import { isInside } from './inside.ts';

export interface DirectoryTreeOptions {
  /** Largest file that is read, in bytes; default 8 MiB. */
  readonly sizeCap?: number;
}

export interface FolderTree extends Tree {
  /** What a file that was read looked like then, for `FileWriter`; `undefined` where it was not read. */
  stampOfRead(path: string): string | undefined;
}

/**
 * A folder of the file system as a tree, such as a local checkout (`--dir`). Symlinks are entries and never followed. It is listed anew each time.
 * Ids hold within this process only: equal ids mean equal content, but equal content may have different ids.
 * Calls are synchronous inside: measured, that is three times as fast as the thread pool for 5,000 small files. It is for commands, not for the daemon.
 */
export function openDirectoryTree(root: string, options: DirectoryTreeOptions = {}): FolderTree {
  return new DirectoryTree(root, options.sizeCap ?? 8 * 1024 * 1024);
}

class DirectoryTree implements FolderTree {
  readonly #root: string;
  readonly #sizeCap: number;
  /** By id: what `read` expects to find. */
  readonly #stamps = new Map<string, string>();
  /** By id, of files whose path does not tell. */
  readonly #places = new Map<string, Buffer>();
  /** By path, of the files that were read. */
  readonly #read = new Map<string, string>();
  /** Where files are read, one after the other: new memory for each of thousands would cost more than reading them. */
  #room = Buffer.alloc(0);

  constructor(root: string, sizeCap: number) {
    this.#root = root;
    this.#sizeCap = sizeCap;
  }

  stampOfRead(path: string): string | undefined {
    return this.#read.get(path);
  }

  async list(): Promise<readonly TreeEntry[]> {
    const found = walkFolder(this.#root);
    for (const { entry, stamp, place } of found) {
      this.#stamps.set(entry.id, stamp);
      if (place !== undefined) this.#places.set(entry.id, place);
    }
    return found.map(({ entry }) => entry).sort((a, b) => compareByteOrder(a.path, b.path));
  }

  async entry(path: string): Promise<TreeEntry | undefined> {
    if (!isInside(this.#root, path)) return undefined;
    const found = lookAt(this.#root, path);
    if (found !== undefined) this.#stamps.set(found.entry.id, found.stamp);
    return found?.entry;
  }

  async read<Entry extends TreeEntry>(
    entries: readonly Entry[],
    visit: (entry: Entry, bytes: Uint8Array) => void,
    tooLarge?: (entry: Entry, failure: Failure) => void,
  ): Promise<void> {
    for (const entry of entries) {
      const bytes = orTooLarge(() => this.#bytes(entry));
      if (!(bytes instanceof Failure)) visit(entry, bytes);
      else if (tooLarge === undefined) throw bytes;
      else tooLarge(entry, bytes);
    }
  }

  #bytes(entry: TreeEntry): Uint8Array {
    const path = this.#places.get(entry.id) ?? join(this.#root, entry.path);
    try {
      return entry.mode === 'symlink' ? Buffer.from(readlinkSync(path)) : this.#file(path, entry);
    } catch (error) {
      if (error instanceof Failure) throw error;
      const code = (error as NodeJS.ErrnoException).code;
      // ELOOP: a symlink has taken the file's place
      if (code === 'ENOENT' || code === 'ELOOP' || code === 'ENOTDIR') throw changed(entry.path);
      throw new Failure('invalid-input', `cannot read ${entry.path}: ${code ?? 'unknown error'}`, {
        file: entry.path,
        cause: error,
      });
    }
  }

  #file(path: string | Buffer, entry: TreeEntry): Uint8Array {
    // non-blocking, should a pipe have taken the file's place
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stats = fstatSync(file);
      const stamp = stampOf(stats);
      if (stamp !== this.#stamps.get(entry.id)) throw changed(entry.path);
      this.#read.set(entry.path, stamp);
      return this.#whole(file, stats, entry.path);
    } finally {
      closeSync(file);
    }
  }

  #whole(file: number, { size }: Stats, path: string): Uint8Array {
    if (size > this.#sizeCap) {
      const message = `${path} has ${size} bytes; files over ${this.#sizeCap} are not read`;
      throw new Failure('too-large', message, { file: path });
    }
    const bytes = this.#roomFor(size);
    let length = 0;
    while (length < size) {
      const read = readSync(file, bytes, length, size - length, length);
      if (read === 0) throw changed(path);
      length += read;
    }
    return bytes;
  }

  #roomFor(size: number): Uint8Array {
    if (this.#room.length < size) this.#room = Buffer.allocUnsafeSlow(Math.max(size, leastRoom));
    return this.#room.subarray(0, size);
  }
}

const leastRoom = 64 * 1024;

function changed(path: string): Failure {
  return new Failure('not-found', `${path} was changed or removed while it was read; run again`, {
    file: path,
    retryable: true,
  });
}
