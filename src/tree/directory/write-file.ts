import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fstatSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { stampOf } from './folder.ts';
import type { FailedWrite, WriteBatch, WrittenBatch } from './write-batch.ts';
import { folderOf, hasPlainNames, isInside } from './inside.ts';

/**
 * Replaces files below `root`, one at a time. Whoever writes thousands of them keeps one writer: what holds for a folder is looked at once for all files that are
 * written into it one after the other.
 */
export class FileWriter {
  readonly #root: string;
  readonly #suffix = temporarySuffix();
  /** The folder that was looked at last. */
  #folder: string | undefined;
  /** The mode of a file that was made there, where it came out as it was asked for. */
  #mode: number | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Replaces the content of an existing file by a rename: a reader, or a process that is killed, leaves or sees the old or the new
   * content, never a part. The file's mode is kept. Synchronous, as the tree is.
   * @param stamp what the file looked like when it was read (`FolderTree.stampOfRead`); default: whatever is there is replaced
   * @throws Failure `invalid-input` for symlinks, what is no file, paths outside `root`, a file that changed since it was read, and where writing fails;
   * then nothing was changed
   */
  write(path: string, bytes: Uint8Array, stamp?: string): void {
    this.#enter(path);
    const target = join(this.#root, path);
    const stats = lstatSync(target, { throwIfNoEntry: false });
    if (stats === undefined) throw refused(path, 'there is no such file');
    if (stats.isSymbolicLink()) throw refused(path, 'it is a symlink');
    if (!stats.isFile()) throw refused(path, 'it is no file');
    if (stamp !== undefined && stampOf(stats) !== stamp)
      throw refused(path, 'it was changed by somebody else since it was read; run again');
    const temporary = temporaryBeside(target, this.#suffix);
    try {
      this.#writeNew(temporary, bytes, stats.mode & 0o7777);
      renameSync(temporary, target);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw refused(path, reasonOf(error), error);
    }
  }

  /** As `write`, for each file of a batch: one that cannot be written is told of, and the others are. */
  writeAll({ room, files }: WriteBatch): WrittenBatch {
    const failed: FailedWrite[] = [];
    for (const { path, start, end, stamp } of files) {
      try {
        this.write(path, new Uint8Array(room, start, end - start), stamp);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        failed.push({ path, message: error.message });
      }
    }
    return { room, failed };
  }

  #enter(path: string): void {
    const folder = folderOf(path);
    if (hasPlainNames(path) && folder === this.#folder) return;
    this.#folder = undefined;
    this.#mode = undefined;
    if (!isInside(this.#root, path)) throw refused(path, 'it does not lie in a folder below the root');
    this.#folder = folder;
  }

  #writeNew(path: string, bytes: Uint8Array, mode: number): void {
    const file = openSync(path, 'wx', mode);
    try {
      writeFileSync(file, bytes);
      // The mode at opening is narrowed by the umask, or by what the folder says: for all files of a folder alike.
      if (mode === this.#mode) return;
      if ((fstatSync(file).mode & 0o7777) === mode) this.#mode = mode;
      else fchmodSync(file, mode);
    } finally {
      closeSync(file);
    }
  }
}

/**
 * Makes a file below `root`, in a folder that is there: whole or not at all, and never in the place of another.
 * @throws Failure `invalid-input` where there is something of that name already, for paths outside `root`, and where writing fails
 */
export async function createFileAtomic(root: string, path: string, bytes: Uint8Array): Promise<void> {
  if (!isInside(root, path)) throw refused(path, 'it does not lie in a folder below the root');
  const target = join(root, path);
  const temporary = temporaryBeside(target, temporarySuffix());
  try {
    makeNew(temporary, bytes);
    // a link, unlike a rename, fails where the name is taken
    linkSync(temporary, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw refused(path, code === 'EEXIST' ? 'it is there already' : reasonOf(error), error);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** In the same folder, as a rename works within one file system only. */
function temporaryBeside(target: string, suffix: string): string {
  return join(dirname(target), `.${basename(target).slice(0, 100)}${suffix}`);
}

function temporarySuffix(): string {
  return `.${randomBytes(6).toString('hex')}.tmp`;
}

/** A file with the mode of new ones, as the user's umask has it. */
function makeNew(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'wx', 0o666);
  try {
    writeFileSync(file, bytes);
  } finally {
    closeSync(file);
  }
}

/** What the system said, and what to do about it. */
function reasonOf(error: unknown): string {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return `this user may not make files in its folder (${code}); give it the permission`;
    case 'EROFS':
      return `the file system is read-only (${code}); work on a checkout that can be written`;
    case 'ENOSPC':
    case 'EDQUOT':
      return `there is no room left (${code}); make some, then run again`;
    case 'EFBIG':
      return `it would be larger than this user may write (${code}); raise the limit, then run again`;
    default:
      return code;
  }
}

function refused(path: string, why: string, cause?: unknown): Failure {
  return new Failure('invalid-input', `cannot write ${path}: ${why}`, { file: path, cause });
}
