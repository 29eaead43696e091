import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
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
import { isInside } from './inside.ts';

/**
 * Replaces the content of an existing file below `root` by a rename: a reader, or a process that is killed, leaves or sees the old or the new
 * content, never a part. The file's mode is kept. Synchronous inside, as the tree is.
 * @param stamp what the file looked like when it was read (`FolderTree.stampOfRead`); default: whatever is there is replaced
 * @throws Failure `invalid-input` for symlinks, what is no file, paths outside `root`, a file that changed since it was read, and where writing fails;
 * then nothing was changed
 */
export async function writeFileAtomic(
  root: string,
  path: string,
  bytes: Uint8Array,
  stamp?: string,
): Promise<void> {
  if (!isInside(root, path)) throw refused(path, 'it does not lie in a folder below the root');
  const target = join(root, path);
  const stats = lstatSync(target, { throwIfNoEntry: false });
  if (stats === undefined) throw refused(path, 'there is no such file');
  if (stats.isSymbolicLink()) throw refused(path, 'it is a symlink');
  if (!stats.isFile()) throw refused(path, 'it is no file');
  if (stamp !== undefined && stampOf(stats) !== stamp)
    throw refused(path, 'it was changed by somebody else since it was read; run again');
  const temporary = temporaryBeside(target);
  try {
    writeNew(temporary, bytes, stats.mode & 0o7777);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw refused(path, reasonOf(error), error);
  }
}

/**
 * Makes a file below `root`, in a folder that is there: whole or not at all, and never in the place of another.
 * @throws Failure `invalid-input` where there is something of that name already, for paths outside `root`, and where writing fails
 */
export async function createFileAtomic(root: string, path: string, bytes: Uint8Array): Promise<void> {
  if (!isInside(root, path)) throw refused(path, 'it does not lie in a folder below the root');
  const target = join(root, path);
  const temporary = temporaryBeside(target);
  try {
    writeNew(temporary, bytes);
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
function temporaryBeside(target: string): string {
  const name = `.${basename(target).slice(0, 100)}.${randomBytes(6).toString('hex')}.tmp`;
  return join(dirname(target), name);
}

/** @param mode default: that of a new file, as the user's umask has it */
function writeNew(path: string, bytes: Uint8Array, mode?: number): void {
  const file = openSync(path, 'wx', mode ?? 0o666);
  try {
    writeFileSync(file, bytes);
    // the mode at opening is narrowed by the umask
    if (mode !== undefined) fchmodSync(file, mode);
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
