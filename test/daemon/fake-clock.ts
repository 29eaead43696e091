import type { Clock } from '../../src/daemon/clock.ts';

interface Timer {
  due: number;
  readonly action: () => void;
}

/** A clock that moves only when told to, and then calls what is due, in order. */
export class FakeClock implements Clock {
  #now = 1_000_000;
  #timers: Timer[] = [];
  /** What `random` gives. */
  chance = 0;
  /** What `nextCronTime` adds to now; an Error is thrown. */
  cronWait: number | Error = 60_000;

  now(): number {
    return this.#now;
  }

  random(): number {
    return this.chance;
  }

  nextCronTime(): number {
    if (this.cronWait instanceof Error) throw this.cronWait;
    return this.#now + this.cronWait;
  }

  setTimer(ms: number, action: () => void): () => void {
    const timer = { due: this.#now + ms, action };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** How many timers wait. */
  get waiting(): number {
    return this.#timers.length;
  }

  /** Milliseconds to the first timer, or `undefined`. */
  get nextIn(): number | undefined {
    const due = this.#timers.map((timer) => timer.due);
    return due.length === 0 ? undefined : Math.min(...due) - this.#now;
  }

  /** Somebody puts the clock back: timers wait as long as before. */
  putBack(ms: number): void {
    this.#now -= ms;
    for (const timer of this.#timers) timer.due -= ms;
  }

  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (;;) {
      const [first] = this.#timers.filter((timer) => timer.due <= end).sort((a, b) => a.due - b.due);
      if (first === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== first);
      this.#now = Math.max(this.#now, first.due);
      first.action();
      await settle();
    }
    this.#now = end;
  }
}

/** Lets everything run that only waits for promises. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
