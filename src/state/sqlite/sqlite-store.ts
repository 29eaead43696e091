import { access, constants, mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../../core/failure.ts';
import type { StateStore } from '../store.ts';
import { isBusy, isCorrupt, stateFailure } from './errors.ts';

export interface SqliteStateOptions {
  /** Milliseconds until a lock held by another process is a Failure `timeout`; default 10,000. */
  readonly patience?: number;
}

/**
 * State in one SQLite file, shared by all processes that open it. Its folder is made, for this user only. It is a cache: a file that is
 * damaged, or of another version, is deleted and made anew.
 * @throws Failure `invalid-config` where the file cannot be made or written, `disk` where there is no space, `timeout` where others hold it too long
 */
export async function openSqliteState(path: string, options: SqliteStateOptions = {}): Promise<StateStore> {
  const store = new SqliteState(path, options.patience ?? 10_000);
  await store.prepare();
  return store;
}

const version = 1;
/** SQLite waits for locks by blocking the event loop, so it waits this long only; the rest of the patience is awaited. */
const blocking = 20;
/** Entries of one transaction, so that a large set does not stop the event loop. */
const batch = 1000;

interface Connection {
  readonly database: DatabaseSync;
  readonly select: StatementSync;
  readonly upsert: StatementSync;
}

/** Making a folder with its parents says ENOENT on a read-only file system: this finds what the nearest folder that is there says. */
async function folderError(folder: string, error: NodeJS.ErrnoException): Promise<string> {
  const { code = 'unknown error' } = error;
  if (code !== 'ENOENT' || folder === dirname(folder)) return code;
  return access(folder, constants.W_OK).then(
    () => code,
    (failure: unknown) => folderError(dirname(folder), failure as NodeJS.ErrnoException),
  );
}

class SqliteState implements StateStore {
  readonly #path: string;
  readonly #patience: number;
  #connection: Connection | undefined;
  #closed = false;

  constructor(path: string, patience: number) {
    this.#path = path;
    this.#patience = patience;
  }

  async prepare(): Promise<void> {
    try {
      await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    } catch (error) {
      const code = await folderError(dirname(this.#path), error as NodeJS.ErrnoException);
      const message = `cannot make the folder of the state file ${this.#path}: ${code}; check stateDirectory`;
      throw new Failure('invalid-config', message, { file: this.#path, cause: error });
    }
    await this.#use(() => {});
  }

  async get(space: string, keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (let from = 0; from < keys.length; from += batch) {
      await this.#use(({ select }) => {
        for (const key of keys.slice(from, from + batch)) {
          const value = select.get(space, key)?.['value'];
          if (typeof value === 'string') found.set(key, value);
        }
      });
    }
    return found;
  }

  async set(space: string, entries: ReadonlyMap<string, string>): Promise<void> {
    const all = [...entries];
    for (let from = 0; from < all.length; from += batch) {
      await this.#use(({ database, upsert }) => {
        transaction(database, () => {
          for (const [key, value] of all.slice(from, from + batch)) upsert.run(space, key, value);
        });
      });
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#disconnect();
    return Promise.resolve();
  }

  /** Runs `work`; waits for locks of others, and makes a damaged file anew, once. */
  async #use(work: (connection: Connection) => void): Promise<void> {
    const began = performance.now();
    let renewed = false;
    for (let pause = 5; ; pause = Math.min(200, pause * 2)) {
      if (this.#closed) throw new Failure('internal', `the state file ${this.#path} is closed already`);
      try {
        this.#connection ??= connect(this.#path);
        work(this.#connection);
        return;
      } catch (error) {
        if (isCorrupt(error) && !renewed) {
          renewed = true;
          await this.#renew();
        } else if (!isBusy(error)) {
          throw stateFailure(this.#path, error);
        } else if (performance.now() - began > this.#patience) {
          const message = `the state file ${this.#path} is held by another process for more than ${this.#patience} ms`;
          throw new Failure('timeout', message, { file: this.#path, retryable: true, cause: error });
        }
      }
      await delay(pause);
    }
  }

  async #renew(): Promise<void> {
    this.#disconnect();
    for (const suffix of ['', '-wal', '-shm']) await rm(`${this.#path}${suffix}`, { force: true });
  }

  #disconnect(): void {
    this.#connection?.database.close();
    this.#connection = undefined;
  }
}

function connect(path: string): Connection {
  const database = new DatabaseSync(path, { timeout: blocking });
  try {
    // a lost last transaction is only a cache miss, so WAL need not be synced at each commit
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    if (readVersion(database) !== version) transaction(database, () => createTable(database));
    return {
      database,
      select: database.prepare('SELECT value FROM state WHERE space = ? AND key = ?'),
      upsert: database.prepare(
        'INSERT INTO state (space, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
      ),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Inside a transaction, and it looks again: another process may have made the table in the meantime. */
function createTable(database: DatabaseSync): void {
  if (readVersion(database) === version) return;
  database.exec(
    `DROP TABLE IF EXISTS state;
     CREATE TABLE state (
       space TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (space, key)
     ) WITHOUT ROWID;
     PRAGMA user_version = ${version}`,
  );
}

function readVersion(database: DatabaseSync): unknown {
  return database.prepare('PRAGMA user_version').get()?.['user_version'];
}

function transaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
