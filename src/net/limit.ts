import { setTimeout } from 'node:timers/promises';
import { Failure } from '../core/failure.ts';
import type { HttpClient, HttpRequest, HttpResponse } from './client.ts';

export interface HostLimit {
  /** Requests to one host at the same time, from sending until the answer's body is read or discarded. Default 8. */
  readonly concurrency?: number;
  /** Requests to one host a second, evenly spaced. Default: no limit. */
  readonly perSecond?: number;
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Milliseconds, never going back. */
  readonly now?: () => number;
}

/** Lets no more requests out to one host than `limit` says; the others wait in the order in which they came. */
export function withHostLimit(client: HttpClient, limit: HostLimit = {}): HttpClient {
  const gates = new Map<string, Gate>();
  return {
    request: (request) => {
      const origin = originOf(request.url);
      let gate = gates.get(origin);
      if (gate === undefined) gates.set(origin, (gate = new Gate(limit)));
      return through(gate, client, request);
    },
    close: () => client.close(),
  };
}

/** Scheme, host and port as they are spelled. */
function originOf(url: string): string {
  const end = url.indexOf('/', url.indexOf('://') + 3);
  return end < 0 ? url : url.slice(0, end);
}

async function through(gate: Gate, client: HttpClient, request: HttpRequest): Promise<HttpResponse> {
  const entering = gate.enter(request.signal);
  if (entering !== undefined) await entering;
  let open = true;
  const leave = () => {
    if (open) gate.leave();
    open = false;
  };
  try {
    const turn = gate.turn(request.signal);
    if (turn !== undefined) await turn;
    return new LimitedResponse(await client.request(request), leave);
  } catch (error) {
    leave();
    throw error;
  }
}

/** Gives the place back when the body is done with. */
class LimitedResponse implements HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly url: string;
  readonly #inner: HttpResponse;
  readonly #leave: () => void;

  constructor(inner: HttpResponse, leave: () => void) {
    this.status = inner.status;
    this.headers = inner.headers;
    this.url = inner.url;
    this.#inner = inner;
    this.#leave = leave;
  }

  async *body(limit: number): AsyncGenerator<Uint8Array> {
    try {
      yield* this.#inner.body(limit);
    } finally {
      this.#leave();
    }
  }

  async bytes(limit: number): Promise<Uint8Array> {
    try {
      return await this.#inner.bytes(limit);
    } finally {
      this.#leave();
    }
  }

  async text(limit: number): Promise<string> {
    try {
      return await this.#inner.text(limit);
    } finally {
      this.#leave();
    }
  }

  async discard(): Promise<void> {
    try {
      await this.#inner.discard();
    } finally {
      this.#leave();
    }
  }
}

interface Waiter {
  /** `undefined`: it no longer waits. */
  enter: (() => void) | undefined;
}

/** The door to one host: places, and the time at which the next request may go. */
class Gate {
  readonly #limit: HostLimit;
  /** Who waits, in order; `#first` is the place of the first of them. */
  readonly #queue: Waiter[] = [];
  #first = 0;
  #free: number;
  #next = -Infinity;

  constructor(limit: HostLimit) {
    this.#limit = limit;
    this.#free = limit.concurrency ?? 8;
  }

  /** `undefined`: there was a place. */
  enter(signal: AbortSignal | undefined): Promise<void> | undefined {
    if (signal?.aborted === true) throw stopped();
    if (this.#free === 0) return this.#wait(signal);
    this.#free--;
    return undefined;
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { enter: resolve };
      this.#queue.push(waiter);
      if (signal === undefined) return;
      const give = () => {
        waiter.enter = undefined;
        reject(stopped());
      };
      signal.addEventListener('abort', give, { once: true });
      waiter.enter = () => {
        signal.removeEventListener('abort', give);
        resolve();
      };
    });
  }

  leave(): void {
    while (this.#first < this.#queue.length) {
      const enter = this.#queue[this.#first++]?.enter;
      // Those that went are forgotten by the thousand, also where somebody always waits.
      if (this.#first === 1000) {
        this.#queue.splice(0, this.#first);
        this.#first = 0;
      }
      if (enter !== undefined) return enter();
    }
    this.#queue.length = this.#first = 0;
    this.#free++;
  }

  /** Waits until the rate allows the next request; `undefined`: it does so now. */
  turn(signal: AbortSignal | undefined): Promise<void> | undefined {
    const { perSecond, now = () => performance.now(), sleep = pause } = this.#limit;
    if (perSecond === undefined) return undefined;
    const at = Math.max(now(), this.#next);
    this.#next = at + 1000 / perSecond;
    const ms = at - now();
    return ms > 0 ? sleep(ms, signal) : undefined;
  }
}

async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await setTimeout(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw new Failure('aborted', 'the request was stopped while it waited for its turn', { cause: error });
  }
}

function stopped(): Failure {
  return new Failure('aborted', 'the request was stopped while it waited for its turn');
}
