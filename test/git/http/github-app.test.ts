import { afterEach, describe, expect, it } from 'vitest';
import type { GitCredentials } from '../../../src/git/http/endpoint.ts';
import { githubAppCredentials, type GithubAppOptions } from '../../../src/git/http/github-app.ts';
import { createHttpClient } from '../../../src/net/undici-client.ts';
import { appKey, otherKey, send, startGithubApi, type GithubApi } from './github-api.ts';

const start = Date.parse('2026-11-21T12:00:00Z');
const minute = 60_000;
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Clock {
  at: number;
}

async function open(
  options: Partial<GithubAppOptions> = {},
  server: Parameters<typeof startGithubApi>[0] = {},
): Promise<{
  api: GithubApi;
  clock: Clock;
  ask: (refused?: GitCredentials) => Promise<GitCredentials | undefined>;
}> {
  const clock: Clock = { at: start };
  const api = await startGithubApi({ now: () => clock.at, ...server });
  const client = createHttpClient();
  closers.push(
    () => api.close(),
    () => client.close(),
  );
  const ask = githubAppCredentials({
    appId: '7',
    installationId: 9,
    privateKey: async () => appKey.pem,
    apiUrl: api.url,
    client,
    now: () => clock.at,
    ...options,
  });
  return { api, clock, ask };
}

const token = (number: number): GitCredentials => ({
  kind: 'basic',
  username: 'x-access-token',
  password: `ghs_${'x'.repeat(20)}${number}`,
});

describe('the token of a GitHub App', () => {
  it.each(['', '/api/v3'])(
    'is made once, kept, and made anew five minutes before its end: %s',
    async (base) => {
      const { api, clock, ask } = await open({}, { base });
      expect(await Promise.all([ask(), ask(), ask()])).toEqual([token(0), token(0), token(0)]);
      clock.at = start + 54 * minute;
      expect(await ask()).toEqual(token(0));
      clock.at = start + 55 * minute;
      expect(await Promise.all([ask(), ask()])).toEqual([token(1), token(1)]);
      expect(api.made).toHaveLength(2);
    },
  );

  it('is made anew where it was refused, and only where it was this one', async () => {
    const { api, ask } = await open();
    expect(await ask()).toEqual(token(0));
    expect(await Promise.all([ask(token(0)), ask(token(0))])).toEqual([token(1), token(1)]);
    expect(await ask(token(0))).toEqual(token(1));
    expect(api.made).toHaveLength(2);
  });

  it('is not made for every request, where clocks differ by hours', async () => {
    const { api, ask } = await open({}, { lifetime: -3_600_000 });
    await ask();
    await ask();
    expect(api.made).toHaveLength(1);
  });

  it.each([
    [
      'another key',
      { privateKey: async () => otherKey.pem },
      'auth-failed',
      /did not accept the key of the GitHub App 7; check appId, privateKey and the clock .* it says: A JSON web token/,
    ],
    ['another app', { appId: '8' }, 'auth-failed', /GitHub App 8/],
    [
      'another installation',
      { installationId: 10 },
      'not-found',
      /knows no installation 10 of the GitHub App 7/,
    ],
    ['a key that is none', { privateKey: async () => 'hunter22' }, 'invalid-config', /no RSA key in PEM/],
    ['a wrong clock', { now: () => start + 3_600_000 }, 'auth-failed', /the clock of this machine/],
  ])('is not made with %s, in words', async (_label, options, code, message) => {
    const { ask, api } = await open(options);
    const failed = ask();
    await expect(failed).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
    await expect(failed).rejects.not.toThrow(/hunter22|BEGIN|eyJ/);
    expect(api.made).toEqual([]);
  });

  it.each([
    ['suspended', 403, { message: 'This installation has been suspended' }, 'forbidden', false],
    ['down', 502, {}, 'unreachable', true],
    ['busy', 429, {}, 'unreachable', true],
    ['no token', 201, { token: 7, expires_at: 'soon' }, 'bad-answer', false],
    ['no sense', 201, [], 'bad-answer', false],
    [
      'a token that no header carries',
      201,
      { token: 'a\nb', expires_at: '2026-11-21T13:00:00Z' },
      'bad-answer',
      false,
    ],
  ])('is not made where the answer is: %s', async (_label, status, body, code, retryable) => {
    const { api, ask } = await open();
    api.answer = (response) => send(response, status, body);
    await expect(ask()).rejects.toMatchObject({ code, retryable, host: api.host });
    api.answer = undefined;
    expect(await ask()).toEqual(token(0));
  });

  it('shows no proof that the server echoes, and goes nowhere else with it', async () => {
    const { api, ask } = await open();
    const elsewhere = await startGithubApi();
    closers.push(() => elsewhere.close());
    api.answer = (response) => {
      const proof = api.seen.at(-1)?.headers.authorization?.replace('Bearer ', '') ?? '';
      send(response, 401, { message: `bad ${proof}` });
    };
    await expect(ask()).rejects.toThrow('it says: bad ***');
    api.answer = (response) => {
      response.writeHead(307, { location: `${elsewhere.url}/app/installations/9/access_tokens` }).end();
    };
    await expect(ask()).rejects.toMatchObject({ code: 'bad-answer' });
    expect(elsewhere.seen).toEqual([]);
  });
});
