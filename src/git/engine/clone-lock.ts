import { statSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';

import { Failure } from '../../core/failure.ts';
import { diskFailure, makeFolder } from './durable.ts';

/**
 * Lets one process at a time change a kept clone: `BEGIN EXCLUSIVE` on a small SQLite file, which the operating system lets go of
 * when its holder dies, however it dies. Within the process the callers queue.
 */
export class CloneLock {
  readonly #path: string;
  readonly #wait: number;
  #database: DatabaseSync | undefined;
  /** Of the open file. */
  #inode: number | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** @param wait milliseconds until somebody else's hold is given up on */
  constructor(path: string, wait = 120_000) {
    this.#path = path;
    this.#wait = wait;
  }

  /** @throws Failure `timeout` where another process holds the lock for too long, and what `work` throws */
  async hold<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const turn = this.#last.then(async () => {
      const database = await this.#begin(signal);
      try {
        return await work();
      } finally {
        database.exec('ROLLBACK');
      }
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async close(): Promise<void> {
    await this.#last;
    this.#database?.close();
    this.#database = undefined;
  }

  async #open(): Promise<DatabaseSync> {
    if (this.#database !== undefined && this.#inode === inodeOf(this.#path)) return this.#database;
    // Somebody deleted the file: what is open here locks nobody out any more, and SQLite fails on it for ever.
    this.#database?.close();
    this.#database = undefined;
    try {
      makeFolder(dirname(this.#path));
    } catch (error) {
      throw diskFailure(error, 'create', dirname(this.#path));
    }
    const { DatabaseSync } = await import('node:sqlite');
    try {
      const database = new DatabaseSync(this.#path, { timeout: 0 });
      this.#inode = inodeOf(this.#path);
      return (this.#database = database);
    } catch (error) {
      throw new Failure('disk', `cannot open the lock file ${this.#path}; give this user the right to it`, {
        cause: error,
      });
    }
  }

  async #begin(signal: AbortSignal | undefined): Promise<DatabaseSync> {
    const end = performance.now() + this.#wait;
    for (let pause = 5; ; pause = Math.min(250, pause * 2)) {
      if (signal?.aborted === true) throw new Failure('aborted', 'waiting for the kept clone was stopped');
      const database = await this.#open();
      try {
        database.exec('BEGIN EXCLUSIVE');
        return database;
      } catch (error) {
        if (isNoDatabase(error) && empties(this.#path)) continue;
        if (!isBusy(error))
          throw new Failure('disk', `cannot lock ${this.#path}: ${String(error)}; look at the disk`, {
            cause: error,
          });
      }
      if (performance.now() > end) {
        throw new Failure(
          'timeout',
          `another process has held the kept clone for ${this.#wait / 1000} s (${this.#path})`,
          {
            retryable: true,
          },
        );
      }
      await setTimeout(pause);
    }
  }
}

function inodeOf(path: string): number | undefined {
  try {
    return statSync(path).ino;
  } catch {
    return undefined;
  }
}

/** SQLITE_CORRUPT (11) and SQLITE_NOTADB (26). */
function isNoDatabase(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  return code === 11 || code === 26;
}

/**
 * A file that holds nothing is a good lock: nothing is ever written to it. It is emptied and not deleted, since another process may do the same,
 * or hold it by then. @returns whether there was anything in it
 */
function empties(path: string): boolean {
  try {
    if (statSync(path).size === 0) return false;
    truncateSync(path);
    return true;
  } catch {
    return false;
  }
}

/** SQLITE_BUSY (5) and SQLITE_LOCKED (6), whatever their extension. */
function isBusy(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  return code === 5 || code === 6;
}
