import { Failure } from '../../core/failure.ts';
import type { HttpResponse } from '../../net/client.ts';
import { redact } from '../../net/redact.ts';
import { parseRetryAfter } from '../../net/retry-after.ts';
import { isObject } from './json.ts';

export interface FailedCall {
  readonly host: string;
  /** `list the tags of ghcr.io/acme/web`. */
  readonly task: string;
  /** Whether credentials were sent. */
  readonly known: boolean;
  /** What must not be shown, should the registry echo it. */
  readonly secrets: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Turns an answer that is no success into a Failure: the registry's own words in short, and what to do. Reads the body. */
export async function statusFailure(response: HttpResponse, call: FailedCall): Promise<Failure> {
  const { host, task } = call;
  const words = await wordsOf(response, call.secrets);
  const fail = `cannot ${task}: ${host} answered ${response.status}${words === '' ? '' : ` (${words})`}`;
  const retryAfter = parseRetryAfter(response.headers['retry-after'], call.now);
  const again = { host, retryable: true, ...(retryAfter === undefined ? {} : { retryAfter }) };
  switch (response.status) {
    case 401: {
      const advice = call.known
        ? 'the configured credentials are not accepted here; check them and what they may read'
        : 'no credentials are configured for this host, and it wants some (or the repository does not exist)';
      return new Failure('auth-failed', `${fail}: ${advice}`, { host });
    }
    case 403:
      return new Failure(
        'forbidden',
        `${fail}: ${call.known ? 'these credentials may' : 'anonymous users may'} not read it`,
        {
          host,
        },
      );
    case 404:
      return new Failure('not-found', `${fail}: no such repository there; check its name`, { host });
    case 429: {
      const advice = call.known
        ? 'poll less often or lower the rate limit of this host'
        : 'log in, or poll less often';
      return new Failure('rate-limited', `${fail}: too many requests; ${advice}`, again);
    }
    default:
      return response.status >= 500
        ? new Failure('unreachable', `${fail}: the registry is in trouble; it is asked again later`, again)
        : new Failure('bad-answer', `${fail}, which is not expected here`, { host });
  }
}

/** The first error of the registry's JSON (distribution spec, "Error Codes"), on one short line, or nothing. */
async function wordsOf(response: HttpResponse, secrets: readonly string[]): Promise<string> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await response.text(largestError));
  } catch {
    // No JSON, or too much of it, or cut off: the status says enough.
    return '';
  }
  const errors = isObject(parsed) && Array.isArray(parsed['errors']) ? (parsed['errors'] as unknown[]) : [];
  const first = errors[0];
  if (!isObject(first)) return '';
  const parts = [first['code'], first['message']].filter((part) => typeof part === 'string');
  return clean(redact(parts.join(': '), secrets));
}

/** Untrusted text fit for one line of a terminal or log: no control or direction characters, at most 200 characters. */
function clean(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\s]+/gu, ' ').trim();
  const points = Array.from(line);
  return points.length > longestWords ? `${points.slice(0, longestWords).join('')}…` : points.join('');
}

const largestError = 65_536;
const longestWords = 200;
