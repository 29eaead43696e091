import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { json } from '../cli/harness.ts';
import { registryUser } from '../peers/docker-registry.ts';
import { git } from '../peers/git.ts';
import { run } from '../peers/programs.ts';
import { describePeer } from '../peers/require.ts';
import { World } from './world.ts';

let world: World | undefined;
const folders: string[] = [];

afterEach(async () => {
  await world?.close();
  world = undefined;
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function open(options: Parameters<typeof World.open>[0] = {}): Promise<World> {
  world = await World.open(options);
  await world.createWeb();
  return world;
}

async function config(opened: World, repositories: string, registries = ''): Promise<string> {
  const file = join(opened.directory, 'access.yaml');
  const insecure = `registries:\n  - {host: "${opened.registry.host}", insecure: true${registries}}\n`;
  const unasked = repositories
    .replaceAll(/^ {2}- name: .*$/gm, '$&\n    confirmFirstRun: false')
    .replaceAll('{name: fleet, ', '{name: fleet, confirmFirstRun: false, ')
    .replaceAll('{name: local, ', '{name: local, confirmFirstRun: false, ');
  await writeFile(file, `repositories:\n${unasked}${insecure}stateDirectory: access\n`);
  return file;
}

describePeer(['git', 'docker-registry', 'gpg'], 'a config repository', () => {
  it('is reached by bearer token, and its commits are signed by OpenPGP', async () => {
    const opened = await open({ bearer: 'token-word' });
    const home = await mkdtemp(join(tmpdir(), 'tallyman-gpg-'));
    folders.push(home);
    const gpg = (...args: readonly string[]) =>
      run('gpg', ['--batch', '--quiet', '--pinentry-mode', 'loopback', ...args], {
        env: { GNUPGHOME: home },
      });
    const user = 'Tallyman <tallyman@test.invalid>';
    await gpg('--passphrase', 'pass word', '--quick-generate-key', user, 'ed25519', 'sign', '1y');
    const key = await gpg('--passphrase', 'pass word', '--armor', '--export-secret-keys', user);
    await writeFile(join(opened.directory, 'key.asc'), key);
    const file = await config(
      opened,
      `  - name: fleet
    url: ${opened.git.url}/fleet.git
    auth: {bearer: {env: GIT_TOKEN}}
    signing: {openpgp: {key: {file: key.asc}, passphrase: {env: PASSPHRASE}}}
    author: {name: Tallyman, email: tallyman@test.invalid}
    committer: {name: Release Bot, email: bot@test.invalid}
    signOff: true
`,
    );
    const result = await opened.tallyman(['run', '--once', '-c', file], {
      GIT_TOKEN: 'token-word',
      PASSPHRASE: 'pass word',
    });
    expect(result).toMatchObject({ exit: 0, stderr: '' });
    expect(await opened.commits()).toBe(2);
    await git(opened.bare, ['verify-commit', 'main'], { env: { GNUPGHOME: home } });
    const made = '%an <%ae>|%cn <%ce>|%(trailers:key=Signed-off-by,valueonly,separator=%x2C)';
    expect(await git(opened.bare, ['log', '-1', `--format=${made}`])).toBe(
      'Tallyman <tallyman@test.invalid>|Release Bot <bot@test.invalid>|Tallyman <tallyman@test.invalid>',
    );
    const ordered = ['rollback', 'web', '--reason', 'slow', '--author', 'Ann <ann@test.invalid>'];
    const back = await opened.tallyman([...ordered, '-c', file], {
      GIT_TOKEN: 'token-word',
      PASSPHRASE: 'pass word',
    });
    expect(back).toMatchObject({ exit: 0, stderr: '' });
    expect(await git(opened.bare, ['log', '-1', `--format=${made}`])).toBe(
      'Ann <ann@test.invalid>|Release Bot <bot@test.invalid>|Ann <ann@test.invalid>',
    );
    const history = await opened.tallyman(['history', '-c', file, '-o', 'json'], {
      GIT_TOKEN: 'token-word',
      PASSPHRASE: 'pass word',
    });
    expect(json(history)).toMatchObject({ releases: [{ intent: 'rollback' }, { intent: 'update' }] });
    await run('gpgconf', ['--homedir', home, '--kill', 'all']);
  });
});

describePeer(['git', 'docker-registry'], 'several config repositories', () => {
  it('are worked on each for itself: one that fails does not stop the other', async () => {
    const opened = await open();
    const second = join(opened.directory, 'git', 'second.git');
    await git(opened.directory, ['clone', '--quiet', '--bare', opened.bare, second]);
    const file = await config(
      opened,
      `  - {name: gone, url: "${opened.git.url}/gone.git", auth: {basic: {username: bot, password: {env: GIT_PASSWORD}}}, author: {name: T, email: t@test.invalid}}
  - {name: local, url: ./git/second.git, author: {name: T, email: t@test.invalid}}
`,
    );
    const result = await opened.tallyman(['run', '--once', '-c', file, '-o', 'json']);
    expect(result.exit).toBe(4);
    expect(json(result)['repositories']).toMatchObject([
      {
        repository: 'gone',
        outcome: 'failed',
        error: { code: 'not-found', host: opened.git.url.slice('http://'.length) },
      },
      { repository: 'local', outcome: 'released' },
    ]);
    expect(await git(second, ['rev-list', '--count', 'main'])).toBe('2');
    await git(second, ['fsck', '--strict']);
  });
});

function repository(opened: World): string {
  return `  - {name: fleet, url: "${opened.git.url}/fleet.git", auth: {basic: {username: bot, password: {env: GIT_PASSWORD}}}, author: {name: T, email: t@test.invalid}}\n`;
}

describePeer(['git', 'docker-registry'], 'a registry with a password', () => {
  it.each([
    ['no credentials', '', {}],
    [
      'wrong ones',
      `, auth: {username: ${registryUser.username}, password: {env: REGISTRY_PASSWORD}}`,
      { REGISTRY_PASSWORD: 'wrong word' },
    ],
  ])('and %s: a problem with the host, exit 4, nothing committed', async (_, auth, environment) => {
    const opened = await open({ registryAuth: true });
    const file = await config(opened, repository(opened), auth);
    const result = await opened.tallyman(['run', '--once', '-c', file, '-o', 'json'], environment);
    expect(result.exit).toBe(4);
    expect(JSON.stringify(json(result))).toContain(opened.registry.host);
    expect(json(result)['repositories']).toMatchObject([
      { outcome: 'unchanged', problems: [{ code: 'registry-failed', file: 'apps/policy.yaml' }] },
    ]);
    expect(result.stdout + result.stderr).not.toContain('wrong word');
    expect(await opened.commits()).toBe(1);
  });

  it.each(['tallyman.yaml', 'docker config.json'])(
    'and the right ones from %s: a release',
    async (source) => {
      const opened = await open({ registryAuth: true });
      const { username, password } = registryUser;
      const written = source === 'tallyman.yaml';
      const auth = written ? `, auth: {username: ${username}, password: {env: REGISTRY_PASSWORD}}` : '';
      const docker = join(opened.directory, 'docker');
      await mkdir(docker);
      const auths = {
        [opened.registry.host]: { auth: Buffer.from(`${username}:${password}`).toString('base64') },
      };
      if (!written) await writeFile(join(docker, 'config.json'), JSON.stringify({ auths }));
      const file = await config(opened, repository(opened), auth);
      const environment = { REGISTRY_PASSWORD: password, DOCKER_CONFIG: docker };
      const result = await opened.tallyman(['run', '--once', '-c', file], environment);
      expect(result).toMatchObject({ exit: 0, stderr: '' });
      expect(await opened.commits()).toBe(2);
    },
  );
});
