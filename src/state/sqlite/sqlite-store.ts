import { access, constants, mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../../core/failure.ts';
import type { StateStore } from '../store.ts';
import { connect, connectReadOnly, transaction, type Connection } from './connection.ts';
import { isBusy, isCorrupt, stateFailure } from './errors.ts';

export interface SqliteStateOptions {
  /** Milliseconds until a lock held by another process is a Failure `timeout`; default 10,000. */
  readonly patience?: number;
  /** Nothing is made or written: the file must be there, and `set` is a Failure. Default false. */
  readonly readOnly?: boolean;
}

/**
 * State in one SQLite file, shared by all processes that open it. Its folder is made, for this user only. It is a cache: a file that is
 * damaged, or of another version, is deleted and made anew.
 * @throws Failure `invalid-config` where the file cannot be made or written, `disk` where there is no space, `timeout` where others hold it too long
 */
export async function openSqliteState(path: string, options: SqliteStateOptions = {}): Promise<StateStore> {
  const store = new SqliteState(path, options);
  await store.prepare();
  return store;
}

/** Entries of one transaction, so that a large set does not stop the event loop. */
const batch = 1000;

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
  readonly #readOnly: boolean;
  #connection: Connection | undefined;
  #closed = false;

  constructor(path: string, { patience = 10_000, readOnly = false }: SqliteStateOptions) {
    this.#path = path;
    this.#patience = patience;
    this.#readOnly = readOnly;
  }

  async prepare(): Promise<void> {
    if (!this.#readOnly) await this.#makeFolder();
    await this.#use(() => {});
  }

  async #makeFolder(): Promise<void> {
    try {
      await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    } catch (error) {
      const code = await folderError(dirname(this.#path), error as NodeJS.ErrnoException);
      const message = `cannot make the folder of the state file ${this.#path}: ${code}; check stateDirectory`;
      throw new Failure('invalid-config', message, { file: this.#path, cause: error });
    }
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
        this.#connection ??= this.#readOnly ? connectReadOnly(this.#path) : connect(this.#path);
        work(this.#connection);
        return;
      } catch (error) {
        if (isCorrupt(error) && !renewed && !this.#readOnly) {
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
    try {
      for (const suffix of ['', '-wal', '-shm']) await rm(`${this.#path}${suffix}`, { force: true });
    } catch (error) {
      const { code = 'unknown error' } = error as NodeJS.ErrnoException;
      const message = `cannot take away the damaged state file ${this.#path}: ${code}; check stateDirectory, or delete the file`;
      throw new Failure('invalid-config', message, { file: this.#path, cause: error });
    }
  }

  #disconnect(): void {
    this.#connection?.database.close();
    this.#connection = undefined;
  }
}
