import { describe, expect, it } from 'vitest';
import type { GitCredentialSource } from '../../../src/git/http/endpoint.ts';
import { openHttpTransport } from '../../../src/git/http/http-transport.ts';
import { createHttpClient } from '../../../src/net/undici-client.ts';
import type { CommitId } from '../../../src/release/log.ts';
import {
  advertisement,
  advertisementType,
  cannedServers,
  id,
  listing,
  main,
  resultType,
  sends,
  speaks,
  type Handler,
} from './canned-server.ts';
import { band, wire } from '../wire/wire.ts';

const open = cannedServers();

describe('requests', () => {
  it('of a first listing are two, of each later one is one', async () => {
    const { transport, seen } = await open(speaks(sends(200, resultType, listing)));
    expect(await transport.listRefs([main])).toEqual([{ name: main, id }]);
    await transport.listRefs([main]);
    await transport.listRefs([main]);
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /fleet.git/info/refs?service=git-upload-pack',
      'POST /fleet.git/git-upload-pack',
      'POST /fleet.git/git-upload-pack',
      'POST /fleet.git/git-upload-pack',
    ]);
    for (const { headers } of seen) {
      expect(headers).toMatchObject({ 'git-protocol': 'version=2', 'user-agent': 'git/tallyman' });
      expect(headers.authorization).toBeUndefined();
    }
  });

  it('go to the repository, with or without a slash at the end of its url', async () => {
    const { server, seen } = await open(speaks(sends(200, resultType, listing)));
    const client = createHttpClient();
    await openHttpTransport({ url: `${server.url}/a/b//`, client }).listRefs([main]);
    await client.close();
    expect(seen.map(({ url }) => url)).toEqual([
      '/a/b/info/refs?service=git-upload-pack',
      '/a/b/git-upload-pack',
    ]);
  });

  it('carry the credentials of the moment', async () => {
    const tokens = ['first', 'second'];
    const credentials = async (): Promise<{ kind: 'bearer'; token: string }> => ({
      kind: 'bearer',
      token: tokens.shift() ?? 'none left',
    });
    const { transport, seen } = await open(speaks(sends(200, resultType, listing)), { credentials });
    await transport.listRefs([main]);
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer first', 'Bearer second']);
  });

  it('carry new credentials, once, where the server did not accept the first', async () => {
    const given: (string | undefined)[] = [];
    let token = 'old';
    const credentials: GitCredentialSource = async (refused) => {
      given.push(refused?.kind === 'bearer' ? refused.token : undefined);
      if (refused !== undefined) token = `${token}er`;
      return { kind: 'bearer', token };
    };
    const { transport, seen } = await open(
      (request, response) => {
        if (request.headers.authorization === 'Bearer older')
          speaks(sends(200, resultType, listing))(request, response);
        else sends(401, 'text/plain', 'no')(request, response);
      },
      { credentials },
    );
    expect(await transport.listRefs([main])).toEqual([{ name: main, id }]);
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer old',
      'Bearer older',
      'Bearer older',
    ]);
    token = 'other';
    await expect(transport.listRefs([main])).rejects.toMatchObject({ code: 'auth-failed' });
    expect(seen).toHaveLength(5);
    expect(given).toEqual([undefined, 'old', undefined, undefined, 'other']);
  });

  it('are not repeated where the credentials stay the same', async () => {
    const { transport, seen } = await open(sends(401, 'text/plain', 'no'), {
      credentials: async () => ({ kind: 'bearer', token: 'same' }),
    });
    await expect(transport.listRefs([main])).rejects.toMatchObject({ code: 'auth-failed' });
    expect(seen).toHaveLength(1);
  });

  it('ask again what a server speaks after it failed', async () => {
    let replaced = false;
    const { transport, seen } = await open((request, response) => {
      if (request.method === 'GET' && replaced) {
        const old = wire('# service=git-upload-pack\n', null, `${id} ${main}\0side-band-64k\n`, null);
        sends(200, advertisementType, old)(request, response);
      } else if (replaced) sends(404, 'text/html')(request, response);
      else speaks(sends(200, resultType, listing))(request, response);
    });
    await transport.listRefs([main]);
    replaced = true;
    await expect(transport.listRefs([main])).rejects.toMatchObject({ code: 'not-found' });
    expect(await transport.listRefs([main])).toEqual([{ name: main, id }]);
    expect(seen.map(({ method }) => method)).toEqual(['GET', 'POST', 'POST', 'GET']);
  });
});

describe('redirects', () => {
  it('of the first request within the origin move the repository', async () => {
    const { transport, seen } = await open((request, response) => {
      const { url = '' } = request;
      if (url.startsWith('/fleet.git')) {
        sends(301, 'text/html', '', { location: url.replace('/fleet', '/team/fleet') })(request, response);
      } else speaks(sends(200, resultType, listing))(request, response);
    });
    await transport.listRefs([main]);
    await transport.listRefs([main]);
    expect(seen.map(({ url }) => url).slice(1)).toEqual([
      '/team/fleet.git/info/refs?service=git-upload-pack',
      '/team/fleet.git/git-upload-pack',
      '/team/fleet.git/git-upload-pack',
    ]);
  });

  it('to another origin are refused, and it sees nothing', async () => {
    const elsewhere = await open(sends(200, advertisementType, advertisement));
    const location = `${elsewhere.server.url}/fleet.git/info/refs?service=git-upload-pack`;
    const { transport } = await open(sends(302, 'text/html', '', { location }), {
      credentials: async () => ({ kind: 'basic', username: 'bot', password: 'hunter22' }),
    });
    await expect(transport.listRefs([main])).rejects.toMatchObject({
      code: 'bad-answer',
      message: expect.stringContaining(`to ${elsewhere.server.url}/fleet.git, another origin`) as string,
    });
    expect(elsewhere.seen).toEqual([]);
  });

  it('are told without a secret of ours that they repeat', async () => {
    const { transport } = await open(
      ({ headers }, response) => {
        const login = (headers.authorization ?? '').slice('Basic '.length);
        const location = `http://localhost:1/${login}/${Buffer.from(login, 'base64').toString()}`;
        response.writeHead(302, { location }).end();
      },
      { credentials: async () => ({ kind: 'basic', username: 'bot', password: 'hunter22' }) },
    );
    await expect(transport.listRefs([main])).rejects.toThrow('to http://localhost:1/***/***, another origin');
  });
});

describe('a push', () => {
  const type = 'application/x-git-receive-pack';
  const start = wire(
    '# service=git-receive-pack\n',
    null,
    `${id} ${main}\0report-status side-band-64k\n`,
    null,
  );
  const answers =
    (post: Handler): Handler =>
    (request, response) => {
      if (request.method === 'GET') sends(200, `${type}-advertisement`, start)(request, response);
      else post(request, response);
    };
  const push = { ref: main, oldId: id, newId: '2'.repeat(40) as CommitId, pack: Buffer.of(1), options: [] };

  it('that is larger than the server takes says so', async () => {
    const { transport } = await open(answers(sends(413, 'text/html')));
    await expect(transport.push(push)).rejects.toMatchObject({ code: 'refused', retryable: false });
  });

  it('whose report is cut off is told as unknown', async () => {
    const report = wire(Buffer.concat([Buffer.of(1), wire('unpack ok\n')]));
    const { transport } = await open(answers(sends(200, `${type}-result`, report)));
    await expect(transport.push(push)).rejects.toMatchObject({
      code: 'bad-answer',
      retryable: true,
      message: expect.stringMatching(/whether the push to refs\/heads\/main arrived is not known/) as string,
    });
  });

  it('whose answer is a gateway that gave up is told as unknown as well', async () => {
    const { transport } = await open(answers(sends(502, 'text/html')));
    await expect(transport.push(push)).rejects.toThrow(/502.*arrived is not known/);
  });

  it("shows the server's words without our secret", async () => {
    const report = Buffer.concat([wire('unpack ok\n', `ng ${main} token hunter22 may not\n`, null)]);
    const body = Buffer.concat([band(2, 'Hello hunter22\n'), band(1, report), wire(null)]);
    const { transport } = await open(answers(sends(200, `${type}-result`, body)), {
      credentials: async () => ({ kind: 'bearer', token: 'hunter22' }),
    });
    expect(await transport.push(push)).toEqual({ kind: 'refused', words: 'Hello ***\ntoken *** may not' });
  });
});

describe('a url', () => {
  const client = createHttpClient();
  it.each([
    ['no url', 'fleet.git', /begins with https/],
    ['another protocol', 'ftp://git.example.com/x', /begins with https/],
    ['a password', 'https://bot:hunter22@git.example.com/x', /holds a user name or password/],
    ['a query', 'https://git.example.com/x?token=hunter22', /holds a query/],
  ])('is refused without showing a secret: %s', (_label, url, message) => {
    const attempt = (): unknown => openHttpTransport({ url, client });
    expect(attempt).toThrow(message);
    expect(attempt).not.toThrow(/hunter22/);
  });
});
