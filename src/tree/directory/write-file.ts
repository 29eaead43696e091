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
import { isInside } from './inside.ts';

/**
 * Replaces the content of an existing file below `root` by a rename: a reader, or a process that is killed, leaves or sees the old or the new
 * content, never a part. The file's mode is kept. Synchronous inside, as the tree is.
 * @throws Failure `invalid-input` for symlinks, what is no file, paths outside `root`, and where writing fails; then nothing was changed
 */
export async function writeFileAtomic(root: string, path: string, bytes: Uint8Array): Promise<void> {
  if (!isInside(root, path)) throw refused(path, 'it does not lie in a folder below the root');
  const target = join(root, path);
  const stats = lstatSync(target, { throwIfNoEntry: false });
  if (stats === undefined) throw refused(path, 'there is no such file');
  if (stats.isSymbolicLink()) throw refused(path, 'it is a symlink');
  if (!stats.isFile()) throw refused(path, 'it is no file');
  const temporary = temporaryBeside(target);
  try {
    writeNew(temporary, bytes, stats.mode & 0o7777);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw refused(path, (error as NodeJS.ErrnoException).code ?? 'unknown error', error);
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
    throw refused(path, code === 'EEXIST' ? 'it is there already' : (code ?? 'unknown error'), error);
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

function refused(path: string, why: string, cause?: unknown): Failure {
  return new Failure('invalid-input', `cannot write ${path}: ${why}`, { file: path, cause });
}
