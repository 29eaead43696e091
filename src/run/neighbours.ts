import type { RunPorts } from './ports.ts';
import type { Source } from './promotion.ts';
import { RunMemory } from './run.ts';
import type { RunSettings } from './settings.ts';
import { sync } from './sync.ts';

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

  /** @param open called once for each name */
  constructor(open: (name: string) => Promise<Neighbour | undefined>) {
    this.#open = open;
  }

  /** @throws Failure as the repository does */
  async source(name: string, signal?: AbortSignal): Promise<Source | undefined> {
    const opened = this.#opened.get(name) ?? this.#open(name);
    this.#opened.set(name, opened);
    const found = await opened;
    if (found === undefined) return undefined;
    const memory = this.#memories.get(name) ?? new RunMemory();
    this.#memories.set(name, memory);
    return sync(found.ports, found.settings, memory, signal);
  }
}
