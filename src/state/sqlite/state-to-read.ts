import { Failure } from '../../core/failure.ts';
import { openMemoryState } from '../memory.ts';
import type { StateStore } from '../store.ts';
import { openSqliteState } from './sqlite-store.ts';

/**
 * The state of earlier runs, for commands that are there to look: where the file cannot be written it is read, and what the command learns is forgotten
 * with it.
 * @param path of a file that is there
 * @param tell is given, once, why nothing is kept
 * @throws Failure as `openSqliteState`, where the file cannot be read either
 */
export async function openSqliteStateToRead(
  path: string,
  tell: (because: string) => void,
): Promise<StateStore> {
  try {
    return new TolerantState(await openSqliteState(path), tell);
  } catch (error) {
    const failure = unwritten(error);
    const store = await openSqliteState(path, { readOnly: true });
    tell(failure.message);
    return new TolerantState(store, () => {});
  }
}

class TolerantState implements StateStore {
  readonly #kept: StateStore;
  readonly #own = openMemoryState();
  readonly #tell: (because: string) => void;
  #isTold = false;

  constructor(kept: StateStore, tell: (because: string) => void) {
    this.#kept = kept;
    this.#tell = tell;
  }

  async get(space: string, keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const kept = await this.#kept.get(space, keys);
    return this.#isTold ? new Map([...kept, ...(await this.#own.get(space, keys))]) : kept;
  }

  async set(space: string, entries: ReadonlyMap<string, string>): Promise<void> {
    try {
      await this.#kept.set(space, entries);
    } catch (error) {
      const { message } = unwritten(error);
      await this.#own.set(space, entries);
      if (!this.#isTold) this.#tell(message);
      this.#isTold = true;
    }
  }

  close(): Promise<void> {
    return this.#kept.close();
  }
}

/** No right, no space, or a file system that takes nothing. @throws everything else */
function unwritten(error: unknown): Failure {
  if (error instanceof Failure && (error.code === 'invalid-config' || error.code === 'disk')) return error;
  throw error;
}
