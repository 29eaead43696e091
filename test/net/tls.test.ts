import { afterEach, describe, expect, it } from 'vitest';
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
});
