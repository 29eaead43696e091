import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { GitCredentials } from '../../src/git/http/endpoint.ts';
import { openHttpTransport } from '../../src/git/http/http-transport.ts';
import type { Transport } from '../../src/git/transport.ts';
import { createHttpClient } from '../../src/net/undici-client.ts';
import type { CommitId } from '../../src/release/log.ts';
import { collect, makeRepository, preparePush, zero } from '../contracts/git-fixture.ts';
import type { Fault } from './git-faults.ts';
import { startGitServer, type GitServer, type GitServerOptions } from './git-server.ts';
import { git } from './git.ts';
import { describePeer } from './require.ts';

const main = 'refs/heads/main';

describePeer('git', 'smart HTTP, who may do what', () => {
  let root: string;
  let path: string;
  let tip: CommitId;
  const client = createHttpClient();
  const servers: GitServer[] = [];
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'tallyman-'));
    const made = await makeRepository(root, 'fleet.git', 3);
    path = made.path;
    tip = made.commits[2] ?? zero;
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });
  afterAll(async () => {
    await client.close();
    await rm(root, { recursive: true, force: true });
  });

  const open = async (
    options: Omit<GitServerOptions, 'root'>,
    credentials?: GitCredentials,
  ): Promise<{ transport: Transport; server: GitServer }> => {
    const server = await startGitServer({ ...options, root });
    servers.push(server);
    const transport = openHttpTransport({
      url: `${server.url}/fleet.git`,
      client,
      ...(credentials === undefined ? {} : { credentials: async () => credentials }),
    });
    return { transport, server };
  };
  const users = { bot: 'hunter22' };
  const cut = async (fault: Fault): Promise<Transport> => {
    const { transport } = await open({
      intercept: ({ method }) => (method === 'POST' ? fault : undefined),
    });
    return transport;
  };

  it('costs two requests to list, one to list again, one to fetch, two to push', async () => {
    const { transport, server } = await open({ users }, basic('hunter22'));
    await transport.listRefs([main]);
    expect(server.requests).toHaveLength(2);
    await transport.listRefs([main]);
    expect(server.requests).toHaveLength(3);
    await collect((await transport.fetch({ wants: [tip], haves: [], shallow: [], depth: 1 })).pack);
    expect(server.requests).toHaveLength(4);
    const push = await preparePush(root, path, zero, { ref: 'refs/heads/counted' });
    expect(await transport.push(push)).toEqual({ kind: 'ok' });
    expect(server.requests).toHaveLength(6);
    expect(server.requests.every(({ authorization }) => authorization)).toBe(true);
  });

  it.each([
    ['a wrong password', basic('hunter23'), /did not accept the credentials for .*\/fleet\.git \(401\)/],
    ['no password', undefined, /wants credentials for .*\/fleet\.git \(401\); set auth/],
    ['a wrong token', { kind: 'bearer', token: 'hunter23' } as const, /did not accept the credentials/],
  ])('refuses %s, and shows none', async (_label, credentials, message) => {
    const { transport } = await open({ users, bearer: 'hunter22' }, credentials);
    const push = { ref: main, oldId: tip, newId: zero, pack: new Uint8Array(), options: [] };
    for (const work of [transport.listRefs([main]), transport.push(push)]) {
      await expect(work).rejects.toMatchObject({
        code: 'auth-failed',
        message: expect.stringMatching(message) as string,
      });
      await expect(work).rejects.not.toThrow(/hunter/);
    }
  });

  it('takes a bearer token', async () => {
    const { transport } = await open({ bearer: 'hunter22' }, { kind: 'bearer', token: 'hunter22' });
    expect(await transport.listRefs([main])).toEqual([{ name: main, id: tip }]);
  });

  it('lets anybody read where the server does, but not write', async () => {
    const { transport } = await open({ users, anonymousRead: true });
    expect(await transport.listRefs([main])).toEqual([{ name: main, id: tip }]);
    const push = await preparePush(root, path, tip);
    await expect(transport.push(push)).rejects.toMatchObject({ code: 'auth-failed' });
  });

  it('tells a read-only repository', async () => {
    const { transport } = await open({ users, config: { 'http.receivepack': 'false' } }, basic('hunter22'));
    const push = await preparePush(root, path, tip);
    await expect(transport.push(push)).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringMatching(/does not let these credentials push to .*\(403\)/) as string,
    });
    expect(await git(path, ['rev-parse', main])).toBe(tip);
  });

  it('tells a server without push options before anything is sent', async () => {
    const { transport, server } = await open({});
    const push = await preparePush(root, path, tip);
    await expect(transport.push({ ...push, options: ['ci.skip'] })).rejects.toThrow('takes no push options');
    expect(server.requests.map(({ method }) => method)).toEqual(['GET']);
  });

  describe('with a connection that breaks in the middle', () => {
    it.each([
      ['cut in the pack', { kind: 'drop', after: 600 }, 'unreachable'],
      ['ended in the pack', { kind: 'end', after: 600 }, 'bad-answer'],
      ['cut before the first byte', { kind: 'drop', after: 0 }, 'unreachable'],
    ] as const)('is told, and another try may help: %s', async (_label, fault, code) => {
      const transport = await cut(fault);
      const work = transport
        .fetch({ wants: [tip], haves: [], shallow: [] })
        .then((answer) => collect(answer.pack));
      await expect(work).rejects.toMatchObject({ code, retryable: true });
    });

    it('does not know whether a push arrived', async () => {
      const before = await readFile(join(path, 'HEAD'), 'utf8');
      const push = await preparePush(root, path, zero, { ref: 'refs/heads/unknown' });
      const transport = await cut({ kind: 'drop', after: 10 });
      await expect(transport.push(push)).rejects.toMatchObject({ code: 'unreachable', retryable: true });
      await git(path, ['fsck', '--strict', '--full']);
      expect(await readFile(join(path, 'HEAD'), 'utf8')).toBe(before);
    });
  });

  it('says so where no commit is newer than the date asked for', async () => {
    const { transport } = await open({});
    const since = Date.parse('2030-01-01T00:00:00Z');
    const work = transport.fetch({ wants: [tip], haves: [], shallow: [], since });
    await expect(work).rejects.toMatchObject({ code: 'bad-answer' });
    await expect(work).rejects.toThrow('no commit is newer than 2030-01-01T00:00:00.000Z');
  });

  it('serves native git as well: the bridge is a true one', async () => {
    const { server } = await open({ users });
    const url = `${server.url.replace('//', '//bot:hunter22@')}/fleet.git`;
    await git(root, ['clone', '-q', url, 'native']);
    const native = join(root, 'native');
    await git(native, ['commit', '-q', '--allow-empty', '-m', 'native']);
    // Larger than one buffer, so that git sends it in chunks.
    await git(native, ['-c', 'http.postBuffer=1', 'push', '-q', 'origin', 'HEAD:refs/heads/native']);
    expect(await git(path, ['rev-parse', 'refs/heads/native'])).toBe(
      await git(native, ['rev-parse', 'HEAD']),
    );
  });
});

function basic(password: string): GitCredentials {
  return { kind: 'basic', username: 'bot', password };
}
