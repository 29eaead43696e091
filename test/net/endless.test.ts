import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpRequest, HttpResponse } from '../../src/net/client.ts';
import { createHttpClient, type HttpClientOptions } from '../../src/net/undici-client.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A server that answers `first`, and `more` again and again: each wait by itself is short, and all of them have no end. */
async function endless(first: string | Uint8Array, more: string | Uint8Array): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(first);
      const timer = setInterval(() => socket.write(more), 5);
      socket.once('close', () => clearInterval(timer));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function ask(
  host: string,
  more: Partial<HttpRequest>,
  options: HttpClientOptions = {},
): Promise<HttpResponse> {
  const client = createHttpClient(options);
  closers.push(() => client.close());
  return client.request({ method: 'GET', url: `http://${host}/`, ...more });
}

const head = 'HTTP/1.1 200 OK\r\n';
const gzipHead = Buffer.concat([
  Buffer.from(`${head}content-encoding: gzip\r\n\r\n`),
  Buffer.from('1f8b0800000000000003', 'hex'),
]);
/** A deflate block of nothing. */
const emptyBlock = Buffer.from('000000ffff', 'hex');

async function readAll(answer: HttpResponse): Promise<number> {
  let size = 0;
  for await (const part of answer.body(1000)) size += part.length;
  return size;
}

describe('an answer without an end', () => {
  it.each<[string, string | Uint8Array, string | Uint8Array, (answer: HttpResponse) => Promise<unknown>]>([
    ['of known length, as text', `${head}content-length: 900\r\n\r\n`, 'x', (answer) => answer.text(1000)],
    ['of known length, as bytes', `${head}content-length: 900\r\n\r\n`, 'x', (answer) => answer.bytes(1000)],
    ['of unknown length', `${head}\r\n`, 'x', (answer) => answer.text(1000)],
    ['as a stream', `${head}\r\n`, 'x', readAll],
    ['compressed, with nothing in it', gzipHead, emptyBlock, (answer) => answer.text(1000)],
  ])('is given up in time: %s', async (_label, first, more, read) => {
    const host = await endless(first, more);
    const answer = await ask(host, { readTimeout: 60 });
    await expect(read(answer)).rejects.toMatchObject({
      code: 'timeout',
      retryable: true,
      host,
      message: `${host} was still answering after 0.06 seconds; it was given up`,
    });
  });

  it('is left in time by who does not want it', async () => {
    const answer = await ask(await endless(`${head}content-length: 900\r\n\r\n`, 'x'), { readTimeout: 60 });
    const left = answer.discard().then(() => 'left');
    expect(await left).toBe('left');
  });

  it('does not come about by announcing it for ever', async () => {
    const host = await endless('', 'HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\n');
    await expect(ask(host, { headTimeout: 5000 })).rejects.toMatchObject({
      code: 'bad-answer',
      host,
      message: `${host} announced its answer more than 20 times, and never sent it`,
    });
  });

  it('leaves no timer behind once it is read', async () => {
    const host = await endless(`${head}content-length: 4\r\n\r\nwhol`, '');
    const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    expect(await (await ask(host, { readTimeout: 3_600_000 })).text(10)).toBe('whol');
    const after = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    expect(after).toBeLessThanOrEqual(before + 1);
  });
});

describe('a proxy that opens no tunnel and does not say so', () => {
  it('is given up in the time for connections', async () => {
    const proxy = await endless('', '');
    const asked = ask(
      'registry.invalid',
      { url: 'https://registry.invalid/' },
      { proxy: `http://${proxy}`, connectTimeout: 100 },
    );
    await expect(asked).rejects.toMatchObject({
      code: expect.stringMatching(/timeout|unreachable/) as string,
      retryable: true,
    });
  });
});
