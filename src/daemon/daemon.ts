import type { Clock } from './clock.ts';
import { setLongTimer, timeToNext, type UnitSchedule } from './schedule.ts';

/** One thing that is done again and again: the run of one config repository. */
export interface DaemonUnit {
  readonly name: string;
  readonly schedule: UnitSchedule;
  /** Milliseconds; a random part of it is added to each wait. */
  readonly jitter: number;
  /** Milliseconds without a further trigger that a triggered run waits for. Default 0: it starts at once. */
  readonly quiet?: number;
  /** Milliseconds that a trigger waits at most, however many follow it. Default ten times `quiet`. */
  readonly maxWait?: number;
  /** What it throws goes to `onError`, and never ends the daemon. `signal` aborts when a shutdown runs out of patience. */
  run(signal: AbortSignal): Promise<void>;
}

export interface DaemonOptions {
  /** Names are unique. */
  readonly units: readonly DaemonUnit[];
  readonly clock: Clock;
  readonly onError: (unit: string, error: unknown) => void;
  /** Units that run at the same time; default 4. */
  readonly concurrency?: number;
  /** Milliseconds that a shutdown waits for running units before it aborts them, and again before it leaves them; default 10,000. */
  readonly grace?: number;
}

export interface Daemon {
  /**
   * Runs a unit (default: all) at once, or after its quiet time; while it runs, everything that arrives is batched into one run after it
   * (product.md, 8).
   * @returns false where no unit has that name
   */
  trigger(name?: string): boolean;
  /** Starts nothing more; ends when no unit runs, or when those that run do not even end when aborted. */
  stop(): Promise<void>;
}

/** Runs every unit once now, and then by its schedule, one run per unit at a time. */
export function startDaemon(options: DaemonOptions): Daemon {
  const daemon = new Scheduler(options);
  daemon.begin();
  return daemon;
}

interface Entry {
  readonly unit: DaemonUnit;
  state: 'idle' | 'queued' | 'running';
  /** Triggers that no run has begun after yet: when the first and the last of them came. */
  asked: { readonly first: number; readonly last: number } | undefined;
  cancelTimer: () => void;
  cancelQuiet: () => void;
}

class Scheduler implements Daemon {
  readonly #options: DaemonOptions;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #concurrency: number;
  readonly #abort = new AbortController();
  readonly #queue: Entry[] = [];
  readonly #running = new Set<Promise<void>>();
  #stopped: Promise<void> | undefined;

  constructor(options: DaemonOptions) {
    this.#options = options;
    this.#concurrency = options.concurrency ?? 4;
    this.#entries = new Map(options.units.map((unit) => [unit.name, idleEntry(unit)]));
  }

  /** Runs every unit. */
  begin(): void {
    for (const entry of this.#entries.values()) this.#request(entry);
  }

  trigger(name?: string): boolean {
    const entries = name === undefined ? [...this.#entries.values()] : [this.#entries.get(name)];
    for (const entry of entries) {
      if (entry === undefined) return false;
      this.#ask(entry);
    }
    return true;
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  #ask(entry: Entry): void {
    // The run that is queued comes after it anyway.
    if (this.#stopped !== undefined || entry.state === 'queued') return;
    const now = this.#options.clock.now();
    // What came later than now came before the clock was put back.
    entry.asked = { first: Math.min(entry.asked?.first ?? now, now), last: now };
    if (entry.state === 'idle') this.#answer(entry, entry.asked);
  }

  /** Runs the unit once nothing more came for its quiet time, or the first trigger has waited long enough. */
  #answer(entry: Entry, { first, last }: NonNullable<Entry['asked']>): void {
    const { quiet = 0, maxWait = 10 * quiet } = entry.unit;
    const { clock } = this.#options;
    entry.cancelQuiet();
    const wait = Math.min(last + quiet, first + maxWait) - clock.now();
    if (wait <= 0) this.#request(entry);
    // A clock that was put back makes nobody wait longer.
    else entry.cancelQuiet = clock.setTimer(Math.min(wait, quiet), () => this.#request(entry));
  }

  #request(entry: Entry): void {
    if (this.#stopped !== undefined || entry.state !== 'idle') return;
    entry.cancelTimer();
    entry.cancelQuiet();
    entry.state = 'queued';
    this.#queue.push(entry);
    this.#startQueued();
  }

  #startQueued(): void {
    while (this.#running.size < this.#concurrency) {
      const entry = this.#queue.shift();
      if (entry === undefined) return;
      entry.state = 'running';
      entry.asked = undefined;
      const began = this.#options.clock.now();
      const run = this.#run(entry.unit);
      this.#running.add(run);
      void run.finally(() => {
        this.#running.delete(run);
        this.#ended(entry, began);
      });
    }
  }

  async #run(unit: DaemonUnit): Promise<void> {
    try {
      await unit.run(this.#abort.signal);
    } catch (error) {
      this.#options.onError(unit.name, error);
    }
  }

  #ended(entry: Entry, began: number): void {
    entry.state = 'idle';
    if (this.#stopped !== undefined) return;
    if (entry.asked !== undefined) this.#answer(entry, entry.asked);
    // A scheduled run does not wait for the quiet of triggers.
    if (this.#isIdle(entry)) this.#setTimer(entry, began);
    this.#startQueued();
  }

  #isIdle({ state }: Entry): boolean {
    return state === 'idle';
  }

  #setTimer(entry: Entry, began: number): void {
    const { schedule, jitter } = entry.unit;
    const { clock, onError } = this.#options;
    try {
      const ms = timeToNext(schedule, jitter, began, clock);
      entry.cancelTimer = setLongTimer(clock, schedule.kind, ms, () => this.#request(entry));
    } catch (error) {
      // a cron expression that is never due: the unit still runs when triggered
      onError(entry.unit.name, error);
    }
  }

  async #stop(): Promise<void> {
    this.#queue.length = 0;
    for (const entry of this.#entries.values()) {
      entry.cancelTimer();
      entry.cancelQuiet();
    }
    if (await this.#idleWithinGrace()) return;
    this.#abort.abort();
    await this.#idleWithinGrace();
  }

  async #idleWithinGrace(): Promise<boolean> {
    const { clock, grace = 10_000 } = this.#options;
    const { promise: ended, resolve } = Promise.withResolvers<boolean>();
    const cancel = clock.setTimer(grace, () => resolve(false));
    void Promise.all(this.#running).finally(() => resolve(true));
    const idle = await ended;
    cancel();
    return idle;
  }
}

function idleEntry(unit: DaemonUnit): Entry {
  return { unit, state: 'idle', asked: undefined, cancelTimer: () => {}, cancelQuiet: () => {} };
}
