import { Failure } from '../core/failure.ts';
import type { TagLister } from './ports.ts';

/** One listing per image at a time, however many policies ask for it (product.md, 7). Nothing is kept afterwards. */
export function shareListings(lister: TagLister): TagLister {
  const flights = new SingleFlight<Awaited<ReturnType<TagLister['list']>>>();
  return {
    list: (repository, signal) =>
      flights.join(repository, signal, (shared) => lister.list(repository, shared)),
  };
}

interface Flight<Value> {
  readonly result: Promise<Value>;
  /** `undefined` where a caller without a signal waits: that one never leaves. */
  readonly controller: AbortController | undefined;
  waiting: number;
  done: boolean;
}

/**
 * Runs work once per key at a time; who asks meanwhile gets the same result or error. A caller whose signal aborts leaves with a Failure
 * `aborted`; the work itself is aborted when the last one has left.
 */
export class SingleFlight<Value> {
  readonly #flights = new Map<string, Flight<Value>>();

  async join(
    key: string,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal | undefined) => Promise<Value>,
  ): Promise<Value> {
    if (signal?.aborted === true) throw left();
    const flight = this.#flights.get(key) ?? this.#start(key, signal !== undefined, work);
    flight.waiting++;
    const leaving = signal === undefined ? undefined : abortion(signal);
    try {
      return await (leaving === undefined ? flight.result : Promise.race([flight.result, leaving.promise]));
    } finally {
      leaving?.stop();
      flight.waiting--;
      if (flight.waiting === 0 && !flight.done) {
        // Nobody is left: a caller that comes now must not join work that is being aborted.
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
        flight.controller?.abort();
      }
    }
  }

  #start(
    key: string,
    canLeave: boolean,
    work: (signal: AbortSignal | undefined) => Promise<Value>,
  ): Flight<Value> {
    const controller = canLeave ? new AbortController() : undefined;
    const result = work(controller?.signal);
    const flight: Flight<Value> = { result, controller, waiting: 0, done: false };
    this.#flights.set(key, flight);
    const forget = () => {
      flight.done = true;
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    };
    result.then(forget, forget);
    return flight;
  }
}

function abortion(signal: AbortSignal): { readonly promise: Promise<never>; readonly stop: () => void } {
  const { promise, reject } = Promise.withResolvers<never>();
  const leave = () => reject(left());
  signal.addEventListener('abort', leave, { once: true });
  return { promise, stop: () => signal.removeEventListener('abort', leave) };
}

function left(): Failure {
  return new Failure('aborted', 'the request was stopped by its caller');
}
