import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import type { HttpClient, HttpResponse } from '../../src/net/client.ts';
import { withHostLimit } from '../../src/net/limit.ts';

/** A client whose answers come when the test says so. */
function held() {
  const waiting: { readonly url: string; readonly answer: () => void; readonly fail: () => void }[] = [];
  const client: HttpClient = {
    request: ({ url }) =>
      new Promise((resolve, reject) => {
        const answer = () => resolve(response(url));
        waiting.push({ url, answer, fail: () => reject(new Failure('timeout', 'no')) });
      }),
    close: async () => undefined,
  };
  return { client, waiting };
}

function response(url: string): HttpResponse {
  const bytes = Buffer.from('x');
  return {
    status: 200,
    headers: {},
    url,
    async *body() {
      yield bytes;
    },
    bytes: async () => bytes,
    text: async () => 'x',
    discard: async () => undefined,
  };
}

const turnOver = () => new Promise((resolve) => setImmediate(resolve));
const get = (client: HttpClient, url: string, signal?: AbortSignal) =>
  client.request({ method: 'GET', url, signal });

async function readAll(body: AsyncIterable<Uint8Array>): Promise<number> {
  let total = 0;
  for await (const chunk of body) total += chunk.byteLength;
  return total;
}

describe('withHostLimit', () => {
  it('lets so many out to one host, and not fewer to another', async () => {
    const { client, waiting } = held();
    const limited = withHostLimit(client, { concurrency: 2 });
    for (const path of ['1', '2', '3', '4']) void get(limited, `http://a.test/${path}`);
    void get(limited, 'http://b.test/1');
    await turnOver();
    expect(waiting.map(({ url }) => url)).toEqual(['http://a.test/1', 'http://a.test/2', 'http://b.test/1']);
  });

  it.each<[string, (answer: HttpResponse) => Promise<unknown>]>([
    ['bytes', (answer) => answer.bytes(1)],
    ['text', (answer) => answer.text(1)],
    ['discard', (answer) => answer.discard()],
    ['the end of the body', (answer) => readAll(answer.body(1))],
  ])('gives the place to the next one after %s, not after the head', async (_, finish) => {
    const { client, waiting } = held();
    const limited = withHostLimit(client, { concurrency: 1 });
    const first = get(limited, 'http://a.test/1');
    void get(limited, 'http://a.test/2');
    await turnOver();
    waiting[0]?.answer();
    const answer = await first;
    await turnOver();
    expect(waiting).toHaveLength(1);
    await finish(answer);
    await turnOver();
    expect(waiting).toHaveLength(2);
  });

  it('gives the place back after a failure', async () => {
    const { client, waiting } = held();
    const limited = withHostLimit(client, { concurrency: 1 });
    const first = get(limited, 'http://a.test/1');
    void get(limited, 'http://a.test/2');
    await turnOver();
    waiting[0]?.fail();
    await expect(first).rejects.toMatchObject({ code: 'timeout' });
    await turnOver();
    expect(waiting).toHaveLength(2);
  });

  it('lets a waiting request go where its signal says so, and keeps its place for others', async () => {
    const { client, waiting } = held();
    const limited = withHostLimit(client, { concurrency: 1 });
    const controller = new AbortController();
    const first = get(limited, 'http://a.test/1');
    const second = get(limited, 'http://a.test/2', controller.signal);
    void get(limited, 'http://a.test/3');
    await turnOver();
    controller.abort();
    await expect(second).rejects.toMatchObject({ code: 'aborted' });
    await expect(get(limited, 'http://a.test/4', controller.signal)).rejects.toMatchObject({
      code: 'aborted',
    });
    waiting[0]?.answer();
    await (await first).discard();
    await turnOver();
    expect(waiting.map(({ url }) => url)).toEqual(['http://a.test/1', 'http://a.test/3']);
  });

  it('keeps the order of thousands, without those that went', async () => {
    const { client, waiting } = held();
    const limited = withHostLimit(client, { concurrency: 1 });
    const controller = new AbortController();
    const paths = Array.from({ length: 2500 }, (_, n) => `http://a.test/${n}`);
    const asked = paths.map((url, n) => get(limited, url, n % 3 === 1 ? controller.signal : undefined));
    controller.abort();
    for (const promise of asked) promise.catch(() => undefined);
    for (let n = 0; n < paths.length; n++) {
      if (n % 3 === 1) continue;
      await turnOver();
      const next = waiting.shift();
      expect(next?.url).toBe(paths[n]);
      next?.answer();
      await (await asked[n])?.discard();
    }
    expect(waiting).toEqual([]);
  });

  it('spaces requests by the rate', async () => {
    const sleeps: number[] = [];
    let time = 0;
    const client: HttpClient = { request: async ({ url }) => response(url), close: async () => undefined };
    const limited = withHostLimit(client, {
      perSecond: 4,
      now: () => time,
      sleep: async (ms) => {
        sleeps.push(ms);
      },
    });
    for (let i = 0; i < 3; i++) await (await get(limited, 'http://a.test/')).discard();
    time = 10_000;
    await (await get(limited, 'http://a.test/')).discard();
    expect(sleeps).toEqual([250, 500]);
  });
});
