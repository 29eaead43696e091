import type { IncomingMessage, ServerResponse } from 'node:http';
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

describe('redirects', () => {
  const secret = { authorization: 'Bearer abcd', cookie: 'c=d', 'x-kept': 'yes' };

  it('follows five on the same origin with credentials, not six', async () => {
    handle = (req, res) => {
      const left = Number(req.url?.slice(1));
      if (left === 0) res.end(req.headers.authorization);
      else res.writeHead(302, { location: `/${left - 1}` }).end('x');
    };
    const answer = await get('/5', { headers: secret });
    expect(await answer.text(100)).toBe('Bearer abcd');
    expect(answer.url).toBe(`${server.url}/0`);
    await expect(get('/6')).rejects.toMatchObject({ code: 'bad-answer' });
  });

  it('does not leave the origin unless told to', async () => {
    handle = (_, res) => res.writeHead(307, { location: `${other.url}/x` }).end();
    await expect(get('/', { headers: secret })).rejects.toMatchObject({
      code: 'bad-answer',
      host: server.host,
    });
    expect(otherSaw).toEqual([]);
  });

  it('drops credentials on another origin, for good', async () => {
    handle = (req, res) => res.writeHead(307, { location: `${other.url}/x` }).end(req.url);
    const answer = await get('/', { headers: secret, redirect: 'drop-credentials' });
    expect(await answer.text(100)).toBe('other');
    expect(otherSaw[0]?.headers).toMatchObject({ 'x-kept': 'yes' });
    expect(otherSaw[0]?.headers).not.toHaveProperty('authorization');
    expect(otherSaw[0]?.headers).not.toHaveProperty('cookie');
  });

  it('gives a redirect back where asked to', async () => {
    handle = (_, res) => res.writeHead(302, { location: '/x' }).end();
    expect((await get('/', { redirect: 'manual' })).status).toBe(302);
  });

  it.each([
    ['302 of a POST', 302, '/x', 'same-origin', /POST request by status 302/],
    ['a body elsewhere', 307, 'other', 'drop-credentials', /with a body to another origin/],
    ['to no http address', 307, 'file:///etc/passwd', 'drop-credentials', /not an http address/],
    ['to user info', 303, 'http://a:b@localhost/', 'drop-credentials', /user name or password; this is not/],
    ['to user info here', 307, 'user info', 'same-origin', /user name or password; this is not/],
  ] as const)('refuses %s', async (_, status, location, redirect, words) => {
    const places: Readonly<Record<string, string>> = {
      other: other.url,
      'user info': server.url.replace('//', '//a:b@'),
    };
    handle = (_req, res) => res.writeHead(status, { location: places[location] ?? location }).end();
    const sent = client.request({ method: 'POST', url: server.url, body: 'b', redirect });
    await expect(sent).rejects.toMatchObject({
      code: 'bad-answer',
      message: expect.stringMatching(words) as string,
    });
    expect(otherSaw).toEqual([]);
  });

  it('turns 303 into GET without the body', async () => {
    handle = (req, res) => {
      if (req.url === '/') res.writeHead(303, { location: '/done' }).end();
      else res.end(`${req.method} ${req.headers['content-type']} ${req.headers['content-length']}`);
    };
    const answer = await client.request({
      method: 'POST',
      url: server.url,
      body: 'b',
      headers: { 'content-type': 'text/plain' },
    });
    expect(await answer.text(100)).toBe('GET undefined undefined');
  });

  it('that are refused give their connection back, however much came with them', async () => {
    handle = (req, res) => {
      if (req.url === '/fine') res.end('fine');
      else res.writeHead(302, { location: `${other.url}/` }).end('x'.repeat(1_000_000));
    };
    const narrow = createHttpClient({ connections: 1 });
    const ask = async (path: string): Promise<string> => {
      const answer = await narrow.request({ method: 'GET', url: `${server.url}${path}` });
      return answer.text(100);
    };
    await expect(ask('/away')).rejects.toMatchObject({ code: 'bad-answer' });
    expect(await ask('/fine')).toBe('fine');
    await narrow.close();
  });
});
