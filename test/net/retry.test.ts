import { afterEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { Failure } from '../../src/core/failure.ts';
import type { HttpClient } from '../../src/net/client.ts';
import { parseRetryAfter } from '../../src/net/retry-after.ts';
import { withRetry } from '../../src/net/retry.ts';
import { createHttpClient } from '../../src/net/undici-client.ts';
import { startServer, type TestServer } from './server.ts';

const now = Date.UTC(2026, 0, 1);

describe('parseRetryAfter', () => {
  it.each([
    ['seconds', '120', 120_000],
    ['no wait', '0', 0],
    ['a date to come', 'Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['a date that is past', 'Wed, 31 Dec 2025 23:59:00 GMT', 0],
    ['a negative number', '-5', undefined],
    ['a decimal', '1.5', undefined],
    ['words', 'soon', undefined],
    ['another date format', '2026-01-01T00:01:00Z', undefined],
    ['a date that does not exist', 'Thu, 99 Jan 2026 00:01:00 GMT', undefined],
    ['nothing', undefined, undefined],
  ])('%s', (_, value, ms) => expect(parseRetryAfter(value, now)).toBe(ms));

  it('is never negative and never NaN', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.date({ noInvalidDate: true }).map(String),
          fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
        ),
        (text) => {
          expect(parseRetryAfter(text, now) ?? 0).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });
});

describe('withRetry', () => {
  const open: (HttpClient | TestServer)[] = [];
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
  });

  /** Answers these statuses one after the other, the last one for ever. */
  async function setUp(statuses: readonly number[], headers: Record<string, string> = {}) {
    let requests = 0;
    const server = await startServer((_, res) => {
      const status = statuses[Math.min(requests, statuses.length - 1)] ?? 200;
      requests++;
      res.writeHead(status, status === 200 ? {} : headers).end(String(status));
    });
    const sleeps: number[] = [];
    const client = createHttpClient();
    open.push(client, server);
    const retrying = withRetry(client, {
      attempts: 3,
      sleep: async (ms) => void sleeps.push(ms),
      random: () => 0.5,
      now: () => now,
    });
    const send = async (method: 'GET' | 'POST' = 'GET') =>
      (await retrying.request({ method, url: server.url })).text(100);
    return { sleeps, send, requests: () => requests };
  }

  it.each([
    ['429, then fine', [429, 200], '200', [375]],
    ['503 twice, then fine', [503, 503, 200], '200', [375, 750]],
    ['three times 500', [500], '500', [375, 750]],
    ['404 at once', [404], '404', []],
    ['501 at once', [501], '501', []],
  ])('%s', async (_, statuses, text, waits) => {
    const { send, sleeps } = await setUp(statuses);
    expect(await send()).toBe(text);
    expect(sleeps).toEqual(waits);
  });

  it('waits as the server asks', async () => {
    const { send, sleeps } = await setUp([429, 200], { 'retry-after': '7' });
    expect(await send()).toBe('200');
    expect(sleeps).toEqual([7000]);
  });

  it('gives the answer back where the server asks for too long a wait', async () => {
    const { send, sleeps, requests } = await setUp([429, 200], { 'retry-after': '3600' });
    expect(await send()).toBe('429');
    expect([sleeps, requests()]).toEqual([[], 1]);
  });

  it('never repeats a POST', async () => {
    const { send, requests } = await setUp([503, 200]);
    expect(await send('POST')).toBe('503');
    expect(requests()).toBe(1);
  });

  it.each([
    ['that may pass', true, 3],
    ['that will not', false, 1],
  ])('meets a failure %s', async (_, retryable, tries) => {
    let requests = 0;
    const failing: HttpClient = {
      request: async () => {
        requests++;
        throw new Failure('timeout', 'no', { retryable });
      },
      close: async () => undefined,
    };
    const retrying = withRetry(failing, { attempts: 3, sleep: async () => undefined });
    await expect(retrying.request({ method: 'GET', url: 'http://h.test/' })).rejects.toMatchObject({
      code: 'timeout',
    });
    expect(requests).toBe(tries);
  });

  it('stops waiting where the signal says so', async () => {
    const server = await startServer((_, res) => res.writeHead(429, { 'retry-after': '20' }).end());
    const client = createHttpClient();
    open.push(client, server);
    const controller = new AbortController();
    const sent = withRetry(client).request({ method: 'GET', url: server.url, signal: controller.signal });
    server.server.once('request', () => setImmediate(() => controller.abort()));
    await expect(sent).rejects.toMatchObject({ code: 'aborted' });
  });
});
