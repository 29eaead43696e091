/** Something that is to end by itself before a given time. */
export interface Awaited {
  /** In milliseconds, as `performance.now` counts them. */
  readonly until: number;
  giveUp(): void;
}

/**
 * Gives up what has not ended in time. All share one timer, which keeps no process alive: a timer for each would cost more than
 * everything else of a small request that is ours.
 */
export class Patience {
  readonly #awaited = new Set<Awaited>();
  #timer: NodeJS.Timeout | undefined;
  #due = Infinity;

  begin(one: Awaited): void {
    this.#awaited.add(one);
    if (one.until < this.#due) this.#look(one.until);
  }

  end(one: Awaited): void {
    this.#awaited.delete(one);
  }

  close(): void {
    this.#awaited.clear();
    clearTimeout(this.#timer);
    this.#due = Infinity;
  }

  #look(at: number): void {
    clearTimeout(this.#timer);
    this.#due = at;
    this.#timer = setTimeout(this.#check, Math.max(1, at - performance.now())).unref();
  }

  readonly #check = (): void => {
    const now = performance.now();
    this.#due = Infinity;
    let next = Infinity;
    for (const one of this.#awaited) {
      if (one.until > now) next = Math.min(next, one.until);
      else {
        this.#awaited.delete(one);
        one.giveUp();
      }
    }
    if (next < this.#due) this.#look(next);
  };
}
