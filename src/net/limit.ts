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
    request: async (request) => {
      const host = URL.parse(request.url)?.host ?? '';
      let gate = gates.get(host);
      if (gate === undefined) gates.set(host, (gate = new Gate(limit)));
      return through(gate, client, request);
    },
    close: () => client.close(),
  };
}

async function through(gate: Gate, client: HttpClient, request: HttpRequest): Promise<HttpResponse> {
  await gate.enter(request.signal);
  let open = true;
  const leave = () => {
    if (open) gate.leave();
    open = false;
  };
  try {
    await gate.turn(request.signal);
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

  bytes(limit: number): Promise<Uint8Array> {
    return this.#inner.bytes(limit).finally(this.#leave);
  }

  text(limit: number): Promise<string> {
    return this.#inner.text(limit).finally(this.#leave);
  }

  discard(): Promise<void> {
    return this.#inner.discard().finally(this.#leave);
  }
}

/** The door to one host: places, and the time at which the next request may go. */
class Gate {
  readonly #limit: HostLimit;
  readonly #queue = new Set<() => void>();
  #free: number;
  #next = -Infinity;

  constructor(limit: HostLimit) {
    this.#limit = limit;
    this.#free = limit.concurrency ?? 8;
  }

  async enter(signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted === true) throw stopped();
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const give = () => {
      this.#queue.delete(resolve);
      reject(stopped());
    };
    signal?.addEventListener('abort', give, { once: true });
    this.#queue.add(resolve);
    try {
      await promise;
    } finally {
      signal?.removeEventListener('abort', give);
    }
  }

  leave(): void {
    const [first] = this.#queue;
    if (first === undefined) {
      this.#free++;
      return;
    }
    this.#queue.delete(first);
    first();
  }

  /** Waits until the rate allows the next request. */
  async turn(signal: AbortSignal | undefined): Promise<void> {
    const { perSecond, now = () => performance.now(), sleep = pause } = this.#limit;
    if (perSecond === undefined) return;
    const at = Math.max(now(), this.#next);
    this.#next = at + 1000 / perSecond;
    const ms = at - now();
    if (ms > 0) await sleep(ms, signal);
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
