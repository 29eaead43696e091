import { chmod, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { openHttpTransport } from '../../src/git/http/http-transport.ts';
import { openSshTransport } from '../../src/git/ssh/ssh-transport.ts';
import type { ConfigRepository } from '../../src/git/repository.ts';
import { createHttpClient } from '../../src/net/undici-client.ts';
import { contents, day, draft, files, Stage, start, web } from '../git/engine/remote-stage.ts';
import { git } from '../git/git.ts';
import { startGitServer, type GitServer, type GitServerOptions } from './git-server.ts';
import { writeHook } from './git.ts';
import { describePeer } from './require.ts';
import { startSshd, type SshdOptions } from './sshd.ts';

type ServerOptions = Omit<GitServerOptions, 'root'>;

async function servedBySsh(
  options: SshdOptions,
  use: (stage: Stage, repository: ConfigRepository) => Promise<void>,
): Promise<void> {
  const server = await startSshd(options);
  const privateKey = await readFile(server.clientKey, 'utf8');
  await Stage.in(async (stage) => {
    const transport = openSshTransport({
      address: '127.0.0.1',
      port: server.port,
      username: server.username,
      path: stage.server,
      login: async () => ({ kind: 'key', privateKey, source: 'the ssh key' }),
      knownHosts: async () => ({ text: server.knownHosts, source: 'the test' }),
    });
    const repository = stage.openWith(transport);
    await use(stage, repository);
    await repository.close();
  });
  await server.close();
}

async function served(
  options: ServerOptions,
  use: (stage: Stage, repository: ConfigRepository, server: GitServer) => Promise<void>,
): Promise<void> {
  await Stage.in(async (stage) => {
    git(stage.server, 'config', 'http.receivepack', 'true');
    await mkdir(join(stage.server, 'hooks'), { recursive: true });
    const server = await startGitServer({ root: dirname(stage.server), ...options });
    const client = createHttpClient();
    const repository = stage.openWith(openHttpTransport({ url: `${server.url}/server.git`, client }));
    try {
      await use(stage, repository, server);
    } finally {
      await repository.close();
      await client.close();
      await server.close();
    }
  });
}

const withFilter = { 'uploadpack.allowFilter': 'true' };

describePeer('git', 'a kept clone of a real git server', () => {
  it.each<[string, ServerOptions]>([
    ['with filter', { config: withFilter }],
    ['without filter', {}],
    ['protocol 0 alone', { protocol: 0, config: { ...withFilter, 'uploadpack.allowAnySHA1InWant': 'true' } }],
    ['protocol 0 alone, files only with their commits', { protocol: 0, config: withFilter }],
    ['protocol 0 alone, without filter', { protocol: 0 }],
  ])('reads, follows and writes the branch: %s', async (_, options) => {
    await served(options, async (stage, repository) => {
      expect(await readFollowWrite(stage, repository)).toBe('');
    });
  });

  it('sends few bytes for a small change in a large tree, and one request where nothing changed', async () => {
    await served({}, async (stage, repository, server) => {
      const one = await repository.sync();
      stage.push(web, 'image: x:1\n');
      await repository.sync();
      expect(git(stage.directory, 'count-objects', '-v')).toContain('packs: 2');
      const [small] =
        git(stage.directory, 'count-objects', '-v')
          .match(/in-pack: (\d+)/)
          ?.slice(1) ?? [];
      const whole = Number(git(stage.directory, 'rev-list', '--objects', '--count', one.commit));
      expect(Number(small)).toBeLessThan(whole + 12);
      const before = server.requests.length;
      const same = await repository.sync();
      expect(await repository.sync()).toBe(same);
      expect(server.requests.length - before).toBe(2);
    });
  });

  it('shows the words of a hook that refuses, and keeps nothing of the refused commit', async () => {
    await served({}, async (stage, repository) => {
      await writeHook(stage.server, 'update', ['echo "main is frozen until monday" >&2', 'exit 1']);
      const base = await repository.sync();
      const refused = await repository.publish(base, [draft('image: x:9\n')]);
      expect(refused).toMatchObject({
        kind: 'refused',
        words: expect.stringContaining('main is frozen until monday'),
      });
      expect(await repository.sync()).toBe(base);
      await chmod(join(stage.server, 'hooks/update'), 0o644);
      expect(await repository.publish(base, [draft('image: x:9\n')])).toMatchObject({ kind: 'pushed' });
    });
  });
});

describePeer(['git', 'sshd', 'ssh-keygen'], 'a kept clone of a real ssh server', () => {
  it.each<[string, SshdOptions]>([
    ['with filter', { config: withFilter }],
    ['without filter', {}],
    ['protocol 0 alone', { protocol: 0, config: { ...withFilter, 'uploadpack.allowAnySHA1InWant': 'true' } }],
    ['protocol 0 alone, files only with their commits', { protocol: 0, config: withFilter }],
    ['protocol 0 alone, without filter', { protocol: 0 }],
  ])('reads, follows and writes the branch: %s', async (_, options) => {
    await servedBySsh(options, async (stage, repository) => {
      expect(await readFollowWrite(stage, repository)).toBe('');
    });
  });
});

describePeer(['git', 'sshd', 'ssh-keygen'], 'the log of a long branch', () => {
  it.each([
    ['with filter', withFilter],
    ['without filter', {}],
  ])('is left at the horizon, and the server is asked again: %s', async (_, config) => {
    await served({ config }, async (stage, repository) => {
      expect(await logAtHorizon(stage, repository)).toEqual([50, 51]);
    });
    await servedBySsh({ config }, async (stage, repository) => {
      expect(await logAtHorizon(stage, repository)).toEqual([50, 51]);
    });
  });
});

/** Of 20,000 commits the newest fifty are in the horizon. @returns how many are told, and how many after one more */
async function logAtHorizon(stage: Stage, repository: ConfigRepository): Promise<readonly number[]> {
  const minute = 60_000;
  stage.pushEmpty(20_000, minute);
  const since = start + 19_951 * minute;
  const snapshot = await repository.sync();
  const log = await snapshot.history(since);
  const [first = '', ...others] = git(stage.server, 'rev-list', `--since=${since / 1000}`, 'main').split(
    '\n',
  );
  expect(log.map(({ id }) => id)).toEqual([first, ...others]);
  const held = await readFile(join(stage.directory, 'tallyman-history/held.json'), 'utf8');
  expect(held).toMatch(/"edge":\["[0-9a-f]{40}"/);
  // Neither the connection nor what was kept is the worse for it.
  stage.push(web, 'image: x:2\n');
  const next = await repository.sync();
  const longer = await next.history(since);
  await next.prepare(log.map(({ id }) => id));
  expect(await contents(await next.at(snapshot.commit))).toEqual(files);
  return [log.length, longer.length];
}

/** A life of a clone: history by first and second parents, a merge, a release of ours. @returns what native git finds wrong with it: nothing */
async function readFollowWrite(stage: Stage, repository: ConfigRepository): Promise<string> {
  for (let n = 0; n < 5; n++) stage.push(web, `image: x:${n}\n`);
  const base = await repository.sync();
  expect(await contents(base.tree)).toEqual({ ...files, [web]: 'image: x:4\n' });
  expect((await base.history(start + 2 * day)).length).toBe(4);
  const side = stage.push('side.yaml', 'x: 1\n', [stage.first]);
  stage.push(web, 'image: merged:1\n', [base.commit, side]);
  const merged = await repository.sync();
  expect((await contents(merged.tree))[web]).toBe('image: merged:1\n');
  const log = await merged.history(start);
  expect(log.map((commit) => commit.id).sort()).toEqual(
    git(stage.server, 'rev-list', 'main').split('\n').sort(),
  );
  await merged.prepare(log.map((commit) => commit.id));
  expect(await contents(await merged.at(stage.first))).toEqual(files);
  expect(await repository.publish(merged, [draft('image: x:9\n')])).toMatchObject({ kind: 'pushed' });
  expect(git(stage.server, 'show', `main:${web}`)).toBe('image: x:9');
  expect((await (await repository.sync()).history(start)).length).toBe(log.length + 1);
  expect(git(stage.server, 'fsck', '--strict', '--no-dangling')).toBe('');
  return git(stage.directory, 'fsck', '--no-dangling');
}
