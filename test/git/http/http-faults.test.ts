import { describe, expect, it } from 'vitest';
import type { Transport } from '../../../src/git/transport.ts';
import {
  advertisementType,
  cannedServers,
  id,
  listing,
  main,
  resultType,
  sends,
  speaks,
} from './canned-server.ts';
import { band, wire } from '../wire/wire.ts';

const open = cannedServers();

describe('statuses', () => {
  const html = '<html>Sign in</html>';
  it.each([
    [
      'wants credentials',
      sends(401, 'text/html', html),
      'auth-failed',
      false,
      /wants credentials .*set auth/,
    ],
    [
      'may not',
      sends(403, 'text/plain', 'No\u0007 way.\n'),
      'forbidden',
      false,
      /read .*\(403\); it says: No way\.$/,
    ],
    [
      'not there',
      sends(404, 'text/html', html),
      'not-found',
      false,
      /no repository at .*\/fleet\.git \(404\)/,
    ],
    ['gone', sends(410, 'text/html', html), 'not-found', false, /no repository/],
    ['too often', sends(429, 'text/html', '', { 'retry-after': '7' }), 'rate-limited', true, /in 7 seconds/],
    ['broken', sends(500, 'text/html', html), 'unreachable', true, /failed \(500\)/],
    ['no gateway', sends(502, 'text/plain', 'x'.repeat(9000)), 'unreachable', true, /failed \(502\)/],
    ['strange', sends(418, 'text/html', html), 'bad-answer', false, /answered 418/],
    ['a page', sends(200, 'text/html', html), 'bad-answer', false, /"text\/html".*not git/],
    ['plain files', sends(200, 'text/plain', `${id}\t${main}\n`), 'bad-answer', false, /"dumb" protocol/],
    ['no protocol', sends(200, advertisementType, html), 'bad-answer', false, /not git's wire format/],
  ] as const)('become failures with the host: %s', async (_label, handler, code, retryable, message) => {
    const { transport, server } = await open(handler);
    const failed = transport.listRefs([main]);
    await expect(failed).rejects.toMatchObject({ code, retryable, host: server.host });
    await expect(failed).rejects.toThrow(message);
  });

  it('tell how long to wait', async () => {
    const { transport } = await open(sends(503, 'text/plain', '', { 'retry-after': '7' }));
    await expect(transport.listRefs([main])).rejects.toMatchObject({ retryAfter: 7000 });
  });

  it.each([
    ['basic', { kind: 'basic', username: 'bot', password: 'hunter22&x' }],
    ['bearer', { kind: 'bearer', token: 'hunter22&x' }],
  ] as const)('show no credential that the server echoes: %s', async (_label, credentials) => {
    const basic = Buffer.from('bot:hunter22&x').toString('base64');
    const echo = `you sent hunter22&x, hunter22%26x and ${basic}`;
    for (const status of [401, 403, 404, 500]) {
      const { transport } = await open(sends(status, 'text/plain', echo), {
        credentials: async () => credentials,
      });
      const failure: unknown = await transport.listRefs([main]).catch((error: unknown) => error);
      expect(String(failure)).toContain('you sent ***');
      expect(String(failure)).not.toContain('hunter22');
      expect(String(failure).includes(basic)).toBe(credentials.kind === 'bearer');
    }
    const { transport } = await open(sends(200, advertisementType, wire(`ERR ${echo}\n`)), {
      credentials: async () => credentials,
    });
    await expect(transport.listRefs([main])).rejects.toThrow('you sent ***, *** and ');
  });
});

describe('a secret', () => {
  it.each([
    ['that is cut off with the words', `${'x'.repeat(1990)} hunter22-and-much-more`],
    ['that is hidden among control characters', 'you sent hun\u0000ter22-and-much-more'],
  ])('is not shown: %s', async (_label, words) => {
    const { transport } = await open(sends(403, 'text/plain', words), {
      credentials: async () => ({ kind: 'bearer', token: 'hunter22-and-much-more' }),
    });
    const work = transport.listRefs([main]);
    await expect(work).rejects.toThrow('***');
    await expect(work).rejects.not.toThrow('hunter');
  });
});

describe('a server that breaks', () => {
  const half = Buffer.concat([wire('packfile\n'), band(1, 'PACK and more')]);

  it('by hanging is given up', async () => {
    const { transport } = await open(() => undefined, { headTimeout: 50 });
    await expect(transport.listRefs([main])).rejects.toMatchObject({ code: 'timeout', retryable: true });
  });

  it('by going silent in the middle of a pack is given up', async () => {
    const stalls = speaks((_request, response) => {
      response.writeHead(200, { 'content-type': resultType }).write(half);
    });
    const { transport } = await open(stalls, { bodyTimeout: 50 });
    await expect(fetchAll(transport)).rejects.toMatchObject({ code: 'timeout', retryable: true });
  });

  it('by cutting the connection in the middle of a pack is told', async () => {
    const { transport } = await open(
      speaks((_request, response) => {
        response.writeHead(200, { 'content-type': resultType }).write(half, () => response.destroy());
      }),
    );
    await expect(fetchAll(transport)).rejects.toMatchObject({ code: 'unreachable', retryable: true });
  });

  it('by ending early is told, at every byte', async () => {
    const whole = Buffer.concat([half, wire(null)]);
    let length = 0;
    const { transport } = await open(
      speaks((request, response) => {
        sends(200, resultType, whole.subarray(0, length))(request, response);
      }),
    );
    for (; length < whole.length; length++) {
      await expect(fetchAll(transport), `after ${length} bytes`).rejects.toMatchObject({
        code: 'bad-answer',
        retryable: true,
      });
    }
    expect(await fetchAll(transport)).toBe('PACK and more'.length);
  });

  it('by sending too much is given up', async () => {
    const { transport } = await open(speaks(sends(200, resultType, half)), { packLimit: 20 });
    await expect(fetchAll(transport)).rejects.toMatchObject({ code: 'too-large' });
    const other = await open(speaks(sends(200, resultType, listing)), { listLimit: 40 });
    await expect(other.transport.listRefs([main])).rejects.toMatchObject({ code: 'too-large' });
  });

  it('is left at once when the work is stopped', async () => {
    const stop = new AbortController();
    const { transport } = await open(() => {
      stop.abort();
    });
    await expect(transport.listRefs([main], stop.signal)).rejects.toMatchObject({ code: 'aborted' });
  });

  it.each([
    ['while credentials are asked for', (stop: AbortController): void => stop.abort()],
    ['after that', (): void => undefined],
  ])('is left at once when the work is stopped %s', async (_, whenAsked) => {
    const stop = new AbortController();
    // Who makes the token hangs.
    const credentials = async (): Promise<undefined> => {
      whenAsked(stop);
      return new Promise(() => undefined);
    };
    const { transport } = await open(sends(401, 'text/html', ''), { credentials });
    const listing = transport.listRefs([main], stop.signal);
    stop.abort();
    await expect(listing).rejects.toMatchObject({
      code: 'aborted',
      message: expect.stringContaining('credentials') as string,
    });
  });
});

async function fetchAll(transport: Transport): Promise<number> {
  const { pack } = await transport.fetch({ wants: [id], haves: [], shallow: [] });
  let size = 0;
  for await (const part of pack) size += part.length;
  return size;
}

describe('a connection that the server closed', () => {
  it('is opened again, once, for what only reads', async () => {
    const { transport } = await open(cutting(1));
    expect(await transport.listRefs([main])).toEqual([{ name: main, id }]);
    const { transport: broken, seen } = await open(cutting(9));
    await expect(broken.listRefs([main])).rejects.toMatchObject({ code: 'unreachable', retryable: true });
    expect(seen.filter(({ method }) => method === 'POST').length).toBe(2);
  });
});

/** Cuts the first ones of what is posted, before any answer. */
function cutting(cut: number): ReturnType<typeof speaks> {
  let posts = 0;
  return speaks((request, response) => {
    if (++posts <= cut) request.socket.destroy();
    else sends(200, resultType, listing)(request, response);
  });
}
