import { startDaemon, type DaemonUnit } from '../../src/daemon/daemon.ts';
import type { UnitSchedule } from '../../src/daemon/schedule.ts';
import { settle, type FakeClock } from './fake-clock.ts';

/** A unit whose runs end when told to. */
export class ControlledUnit implements DaemonUnit {
  readonly name: string;
  readonly schedule: UnitSchedule;
  readonly jitter: number;
  readonly starts: number[] = [];
  signal: AbortSignal | undefined;
  atOnce = 0;
  mostAtOnce = 0;
  readonly #clock: FakeClock;
  #pending: { resolve: () => void; reject: (error: unknown) => void } | undefined;

  constructor(
    clock: FakeClock,
    name = 'fleet',
    schedule: UnitSchedule = { kind: 'interval', every: 60_000 },
    jitter = 0,
  ) {
    this.#clock = clock;
    this.name = name;
    this.schedule = schedule;
    this.jitter = jitter;
  }

  async run(signal: AbortSignal): Promise<void> {
    this.signal = signal;
    this.starts.push(this.#clock.now());
    this.atOnce++;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#pending = { resolve, reject };
      });
    } finally {
      this.atOnce--;
    }
  }

  get running(): boolean {
    return this.#pending !== undefined;
  }

  async end(error?: Error): Promise<void> {
    const pending = this.#pending;
    this.#pending = undefined;
    if (error === undefined) pending?.resolve();
    else pending?.reject(error);
    await settle();
  }
}

/** A daemon on a clock that tests turn, with the errors it told of. */
export function start(
  clock: FakeClock,
  units: readonly DaemonUnit[],
  more: { concurrency?: number; grace?: number } = {},
) {
  const errors: [string, unknown][] = [];
  const daemon = startDaemon({ units, clock, onError: (unit, error) => errors.push([unit, error]), ...more });
  return { daemon, errors };
}
