import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startServer, type RunningServer } from '../../src/http/server.ts';

let server: RunningServer;
let reasons: string[] = [];
let render: () => Promise<string>;

beforeEach(async () => {
  reasons = [];
  render = () => Promise.resolve('a_metric 1\n');
  server = await startServer({
    listen: { host: '127.0.0.1', port: 0 },
    metrics: { render: () => render(), contentType: 'text/plain; version=0.0.4' },
    ready: () => reasons,
  });
});

afterEach(() => server.close());

async function get(path: string, init: RequestInit = {}) {
  const response = await fetch(`http://${server.address}${path}`, init);
  return { status: response.status, headers: response.headers, body: await response.text() };
}

describe('routes', () => {
  it('/healthz answers while the process lives, ready or not', async () => {
    reasons = ['fleet: not synced yet'];
    expect(await get('/healthz')).toMatchObject({ status: 200, body: '{"status":"ok"}' });
  });

  it('/readyz tells why not', async () => {
    reasons = ['fleet: not synced yet'];
    expect(await get('/readyz')).toMatchObject({
      status: 503,
      body: '{"status":"not ready","reasons":["fleet: not synced yet"]}',
    });
    reasons = [];
    expect(await get('/readyz')).toMatchObject({ status: 200, body: '{"status":"ok"}' });
  });

  it('/metrics is text of the right kind', async () => {
    const answer = await get('/metrics');
    expect(answer).toMatchObject({ status: 200, body: 'a_metric 1\n' });
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4');
  });

  it.each(['/', '/metrics/x', '/healthz/..%2fx', '/%2e%2e/etc/passwd', '/READYZ'])(
    '%s is 404 in JSON',
    async (path) => {
      expect(await get(path)).toMatchObject({ status: 404, body: '{"error":"there is nothing here"}' });
    },
  );

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s is refused', async (method) => {
    const answer = await get('/healthz', { method });
    expect(answer).toMatchObject({ status: 405, body: '{"error":"only GET is answered here"}' });
    expect(answer.headers.get('allow')).toBe('GET, HEAD');
  });

  it('HEAD has no body', async () => {
    expect(await get('/healthz', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  });

  it('says nothing about a bug but that there is one', async () => {
    render = () => Promise.reject(new Error('with a secret'));
    expect(await get('/metrics')).toMatchObject({ status: 500, body: '{"error":"internal error"}' });
    expect((await get('/healthz')).status).toBe(200);
  });

  it.each([
    [
      'headers that are too long',
      `GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
      /^HTTP\/1\.1 431 /,
    ],
    ['what is no HTTP', 'hello\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['a host that is none', 'GET / HTTP/1.1\r\nhost: a b\r\nconnection: close\r\n\r\n', /^HTTP\/1\.1 400 /],
  ])('refuses %s', async (_label, request, expected) => {
    expect(await raw(request)).toMatch(expected);
  });
});

describe('startServer', () => {
  it('says which address is taken', async () => {
    const [host = '', port = ''] = server.address.split(':');
    const second = startServer({
      listen: { host, port: Number(port) },
      metrics: { render: () => render(), contentType: 'text/plain' },
      ready: () => [],
    });
    await expect(second).rejects.toMatchObject({
      code: 'invalid-config',
      message: `cannot listen on ${server.address}: another process listens there; change server.listen`,
    });
  });

  it('closes although a connection is kept open, and takes no more', async () => {
    const [host = '', port = ''] = server.address.split(':');
    const socket = connect(Number(port), host);
    await new Promise((resolve) => socket.once('connect', resolve));
    await server.close();
    await expect(get('/healthz')).rejects.toThrow('fetch failed');
    socket.destroy();
  });

  it('lets an answer on its way out', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const asked = Promise.withResolvers<void>();
    render = () => {
      asked.resolve();
      return promise;
    };
    const answer = get('/metrics');
    await asked.promise;
    const closing = server.close();
    resolve('late 1\n');
    expect(await answer).toMatchObject({ status: 200, body: 'late 1\n' });
    await closing;
  });
});

async function raw(request: string): Promise<string> {
  const [host = '', port = ''] = server.address.split(':');
  const socket = connect(Number(port), host);
  socket.end(request);
  let answer = '';
  for await (const part of socket) answer += String(part);
  return answer;
}
