import { describe, expect, it } from 'vitest';
import type { PushRequest, Transport } from '../../../src/git/transport.ts';
import { band, wire } from '../wire/wire.ts';
import {
  cannedServers,
  id,
  listing,
  main,
  resultType,
  sends,
  speaks,
  type Handler,
} from './canned-server.ts';

const open = cannedServers();
const newId = '2'.repeat(40) as PushRequest['newId'];
const push: PushRequest = { ref: main, oldId: id, newId, options: [], pack: Buffer.from('PACK') };
const report = Buffer.concat([wire('unpack ok\n', `ok ${main}\n`, null)]);
const advertisedPush = wire(
  '# service=git-receive-pack\n',
  null,
  `${id} ${main}\0report-status side-band-64k\n`,
  null,
);

/** Answers `first`, and then `more` again and again, without an end. */
function goesOn(type: string, first: Uint8Array, more: Uint8Array): Handler {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': type }).write(first);
    const timer = setInterval(() => response.write(more), 5);
    response.once('close', () => clearInterval(timer));
  };
}

/** Takes pushes, with this answer to what is posted. */
function receives(post: Handler): Handler {
  return (request, response) => {
    const type = 'application/x-git-receive-pack-advertisement';
    if (request.method === 'GET') sends(200, type, advertisedPush)(request, response);
    else post(request, response);
  };
}

async function fetchAll(transport: Transport): Promise<void> {
  const { pack } = await transport.fetch({ wants: [id], haves: [], shallow: [] });
  for await (const part of pack) expect(part.length).toBeGreaterThan(0);
}

describe('a git server that shows signs of life, and nothing more, is given up', () => {
  it('in a list of refs', async () => {
    const handler = speaks(goesOn(resultType, Buffer.alloc(0), listing.subarray(0, -4)));
    const { transport, server } = await open(handler, { listTimeout: 60 });
    await expect(transport.listRefs([main])).rejects.toMatchObject({
      code: 'timeout',
      retryable: true,
      message: `${server.host} was still answering after 0.06 seconds; it was given up`,
    });
  });

  it('in a pack that it prepares for ever', async () => {
    const { transport } = await open(speaks(goesOn(resultType, wire('packfile\n'), band(1, ''))), {
      fetchTimeout: 60,
    });
    await expect(fetchAll(transport)).rejects.toMatchObject({ code: 'timeout', retryable: true });
  });

  it('while a hook of a push hangs', async () => {
    const type = 'application/x-git-receive-pack-result';
    const { transport } = await open(receives(goesOn(type, band(2, 'checking\n'), band(1, ''))), {
      pushTimeout: 60,
    });
    await expect(transport.push(push)).rejects.toMatchObject({ code: 'timeout', retryable: true });
  });
});

describe('a push', () => {
  it.each<[string, (whole: Buffer) => Handler]>([
    ['goes silent', (whole) => (_, response) => void begin(response).write(whole)],
    [
      'cuts the connection',
      (whole) => (_, response) => void begin(response).write(whole, () => response.destroy()),
    ],
  ])('whose report came whole is done, also where the server then %s', async (_label, handler) => {
    const whole = Buffer.concat([band(1, report), wire(null)]);
    const { transport } = await open(receives(handler(whole)), { bodyTimeout: 100 });
    expect(await transport.push(push)).toEqual({ kind: 'ok' });
  });
});

function begin(response: Parameters<Handler>[1]): typeof response {
  return response.writeHead(200, { 'content-type': 'application/x-git-receive-pack-result' });
}
