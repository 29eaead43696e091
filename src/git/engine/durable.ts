import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { Failure, type FailureCode } from '../../core/failure.ts';

/**
 * Writes a file so that others see all of it or nothing: a temporary file beside it, flushed to the disk, then renamed.
 * @throws Failure `disk` where the disk does not take it
 */
export function writeDurably(path: string, bytes: Uint8Array | string, mode = 0o644): void {
  writeWhole(path, bytes, mode, true);
}

/**
 * The same without waiting for the disk, for what is fetched anew where a machine stops and forgets it, as git does for its own refs.
 * @throws Failure `disk`
 */
export function writeForNow(path: string, bytes: Uint8Array | string): void {
  writeWhole(path, bytes, 0o644, false);
}

/**
 * As `writeDurably`, on another thread: large files, for whose flush nobody else has to wait. Nobody may change `bytes` until it is done.
 * @throws Failure `disk`
 */
export async function writeDurablyAside(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  await writeAside(path, bytes, mode, true);
}

/**
 * As `writeForNow`, on another thread. Nobody may change `bytes` until it is done.
 * @throws Failure `disk`
 */
export async function writeForNowAside(path: string, bytes: Uint8Array): Promise<void> {
  await writeAside(path, bytes, 0o644, false);
}

async function writeAside(path: string, bytes: Uint8Array, mode: number, flush: boolean): Promise<void> {
  const temporary = temporaryFor(path);
  try {
    makeFolder(dirname(path));
    const file = await open(temporary, 'wx', mode);
    try {
      for (let done = 0; done < bytes.length;) done += (await file.write(bytes, done)).bytesWritten;
      if (flush) await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    removeQuietly(temporary);
    throw diskFailure(error, 'write', path);
  }
}

/** `git prune` removes what a kill leaves behind under such a name, and `git fsck` does not mind it. */
function temporaryFor(path: string): string {
  return join(dirname(path), `tmp_obj_${randomBytes(6).toString('hex')}.tmp`);
}

function writeWhole(path: string, bytes: Uint8Array | string, mode: number, flush: boolean): void {
  const temporary = temporaryFor(path);
  try {
    makeFolder(dirname(path));
    writeNew(temporary, bytes, mode, flush);
    renameSync(temporary, path);
  } catch (error) {
    removeQuietly(temporary);
    throw diskFailure(error, 'write', path);
  }
}

/**
 * Makes a folder and those above it. Not by `recursive`, which says that the folder is not there where the file system is read-only.
 * Throws what `node:fs` throws.
 */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || path === dirname(path)) throw error;
    makeFolder(dirname(path));
    // Another process may have made it by now.
    mkdirSync(path, { recursive: true });
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

/** Creates a file that must not be there yet, flushed to the disk by default; whole, or not at all. Throws what `node:fs` throws. */
export function writeNew(path: string, bytes: Uint8Array | string, mode = 0o644, flush = true): void {
  const file = openSync(path, 'wx', mode);
  try {
    const data = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    for (let done = 0; done < data.length;) done += writeSync(file, data, done);
    if (flush) fsyncSync(file);
  } catch (error) {
    // Half a file is debris; a lock file that stays would stop everybody.
    removeQuietly(path);
    throw error;
  } finally {
    closeSync(file);
  }
}

/** What a file system error means to whoever runs the bot. */
export function diskFailure(error: unknown, verb: string, path: string): Failure {
  if (error instanceof Failure) return error;
  const code = errorCode(error);
  const advice = diskErrors.get(code ?? '') ?? 'look at the disk';
  const words = `cannot ${verb} ${path}: ${code ?? String(error)}; ${advice}`;
  return new Failure(failureCode(code), words, { cause: error });
}

function failureCode(code: string | undefined): FailureCode {
  if (code === undefined) return 'internal';
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'not-found';
  // A folder where a file should be, or a place that the disk cannot read: what stood there is lost.
  return code === 'EISDIR' || code === 'EIO' ? 'corrupt' : 'disk';
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

const diskErrors = new Map([
  ['EACCES', 'give this user the right to it'],
  ['EPERM', 'give this user the right to it'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'the disk is full: make room; the next run goes on'],
  ['EDQUOT', 'the disk quota is used up: make room; the next run goes on'],
  ['EFBIG', 'files may not be that large here: raise the limit (ulimit -f)'],
  ['ENOENT', 'it is not there'],
  ['ENOTDIR', 'a part of the path is no directory'],
  ['EMFILE', 'too many open files: raise the limit (ulimit -n)'],
]);
