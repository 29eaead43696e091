import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

import { Failure, type FailureCode } from '../../core/failure.ts';

/**
 * Writes a file so that others see all of it or nothing: a temporary file beside it, flushed to the disk, then renamed.
 * @throws Failure `forbidden` or `internal` where the disk does not take it
 */
export function writeDurably(path: string, bytes: Uint8Array | string, mode = 0o644): void {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeNew(temporary, bytes, mode);
    renameSync(temporary, path);
  } catch (error) {
    removeQuietly(temporary);
    throw diskFailure(error, 'write', path);
  }
}

/** For debris: the first error is the one to tell. */
function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // it was never made, or the disk takes nothing at all
  }
}

/** Creates a file that must not be there yet, flushed to the disk. Throws what `node:fs` throws. */
export function writeNew(path: string, bytes: Uint8Array | string, mode = 0o644): void {
  const file = openSync(path, 'wx', mode);
  try {
    const data = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    for (let done = 0; done < data.length;) done += writeSync(file, data, done);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** What a file system error means to whoever runs the bot. */
export function diskFailure(error: unknown, verb: string, path: string): Failure {
  if (error instanceof Failure) return error;
  const code = errorCode(error);
  const [failure, advice] = diskErrors.get(code ?? '') ?? ['internal', 'look at the disk'];
  return new Failure(failure, `cannot ${verb} ${path}: ${code ?? String(error)}; ${advice}`, {
    cause: error,
  });
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

const diskErrors = new Map<string, [FailureCode, string]>([
  ['EACCES', ['forbidden', 'give this user the right to it']],
  ['EPERM', ['forbidden', 'give this user the right to it']],
  ['EROFS', ['forbidden', 'the file system is read-only']],
  ['ENOSPC', ['internal', 'the disk is full']],
  ['EDQUOT', ['internal', 'the disk quota is used up']],
  ['ENOENT', ['not-found', 'it is not there']],
  ['ENOTDIR', ['not-found', 'a part of the path is no directory']],
  ['EMFILE', ['internal', 'too many open files: raise the limit']],
]);
