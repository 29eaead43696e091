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
  readonly controller: AbortController;
  waiting: number;
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
    work: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    if (signal?.aborted === true) throw left();
    const flight = this.#flights.get(key) ?? this.#start(key, work);
    flight.waiting++;
    const leaving = signal === undefined ? undefined : abortion(signal);
    try {
      return await (leaving === undefined ? flight.result : Promise.race([flight.result, leaving.promise]));
    } finally {
      leaving?.stop();
      flight.waiting--;
      if (flight.waiting === 0) {
        // Nobody is left: a caller that comes now must not join work that is being aborted.
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
        flight.controller.abort();
      }
    }
  }

  #start(key: string, work: (signal: AbortSignal) => Promise<Value>): Flight<Value> {
    const controller = new AbortController();
    const result = work(controller.signal);
    const flight: Flight<Value> = { result, controller, waiting: 0 };
    this.#flights.set(key, flight);
    const forget = () => {
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
