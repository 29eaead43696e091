import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveEmbeddedRegistry } from '../../../src/demo/registry/serve.ts';
import type { ServedRegistry } from '../../../src/demo/registry/serve.ts';
import { repositoryOf } from '../../contracts/registry.ts';
import type { Handler, Scripted } from './scripted.ts';
import { sendJson, startScripted } from './scripted.ts';

let scripted: Scripted;
/** Stands for a host that must be told nothing. */
let stranger: Scripted;

beforeEach(async () => {
  scripted = await startScripted();
  stranger = await startScripted();
  stranger.on((_, res) => sendJson(res, { token: 'stolen' }));
});
afterEach(async () => {
  await scripted.close();
  await stranger.close();
});

const ann = { username: 'ann', password: 'hunter2hunter2' };
const basicAnn = `Basic ${Buffer.from('ann:hunter2hunter2').toString('base64')}`;

/** A registry behind a challenge; `token` answers its token service. */
function behind(challenge: string, token: Handler, good = 'Bearer good'): Handler {
  return (req, res, url) => {
    if (url.pathname === '/token') token(req, res, url);
    else if (req.headers.authorization === good) sendJson(res, { tags: ['1'] });
    else res.writeHead(401, { 'www-authenticate': challenge }).end('{"errors":[{"code":"UNAUTHORIZED"}]}');
  };
}

const realm = (host = scripted.server.host) =>
  `Bearer realm="http://${host}/token",service="s",scope="repository:acme/web:pull"`;
const good: Handler = (_, res) => sendJson(res, { token: 'good' });

describe('the token protocol', () => {
  it('asks for reading one repository, with basic auth, once for many lists', async () => {
    scripted.on(behind(realm(), good));
    const registry = scripted.registry(ann);
    expect(await registry.list(scripted.repository)).toEqual(['1']);
    expect(await registry.list(scripted.repository)).toEqual(['1']);
    expect(scripted.seen).toEqual([
      'GET /v2/acme/web/tags/list?n=1000',
      'GET /token?service=s&scope=repository%3Aacme%2Fweb%3Apull',
      'GET /v2/acme/web/tags/list?n=1000',
      'GET /v2/acme/web/tags/list?n=1000',
    ]);
    expect(scripted.authorizations).toEqual([undefined, basicAnn, 'Bearer good', 'Bearer good']);
  });

  it('asks at once for a further repository, without being refused first', async () => {
    scripted.on(behind(realm(), good));
    const registry = scripted.registry(ann);
    await registry.list(scripted.repository);
    scripted.seen.length = 0;
    await registry.list(repositoryOf(`${scripted.server.host}/acme/api`));
    expect(scripted.seen).toEqual([
      'GET /token?service=s&scope=repository%3Aacme%2Fapi%3Apull',
      'GET /v2/acme/api/tags/list?n=1000',
    ]);
  });

  it('asks one time where many need the same token at once', async () => {
    scripted.on(behind(realm(), good));
    const registry = scripted.registry(ann);
    await Promise.all(Array.from({ length: 5 }, () => registry.list(scripted.repository)));
    expect(scripted.seen.filter((line) => line.includes('/token'))).toHaveLength(1);
  });

  it.each<[string, string, string]>([
    ['pushing', 'repository:acme/web:pull,push', 'repository:acme/web:pull'],
    ['another repository', 'repository:acme/secret:pull', 'repository:acme/web:pull'],
    ['the catalog', 'registry:catalog:*', 'repository:acme/web:pull'],
    ['metadata only', 'repository:acme/web:metadata_read', 'repository:acme/web:metadata_read'],
  ])('never asks for more than reading this repository: a challenge for %s', async (_, scope, asked) => {
    let got: string | null = null;
    const token: Handler = (_req, res, url) => {
      got = url.searchParams.get('scope');
      sendJson(res, { token: 'good' });
    };
    scripted.on(behind(`Bearer realm="http://${scripted.server.host}/token",scope="${scope}"`, token));
    await scripted.registry(ann).list(scripted.repository);
    expect(got).toBe(asked);
  });

  it('exchanges an identity token by POST', async () => {
    let body = '';
    const token: Handler = (req, res) => {
      req.on('data', (chunk: Buffer) => (body += chunk.toString()));
      req.on('end', () => sendJson(res, { access_token: 'good', expires_in: 60 }));
    };
    scripted.on(behind(realm(), token));
    await scripted.registry({ identityToken: 'idt' }).list(scripted.repository);
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      grant_type: 'refresh_token',
      client_id: 'tallyman',
      scope: 'repository:acme/web:pull',
      service: 's',
      refresh_token: 'idt',
    });
    expect(scripted.authorizations[1]).toBeUndefined();
  });

  it('asks again before a token runs out, and after it was revoked', async () => {
    let time = 0;
    let valid = 'Bearer 1';
    let given = 0;
    scripted.on((req, res, url) => {
      if (url.pathname === '/token') sendJson(res, { token: String(++given), expires_in: 300 });
      else if (req.headers.authorization === valid) sendJson(res, { tags: [] });
      else res.writeHead(401, { 'www-authenticate': realm() }).end();
    });
    const registry = scripted.registry(ann, { now: () => time });
    await registry.list(scripted.repository);
    time = 239_000;
    await registry.list(scripted.repository);
    expect(given).toBe(1);
    time = 241_000;
    valid = 'Bearer 2';
    await registry.list(scripted.repository);
    expect(given).toBe(2);
    valid = 'Bearer 3';
    await registry.list(scripted.repository);
    expect(given).toBe(3);
  });

  it.each<[string, Handler, string, RegExp]>([
    [
      'is refused',
      (_, res) => void res.writeHead(401).end(),
      'auth-failed',
      /the configured credentials are not accepted/,
    ],
    ['is not there', (_, res) => void res.writeHead(404).end(), 'bad-answer', /get a token .* answered 404/],
    [
      'is in trouble',
      (_, res) => void res.writeHead(500).end(),
      'unreachable',
      /get a token .* answered 500/,
    ],
    ['gives no JSON', (_, res) => void res.end('<html>'), 'bad-answer', /a token that is not JSON/],
    ['gives no token', (_, res) => sendJson(res, {}), 'bad-answer', /no usable token/],
    [
      'gives a token with a line break',
      (_, res) => sendJson(res, { token: 'a\r\nx: y' }),
      'bad-answer',
      /no usable token/,
    ],
    [
      'gives a token without end',
      (_, res) => void res.end(`{"token":"${'x'.repeat(300_000)}`),
      'too-large',
      /more than/,
    ],
    ['hangs', () => undefined, 'timeout', /did not answer in time/],
    [
      'sends the login on',
      (_, res) => void res.writeHead(307, { location: `http://${stranger.server.host}/` }).end(),
      'bad-answer',
      /not followed/,
    ],
  ])('fails where the token service %s', async (_, token, code, words) => {
    scripted.on(behind(realm(), token));
    const failed = scripted.registry(ann).list(scripted.repository);
    await expect(failed).rejects.toMatchObject({ code, message: expect.stringMatching(words) as unknown });
    await expect(failed).rejects.toMatchObject({ message: expect.stringContaining('acme/web') as unknown });
    await expect(failed).rejects.not.toMatchObject({
      message: expect.stringContaining('hunter2') as unknown,
    });
    expect(stranger.seen).toEqual([]);
  });
});

describe('a registry that never lets anybody in', () => {
  it.each([
    ['bearer', () => realm()],
    ['basic', () => 'Basic realm="x"'],
  ])('is asked twice, and no more: %s', async (_, challenge) => {
    scripted.on(behind(challenge(), good, 'never'));
    await expect(scripted.registry(ann).list(scripted.repository)).rejects.toMatchObject({
      code: 'auth-failed',
    });
    expect(scripted.seen.filter((line) => line.includes('tags/list'))).toHaveLength(2);
  });

  it.each([
    ['no challenge', ''],
    ['a scheme that is not known', 'Negotiate, Digest realm="x"'],
    ['bearer without a realm', 'Bearer service="x"'],
  ])('says what it misses: %s', async (_, challenge) => {
    scripted.on(behind(challenge, good));
    await expect(scripted.registry(ann).list(scripted.repository)).rejects.toMatchObject({
      code: 'auth-failed',
      message: expect.stringMatching(/not supported \(basic and bearer are\)/) as unknown,
    });
    expect(scripted.authorizations).toEqual([undefined]);
  });

  it('does not get an identity token by basic auth', async () => {
    scripted.on(behind('Basic realm="x"', good));
    const failed = scripted.registry({ identityToken: 'idt' }).list(scripted.repository);
    await expect(failed).rejects.toMatchObject({
      code: 'auth-failed',
      message: expect.stringMatching(/identity token/) as unknown,
    });
  });
});

describe('a realm elsewhere', () => {
  it('never gets the password, and the list fails', async () => {
    scripted.on(behind(realm(stranger.server.host), good));
    const insecureHosts = new Set([scripted.server.host, stranger.server.host]);
    await expect(scripted.registry(ann, { insecureHosts }).list(scripted.repository)).rejects.toMatchObject({
      code: 'auth-failed',
      message: expect.stringMatching(
        /wants its credentials sent to .*\/token, another host; nothing was sent/,
      ) as unknown,
    });
    expect(stranger.seen).toEqual([]);
  });

  it('may be asked without credentials, and where it is allowed', async () => {
    stranger.on((_, res) => sendJson(res, { token: 'good' }));
    scripted.on(behind(realm(stranger.server.host), good));
    const insecureHosts = new Set([scripted.server.host, stranger.server.host]);
    expect(await scripted.registry(undefined, { insecureHosts }).list(scripted.repository)).toEqual(['1']);
    expect(stranger.authorizations).toEqual([undefined]);
    const tokenHosts = new Map([[scripted.server.host, new Set([stranger.server.host])]]);
    expect(await scripted.registry(ann, { insecureHosts, tokenHosts }).list(scripted.repository)).toEqual([
      '1',
    ]);
    expect(stranger.authorizations).toEqual([undefined, basicAnn]);
  });

  it.each(['http://[', 'file:///etc/passwd', 'not a url', 'http://a:b@h.test/'])(
    'cannot be %s',
    async (address) => {
      scripted.on(behind(`Bearer realm="${address}"`, good));
      await expect(scripted.registry(ann).list(scripted.repository)).rejects.toMatchObject({
        code: 'bad-answer',
      });
    },
  );

  it('without TLS must be configured, even for anonymous use', async () => {
    scripted.on(behind(realm(stranger.server.host), good));
    await expect(scripted.registry().list(scripted.repository)).rejects.toMatchObject({
      code: 'bad-answer',
      message: expect.stringMatching(/without TLS/) as unknown,
    });
    expect(stranger.seen).toEqual([]);
  });
});

describe('the embedded token service', () => {
  let served: ServedRegistry;
  afterEach(() => served.close());

  it('lets anonymous users pull where it is told to', async () => {
    const auth = { kind: 'token', users: { ann: 'pw' }, anonymousPull: true } as const;
    served = await serveEmbeddedRegistry({ auth });
    served.registry.addImage({ repository: 'acme/web', tag: '1', created: undefined });
    const registry = scripted.registry(undefined, { insecureHosts: new Set([served.host]) });
    expect(await registry.list(repositoryOf(`${served.host}/acme/web`))).toEqual(['1']);
    const wrong = scripted.registry(
      { username: 'ann', password: 'no' },
      { insecureHosts: new Set([served.host]) },
    );
    await expect(wrong.list(repositoryOf(`${served.host}/acme/web`))).rejects.toMatchObject({
      code: 'auth-failed',
    });
  });
});
