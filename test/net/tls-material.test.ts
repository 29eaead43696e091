import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import type { ServerOptions } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpClient } from '../../src/net/client.ts';
import { requestFailure } from '../../src/net/failures.ts';
import { withRenewal } from '../../src/net/renewal.ts';
import type { TlsMaterial } from '../../src/net/tls-material.ts';
import { createHttpClient, type HttpClientOptions } from '../../src/net/undici-client.ts';
import { startConnectProxy } from './connect-proxy.ts';
import { pem, startTlsServer } from './tls-server.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const ca = pem('ca.pem');
const own = { cert: pem('client.pem'), key: pem('client.key') };
const strange = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();
const locked = createPrivateKey(own.key)
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open sesame' })
  .toString();

/** @returns its address */
async function serve(options: ServerOptions = {}): Promise<string> {
  const server = await startTlsServer(
    { key: pem('good.key'), cert: pem('good.pem'), ...options },
    (request, response) => {
      const { subject } = (request.socket as import('node:tls').TLSSocket).getPeerCertificate();
      response.end(`hello ${(subject as { CN?: string } | undefined)?.CN ?? 'stranger'}`);
    },
  );
  closers.push(() => server.close());
  return server.host;
}

/** Servers that want a certificate, and trust the tests' own. */
const demanding = { requestCert: true, rejectUnauthorized: true, ca: own.cert };

function client(options: HttpClientOptions): HttpClient {
  const made = createHttpClient(options);
  closers.push(() => made.close());
  return made;
}

async function ask(from: HttpClient, host: string): Promise<string> {
  return (await from.request({ method: 'GET', url: `https://${host}/` })).text(100);
}

/** As where a wrong passphrase happens to fit the padding. */
const nonsense = '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n';

describe('a client certificate', () => {
  it.each([
    ['with a plain key', own],
    ['with a locked key', { ...own, key: locked, passphrase: 'open sesame' }],
  ])('is shown to who asks for it: %s', async (_label, clientCertificate) => {
    expect(await ask(client({ ca, clientCertificate }), await serve(demanding))).toBe(
      'hello tallyman test client',
    );
  });

  it('that is missing is asked for, in words', async () => {
    const host = await serve({ ...demanding, maxVersion: 'TLSv1.2' });
    await expect(ask(client({ ca }), host)).rejects.toMatchObject({
      code: 'unreachable',
      host,
      message: expect.stringContaining('may want a client certificate (set clientCertificate)') as string,
    });
  });

  // The words of OpenSSL's own server, which Node's does not send.
  it.each([
    [
      'missing, TLS 1.3',
      'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
      '0A00045C',
      'it wants a client certificate (set clientCertificate)',
    ],
    ['missing, TLS 1.2', 'EPROTO', '0A000410', 'it may want a client certificate'],
    [
      'not trusted, TLS 1.3',
      'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
      '0A000418',
      'does not accept our client certificate',
    ],
    ['expired', 'EPROTO', '0A000415', 'does not accept our client certificate'],
    ['no TLS at all', 'EPROTO', '0A00010B', 'does not speak TLS on this port'],
  ])('that is refused is told by the alert: %s', (_label, code, number, words) => {
    const error = Object.assign(
      new Error(`write EPROTO 402D:error:${number}:SSL routines:ssl3_read_bytes:alert`),
      { code },
    );
    expect(requestFailure(error, 'git.example.com').message).toContain(words);
  });

  it.each([
    ['the key of another one', { ...own, key: strange }, 'its key belongs to another certificate'],
    ['a locked key without passphrase', { ...own, key: locked }, 'its key does not open'],
    ['a wrong passphrase', { ...own, key: locked, passphrase: 'open barley' }, 'its key does not open'],
    ['a locked key that opens to nonsense', { ...own, key: nonsense }, 'its key does not open'],
    ['no certificate', { ...own, cert: 'hunter22' }, 'cert or key is not in PEM'],
    ['no key', { ...own, key: 'hunter22' }, 'cert or key is not in PEM'],
  ])(
    'that cannot be used is refused before anything is sent: %s',
    async (_label, clientCertificate, words) => {
      const asked = ask(client({ ca, clientCertificate }), '127.0.0.1:1');
      await expect(asked).rejects.toMatchObject({
        code: 'invalid-config',
        message: expect.stringContaining(words) as string,
      });
      await expect(asked).rejects.not.toThrow(/hunter22|open barley/);
    },
  );
});

describe('an authority', () => {
  it.each([
    ['no certificate', 'hunter22'],
    ['nothing', ''],
    ['a damaged one', ca.replace(/\n[^-]{8}/, '\nAAAAAAAA')],
    ['a key', own.key],
  ])('that is none is refused: %s', async (_label, text) => {
    await expect(ask(client({ ca: text }), '127.0.0.1:1')).rejects.toMatchObject({
      code: 'invalid-config',
      message: 'the ca holds no certificates in PEM that can be read',
    });
  });

  it('may be one of several', async () => {
    expect(await ask(client({ ca: `# ours\n${own.cert}\n${ca}` }), await serve())).toBe('hello stranger');
  });
});

interface Opened {
  closed: boolean;
}

/** A client, and whether it was closed. */
function counted(material: TlsMaterial, opened: Opened[]): HttpClient {
  const made = createHttpClient(material);
  const seen = { closed: false };
  opened.push(seen);
  return {
    request: (request) => made.request(request),
    close: async () => ((seen.closed = true), made.close()),
  };
}

describe('certificates that change', () => {
  it('count at the next request, and old clients are closed', async () => {
    const host = await serve({ ...demanding, rejectUnauthorized: false });
    const opened: Opened[] = [];
    let material: TlsMaterial = { ca };
    const renewed = withRenewal(
      'of repository fleet',
      async () => material,
      (given) => counted(given, opened),
    );
    expect(await ask(renewed, host)).toBe('hello stranger');
    expect(await ask(renewed, host)).toBe('hello stranger');
    expect(opened).toHaveLength(1);
    material = { ca, clientCertificate: own };
    expect(await ask(renewed, host)).toBe('hello tallyman test client');
    material = { ca };
    expect(await ask(renewed, host)).toBe('hello stranger');
    expect(opened.map(({ closed }) => closed)).toEqual([true, false, false]);
    await renewed.close();
    expect(opened.every(({ closed }) => closed)).toBe(true);
    await expect(ask(renewed, host)).rejects.toMatchObject({ code: 'aborted' });
  });

  it('are told by whose they are where the new ones are broken, and what was open stays open', async () => {
    const host = await serve();
    const opened: Opened[] = [];
    let material: TlsMaterial = { ca };
    const renewed = withRenewal(
      'of repository fleet',
      async () => material,
      (given) => counted(given, opened),
    );
    closers.push(() => renewed.close());
    expect(await ask(renewed, host)).toBe('hello stranger');
    material = { ca: 'half a file' };
    for (let times = 0; times < 3; times++) {
      await expect(ask(renewed, host)).rejects.toMatchObject({
        code: 'invalid-config',
        message: 'the ca of repository fleet holds no certificates in PEM that can be read',
      });
    }
    material = { ca };
    expect(await ask(renewed, host)).toBe('hello stranger');
    expect(opened).toEqual([{ closed: false }]);
  });
});

describe('a proxy', () => {
  it('carries https unseen, to the host that was asked for', async () => {
    const proxy = await startConnectProxy();
    closers.push(() => proxy.close());
    const host = await serve(demanding);
    const through = client({ ca, clientCertificate: own, proxy: proxy.url });
    expect(await ask(through, host)).toBe('hello tallyman test client');
    expect(proxy.tunnels).toEqual([host]);
  });

  it('is taken from the environment that was handed in, but for the exceptions', async () => {
    const proxy = await startConnectProxy('hunter22');
    closers.push(() => proxy.close());
    const host = await serve();
    const login = proxy.url.replace('//', '//bot:hunter22@');
    const by = (except: string): HttpClient => client({ ca, proxy: { http: '', https: login, except } });
    expect(await ask(by('example.com'), host)).toBe('hello stranger');
    expect(proxy.tunnels).toEqual([host]);
    expect(await ask(by('127.0.0.1'), host)).toBe('hello stranger');
    expect(await ask(client({ ca, proxy: { http: login, https: '', except: '*' } }), host)).toBe(
      'hello stranger',
    );
    expect(proxy.tunnels).toHaveLength(1);
  });

  it.each([
    ['that wants a password', async () => (await started('hunter22')).url],
    ['with a wrong password', async () => (await started('hunter22')).url.replace('//', '//bot:hunter23@')],
    ['that is not there', async () => 'http://127.0.0.1:1'],
  ])('is told, without its password: %s', async (_label, address) => {
    const host = await serve();
    const asked = ask(client({ ca, proxy: await address() }), host);
    await expect(asked).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('proxy') as string,
    });
    await expect(asked).rejects.not.toThrow(/hunter/);
  });
});

async function started(password: string) {
  const proxy = await startConnectProxy(password);
  closers.push(() => proxy.close());
  return proxy;
}
