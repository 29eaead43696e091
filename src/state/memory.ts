import type { StateStore } from './store.ts';

/** State that ends with the process: for offline commands and tests. */
export function openMemoryState(): StateStore {
  return new MemoryState();
}

class MemoryState implements StateStore {
  readonly #spaces = new Map<string, Map<string, string>>();

  get(space: string, keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const kept = this.#spaces.get(space);
    const found = new Map<string, string>();
    for (const key of keys) {
      const value = kept?.get(key);
      if (value !== undefined) found.set(key, value);
    }
    return Promise.resolve(found);
  }

  set(space: string, entries: ReadonlyMap<string, string>): Promise<void> {
    const kept = this.#spaces.get(space) ?? new Map<string, string>();
    this.#spaces.set(space, kept);
    for (const [key, value] of entries) kept.set(key, value);
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#spaces.clear();
    return Promise.resolve();
  }
}
