import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HttpClient } from '../../src/net/client.ts';
import { createHttpClient } from '../../src/net/undici-client.ts';
import { startServer, type TestServer } from './server.ts';

type Handler = (req: IncomingMessage, res: ServerResponse) => void;

let handle: Handler;
let server: TestServer;
let other: TestServer;
let otherSaw: IncomingMessage[];
let client: HttpClient;

beforeEach(async () => {
  otherSaw = [];
  server = await startServer((req, res) => handle(req, res));
  other = await startServer((req, res) => {
    otherSaw.push(req);
    res.end('other');
  });
  client = createHttpClient({ userAgent: 'tallyman-test' });
});
afterEach(async () => {
  await client.close();
  await server.close();
  await other.close();
});

const get = (path: string, more: object = {}) =>
  client.request({ method: 'GET', url: `${server.url}${path}`, ...more });

describe('requests and answers', () => {
  it('sends method, headers and body, and gives status, headers and text back', async () => {
    handle = (req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        res.writeHead(201, { 'X-Twice': ['a', 'b'] });
        res.end(
          `${req.method} ${req.url} ${req.headers['user-agent']} ${String(req.headers['x-a'])} ${Buffer.concat(chunks).toString()}`,
        );
      });
    };
    const answer = await client.request({
      method: 'POST',
      url: `${server.url}/p?q=1`,
      headers: { 'X-A': 'yes' },
      body: 'text',
    });
    expect(answer.status).toBe(201);
    expect(answer.headers['x-twice']).toBe('a, b');
    expect(await answer.text(100)).toBe('POST /p?q=1 tallyman-test yes text');
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const)('undoes %s', async (coding, compress) => {
    handle = (_, res) => res.writeHead(200, { 'content-encoding': coding }).end(compress('x'.repeat(5000)));
    expect(await (await get('/')).text(5000)).toBe('x'.repeat(5000));
  });

  it('undoes two codings in their order, and refuses three', async () => {
    handle = (req, res) =>
      req.url === '/2'
        ? res.writeHead(200, { 'content-encoding': 'gzip, br' }).end(brotliCompressSync(gzipSync('two')))
        : res.writeHead(200, { 'content-encoding': 'gzip, gzip, gzip' }).end('');
    expect(await (await get('/2')).text(10)).toBe('two');
    await expect((await get('/3')).text(10)).rejects.toMatchObject({ code: 'bad-answer' });
  });

  it('keeps connections for requests one after the other, also after discard', async () => {
    const ports = new Set<number | undefined>();
    handle = (req, res) => {
      ports.add(req.socket.remotePort);
      res.end('some text');
    };
    await (await get('/1')).text(100);
    await (await get('/2')).discard();
    await (await get('/3')).text(100);
    await (await client.request({ method: 'HEAD', url: `${server.url}/4` })).discard();
    await (await get('/5')).text(100);
    // undici's pool may open a second one while it takes note that the first is free again.
    expect(ports.size).toBeLessThanOrEqual(2);
  });
});

describe('bounds', () => {
  it.each([
    [
      'a declared length',
      (res: ServerResponse) => res.writeHead(200, { 'content-length': '1001' }).end('x'.repeat(1001)),
    ],
    ['chunks', (res: ServerResponse) => (res.write('x'.repeat(900)), res.end('x'.repeat(101)))],
    [
      'a gzip bomb',
      (res: ServerResponse) =>
        res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(50_000_000))),
    ],
    [
      'a deflate bomb',
      (res: ServerResponse) =>
        res.writeHead(200, { 'content-encoding': 'deflate' }).end(deflateSync(Buffer.alloc(50_000_000))),
    ],
    [
      'a br bomb',
      (res: ServerResponse) =>
        res.writeHead(200, { 'content-encoding': 'br' }).end(brotliCompressSync(Buffer.alloc(50_000_000))),
    ],
  ])('stops at the limit: %s', async (_, answer) => {
    handle = (_req, res) => answer(res);
    await expect((await get('/')).bytes(1000)).rejects.toMatchObject({
      code: 'too-large',
      host: server.host,
    });
  });

  it('gives a body of exactly the limit', async () => {
    handle = (_, res) => res.end('x'.repeat(1000));
    expect(await (await get('/')).bytes(1000)).toHaveLength(1000);
  });

  it('streams a body and closes the connection where the reader stops early', async () => {
    let closed: (() => void) | undefined;
    const whenClosed = new Promise<void>((resolve) => (closed = resolve));
    handle = (req, res) => {
      req.socket.on('close', () => closed?.());
      res.write('first');
    };
    for await (const chunk of (await get('/')).body(100)) {
      expect(Buffer.from(chunk).toString()).toBe('first');
      break;
    }
    await whenClosed;
  });
});

describe('a peer that fails', () => {
  it.each<[string, Handler, string, RegExp]>([
    ['hangs before the head', () => undefined, 'timeout', /did not answer in time/],
    ['hangs in the body', (_, res) => void res.write('half'), 'timeout', /stopped in the middle/],
    ['cuts before the head', (req) => void req.socket.destroy(), 'unreachable', /cut the connection/],
    [
      'cuts in a body of known length',
      (req, res) =>
        void res.writeHead(200, { 'content-length': '10' }).write('half', () => req.socket.destroy()),
      'unreachable',
      /cut the connection/,
    ],
    [
      'cuts in a chunked body',
      (req, res) => void res.write('half', () => req.socket.destroy()),
      'unreachable',
      /cut the connection/,
    ],
    [
      'sends half a gzip stream',
      (_, res) =>
        void res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('text').subarray(0, 15)),
      'bad-answer',
      /damaged/,
    ],
    [
      'says gzip and sends text',
      (_, res) => void res.writeHead(200, { 'content-encoding': 'gzip' }).end('text'),
      'bad-answer',
      /damaged/,
    ],
    [
      'says br and sends text',
      (_, res) => void res.writeHead(200, { 'content-encoding': 'br' }).end('no brotli, surely not'),
      'bad-answer',
      /damaged/,
    ],
    [
      'uses an unknown coding',
      (_, res) => void res.writeHead(200, { 'content-encoding': 'lzw' }).end('x'),
      'bad-answer',
      /unknown way/,
    ],
    [
      'sends 100 kB of headers',
      (_, res) => void res.writeHead(200, { 'x-a': 'x'.repeat(100_000) }).end(),
      'too-large',
      /headers/,
    ],
  ])('%s', async (_, answer, code, words) => {
    handle = answer;
    const whole = get('/', { headTimeout: 200, bodyTimeout: 200 }).then((response) => response.text(1000));
    await expect(whole).rejects.toMatchObject({
      code,
      host: server.host,
      message: expect.stringMatching(words),
    });
  });

  it('speaks something else than HTTP', async () => {
    const tcp = createTcpServer((socket) => void socket.end('SSH-2.0-x\r\n')).listen(0, '127.0.0.1');
    await new Promise((resolve) => tcp.once('listening', resolve));
    const url = `http://127.0.0.1:${(tcp.address() as AddressInfo).port}/`;
    await expect(client.request({ method: 'GET', url })).rejects.toMatchObject({ code: 'bad-answer' });
    await expect(client.request({ method: 'GET', url: url.replace('http', 'https') })).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/plain http server/),
    });
    tcp.close();
  });

  it('refuses the connection', async () => {
    const gone = await startServer(() => undefined);
    await gone.close();
    await expect(client.request({ method: 'GET', url: gone.url })).rejects.toMatchObject({
      code: 'unreachable',
      retryable: true,
      message: `cannot reach ${gone.host}: connection refused; check that the server runs and the port is right`,
    });
  });

  it('has a name that does not exist', async () => {
    await expect(client.request({ method: 'GET', url: 'http://registry.invalid/' })).rejects.toMatchObject({
      code: 'unreachable',
      host: 'registry.invalid',
      message: expect.stringMatching(/DNS/),
    });
  });

  it('is given up at once where the signal says so, before and in the body', async () => {
    handle = (req, res) => (req.url === '/body' ? void res.write('half') : undefined);
    const before = new AbortController();
    const waiting = get('/head', { signal: before.signal });
    before.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'aborted' });
    const during = new AbortController();
    const answer = await get('/body', { signal: during.signal });
    const reading = answer.text(100);
    during.abort();
    await expect(reading).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('addresses', () => {
  it.each(['ftp://h/', 'file:///etc/passwd', 'no address', '/relative'])('refuses %s', async (url) => {
    await expect(client.request({ method: 'GET', url })).rejects.toMatchObject({ code: 'usage' });
  });

  it('refuses user info without showing it', async () => {
    await expect(client.request({ method: 'GET', url: 'https://ann:hunter2@h.test/' })).rejects.toSatisfy(
      (error: Error) => error.message.includes('h.test') && !/ann|hunter2/.test(error.message),
    );
  });
});

describe('proxy', () => {
  it('sends plain http through it', async () => {
    const viaProxy = createHttpClient({ proxy: other.url });
    const answer = await viaProxy.request({ method: 'GET', url: 'http://registry.invalid/v2/' });
    expect(await answer.text(100)).toBe('other');
    expect(otherSaw[0]?.url).toBe('http://registry.invalid/v2/');
    await viaProxy.close();
  });
});
