import { Failure } from '../../core/failure.ts';

/** SQLite's result codes (https://www.sqlite.org/rescode.html); the low byte is the primary one. */
const busy = 5;
const locked = 6;
const readOnly = 8;
const ioError = 10;
const corrupt = 11;
const full = 13;
const cannotOpen = 14;
const notADatabase = 26;

/** Another process holds the lock; it passes. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === busy || code === locked;
}

/** The file is damaged, or was never a database. */
export function isCorrupt(error: unknown): boolean {
  const code = resultCode(error);
  return code === corrupt || code === notADatabase;
}

/** The file, or those that SQLite puts beside it, may not be made or written. */
export function isUnwritable(error: unknown): boolean {
  const code = resultCode(error);
  // What stands in their place is an I/O error to SQLite.
  return code === readOnly || code === cannotOpen || code === ioError;
}

/** Everything else that SQLite may say: `disk` where there is no space, else `invalid-config` (no permission, no such folder). */
export function stateFailure(path: string, error: unknown): unknown {
  const code = resultCode(error);
  if (code === undefined) return error;
  const words = error instanceof Error ? error.message : 'unknown error';
  // A file beside the state file that cannot grow is an I/O error to SQLite.
  const isDisk = code === full || code === ioError;
  const advice = isDisk ? 'look at the disk: is it full?' : 'check stateDirectory';
  return new Failure(
    isDisk ? 'disk' : 'invalid-config',
    `cannot use the state file ${path}: ${words}; ${advice}`,
    { file: path, cause: error },
  );
}

function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}
