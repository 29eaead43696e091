import { setTimeout } from 'node:timers/promises';
import { Failure } from '../core/failure.ts';
import type { HttpClient, HttpRequest, HttpResponse } from './client.ts';
import { parseRetryAfter } from './retry-after.ts';

export interface RetryOptions {
  /** Tries in all; default 3. */
  readonly attempts?: number;
  /** Milliseconds before the second try, doubled for each further one; default 500. */
  readonly firstWait?: number;
  /** Milliseconds that one wait takes at most; default 30,000. Who asks for more gets no further try: the answer is given back. */
  readonly longestWait?: number;
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** From 0 to below 1. */
  readonly random?: () => number;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/**
 * Tries GET and HEAD again after 429, 500, 502, 503, 504 and failures that may pass, waiting as `Retry-After` asks, else with jittered backoff.
 * The last answer or failure is given back. A body that breaks off is not covered: its reader has seen a part of it.
 */
export function withRetry(client: HttpClient, options: RetryOptions = {}): HttpClient {
  return {
    request: (request) =>
      request.method === 'GET' || request.method === 'HEAD'
        ? retried(client, request, options)
        : client.request(request),
    close: () => client.close(),
  };
}

const passing = new Set([429, 500, 502, 503, 504]);

async function retried(
  client: HttpClient,
  request: HttpRequest,
  options: RetryOptions,
): Promise<HttpResponse> {
  const { attempts = 3, sleep = wait, longestWait = 30_000, now = Date.now } = options;
  for (let attempt = 1; ; attempt++) {
    let outcome: HttpResponse | Failure;
    try {
      outcome = await client.request(request);
    } catch (error) {
      outcome = asOutcome(error);
    }
    if (!mayPass(outcome)) return result(outcome);
    const answer = outcome instanceof Failure ? undefined : outcome;
    const pause = parseRetryAfter(answer?.headers['retry-after'], now()) ?? backoff(attempt, options);
    if (attempt >= attempts || pause > longestWait) return result(outcome);
    await answer?.discard();
    await sleep(pause, request.signal);
  }
}

function mayPass(outcome: HttpResponse | Failure): boolean {
  return outcome instanceof Failure ? outcome.retryable : passing.has(outcome.status);
}

function asOutcome(error: unknown): Failure {
  if (error instanceof Failure) return error;
  throw error;
}

function result(outcome: HttpResponse | Failure): HttpResponse {
  if (outcome instanceof Failure) throw outcome;
  return outcome;
}

/** Between half and all of the doubled wait, so that clients that failed together do not come back together. */
function backoff(
  attempt: number,
  { firstWait = 500, longestWait = 30_000, random = Math.random }: RetryOptions,
): number {
  return Math.min(longestWait, firstWait * 2 ** (attempt - 1)) * (0.5 + random() / 2);
}

async function wait(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await setTimeout(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw new Failure('aborted', 'the request was stopped while it waited to be tried again', {
      cause: error,
    });
  }
}
