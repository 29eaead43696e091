import type { RunPorts } from '../ports.ts';
import type { Source } from './promotion.ts';
import { RunMemory } from '../run.ts';
import type { RunSettings } from '../settings.ts';
import { sync } from '../sync.ts';

/** A repository as promotions from elsewhere see it. */
export interface Neighbour {
  readonly settings: RunSettings;
  readonly ports: RunPorts;
}

/**
 * The repositories of one process, for promotions from one to another. Each is synced when it is asked for, with a memory of its own: a run of it at
 * the same time is not disturbed, and an unchanged one costs a ref listing.
 */
export class Neighbours {
  readonly #open: (name: string) => Promise<Neighbour | undefined>;
  readonly #opened = new Map<string, Promise<Neighbour | undefined>>();
  readonly #memories = new Map<string, RunMemory>();
  /** The last sync of each: a memory serves one at a time. */
  readonly #turns = new Map<string, Promise<unknown>>();

  /** @param open called once for each name */
  constructor(open: (name: string) => Promise<Neighbour | undefined>) {
    this.#open = open;
  }

  /** @throws Failure as the repository does */
  async source(name: string, signal?: AbortSignal): Promise<Source | undefined> {
    const found = await this.#once(name);
    if (found === undefined) return undefined;
    const before = this.#turns.get(name);
    const turn = (async () => {
      await before?.catch(() => undefined);
      return this.#sync(name, found, signal);
    })();
    this.#turns.set(name, turn);
    return turn;
  }

  /** What failed to open is tried again next time. */
  async #once(name: string): Promise<Neighbour | undefined> {
    const opened = this.#opened.get(name) ?? this.#open(name);
    this.#opened.set(name, opened);
    try {
      return await opened;
    } catch (error) {
      if (this.#opened.get(name) === opened) this.#opened.delete(name);
      throw error;
    }
  }

  async #sync(name: string, found: Neighbour, signal: AbortSignal | undefined): Promise<Source> {
    const memory = this.#memories.get(name) ?? new RunMemory();
    this.#memories.set(name, memory);
    return sync(found.ports, found.settings, memory, signal);
  }
}
