import { setImmediate } from 'node:timers/promises';

import type { CloneLock } from './clone-lock.ts';

/**
 * Does at once what several callers ask for at the same time: whoever follows a hundred fields asks a hundred times for a few old commits,
 * and each fetch costs a round trip, a pack and a look at what is here already. What is asked while the work waits for its turn joins it.
 */
export class Gathering<Item> {
  readonly #lock: Pick<CloneLock, 'hold'>;
  readonly #work: (items: readonly Item[]) => Promise<void>;
  #open: { readonly items: Item[]; readonly done: Promise<void> } | undefined;

  /** @param work is done under the lock; where it fails, it fails for all who asked */
  constructor(lock: Pick<CloneLock, 'hold'>, work: (items: readonly Item[]) => Promise<void>) {
    this.#lock = lock;
    this.#work = work;
  }

  async ask(items: readonly Item[]): Promise<void> {
    if (items.length === 0) return;
    const { items: gathered, done } = (this.#open ??= this.#begin());
    for (const item of items) gathered.push(item);
    return done;
  }

  #begin(): { items: Item[]; done: Promise<void> } {
    const items: Item[] = [];
    const turn = async (): Promise<void> => {
      await setImmediate(); // callers that go in step all get here first
      this.#open = undefined;
      await this.#work(items);
    };
    const begun = { items, done: this.#lock.hold(turn) };
    // Where the lock was not to be had, the work never began: who asks later tries again.
    begun.done.catch(() => {
      if (this.#open === begun) this.#open = undefined;
    });
    return begun;
  }
}
