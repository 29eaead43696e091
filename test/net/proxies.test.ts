import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { readProxyAddress } from '../../src/net/proxy-address.ts';
import { createHttpClient, type HttpClientOptions } from '../../src/net/undici-client.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A proxy that does as it likes. @returns its host */
async function startProxy(
  tunnel: (socket: Socket) => void,
  plain: RequestListener = () => {},
): Promise<string> {
  const server = createServer(plain);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket.on('error', () => undefined)));
  server.on('connect', (_request, socket: Socket) => tunnel(socket));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closers.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function ask(url: string, proxy: HttpClientOptions['proxy']): Promise<number> {
  const client = createHttpClient({ proxy, connectTimeout: 200 });
  closers.push(() => client.close());
  const answer = await client.request({ method: 'GET', url });
  await answer.discard();
  return answer.status;
}

const https = 'https://git.invalid/';

describe('a proxy that fails is told as such, with both hosts', () => {
  it.each([
    ['falls silent', () => {}, 'timeout', 'did not answer in time'],
    ['hangs up', (socket: Socket) => void socket.destroy(), 'unreachable', 'cut the connection'],
    ['is no proxy', (socket: Socket) => void socket.end('SSH-2.0-x\r\n'), 'bad-answer', 'is not HTTP'],
  ])('where it %s', async (_, tunnel, code, words) => {
    const proxy = await startProxy(tunnel);
    await expect(ask(https, `http://${proxy}`)).rejects.toMatchObject({
      code,
      host: 'git.invalid',
      message: expect.stringMatching(
        new RegExp(`^the proxy on the way to git.invalid opens no connection: ${proxy} .*${words}`),
      ) as string,
    });
  });

  it('where it answers in place of the host', async () => {
    const proxy = await startProxy((socket) => {
      socket.end('HTTP/1.1 200 OK\r\n\r\n<html>Sign in to this network</html>');
    });
    await expect(ask(https, `http://${proxy}`)).rejects.toThrow(`through the proxy ${proxy}`);
  });

  it('where it wants credentials for plain http', async () => {
    const proxy = await startProxy(
      () => {},
      (_request, response) => response.writeHead(407).end(),
    );
    const asked = ask('http://git.invalid/', {
      http: `http://${proxy}`,
      https: 'http://127.0.0.1:1',
      except: '',
    });
    await expect(asked).rejects.toMatchObject({
      code: 'unreachable',
      message: `the proxy ${proxy} opens no connection to git.invalid: it wants other credentials (407)`,
    });
  });
});

describe('the environment', () => {
  it('may name a proxy without its scheme', async () => {
    const proxy = await startProxy(
      () => {},
      (_request, response) => response.writeHead(204).end(),
    );
    expect(await ask('http://git.invalid/', { http: proxy, https: '', except: '' })).toBe(204);
  });

  it.each(['socks5://bot:hunter22@127.0.0.1:1', 'a proxy', 'http://bot:%zz@127.0.0.1:1', 'http://'])(
    'is refused by name where it holds %j',
    async (address) => {
      const asked = ask(https, { http: '', https: address, except: '' });
      await expect(asked).rejects.toMatchObject({
        code: 'invalid-config',
        message: expect.stringMatching(/^HTTPS_PROXY holds no address of a proxy/) as string,
      });
      await expect(asked).rejects.not.toThrow(/hunter22/);
    },
  );

  it('is read as everywhere', () => {
    expect(readProxyAddress('[::1]:3128')?.href).toBe('http://[::1]:3128/');
    expect(readProxyAddress('bot:pass@proxy:3128')?.username).toBe('bot');
    expect(readProxyAddress('HTTPS://proxy')?.href).toBe('https://proxy/');
  });
});
