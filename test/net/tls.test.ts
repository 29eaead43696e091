import { afterEach, describe, expect, it } from 'vitest';
import { requestFailure } from '../../src/net/failures.ts';
import { createHttpClient } from '../../src/net/undici-client.ts';
import { pem, startTlsServer } from './tls-server.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** An https server on loopback with one of the certificates. @returns its address */
async function serve(certificate: 'good' | 'other' | 'expired'): Promise<string> {
  const options = { key: pem(`${certificate}.key`), cert: pem(`${certificate}.pem`) };
  const server = await startTlsServer(options, (_, response) => response.end('hello'));
  closers.push(() => server.close());
  return server.host;
}

function client(ca?: string) {
  const made = createHttpClient(ca === undefined ? {} : { ca });
  closers.push(() => made.close());
  return made;
}

describe('https', () => {
  it('works where the authority is given', async () => {
    const host = await serve('good');
    const answer = await client(pem('ca.pem')).request({ method: 'GET', url: `https://${host}/` });
    expect(await answer.text(100)).toBe('hello');
  });

  it.each([
    ['an authority that nobody knows', 'good', undefined, 'authority that is not trusted here (set its CA)'],
    ['a certificate for another name', 'other', 'ca.pem', 'its certificate is for another name'],
    ['an expired certificate', 'expired', 'ca.pem', 'its certificate has expired'],
  ] as const)('gives up on %s, in words, with the host', async (_, certificate, ca, words) => {
    const host = await serve(certificate);
    const request = client(ca && pem(ca)).request({ method: 'GET', url: `https://${host}/` });
    await expect(request).rejects.toMatchObject({
      code: 'unreachable',
      host,
      message: expect.stringContaining(words) as string,
    });
  });

  it('tells a server that is too old, without the words of the library', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' } as const;
    const options = { key: pem('good.key'), cert: pem('good.pem'), ...old };
    const server = await startTlsServer(options, (_, response) => response.end('hello'));
    closers.push(() => server.close());
    const request = client(pem('ca.pem')).request({ method: 'GET', url: `https://${server.host}/` });
    await expect(request).rejects.toMatchObject({
      code: 'unreachable',
      retryable: false,
      message: `cannot reach ${server.host} by TLS: it speaks no version of TLS that is new enough (1.2 at least); the connection was given up`,
    });
  });

  it('shows only the reason of what OpenSSL says otherwise', () => {
    const error = new Error(
      '40DD:error:0A0000C1:SSL routines:tls_post_process:no shared cipher:../deps/x.c:918:',
    );
    expect(requestFailure(error, 'git.test').message).toBe(
      'cannot reach git.test by TLS: OpenSSL says "no shared cipher"; the connection was given up',
    );
  });
});
