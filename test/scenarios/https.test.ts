import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { json, type CliResult } from '../cli/harness.ts';
import { appKey, startGithubApi, type GithubApi } from '../git/http/github-api.ts';
import { startConnectProxy, type ConnectProxy } from '../net/connect-proxy.ts';
import { describePeer } from '../peers/require.ts';
import { World } from './world.ts';

const pem = (name: string): string => readFileSync(new URL(`../net/tls/${name}`, import.meta.url), 'utf8');

/** A git server that only trusted machines reach. */
const tls = {
  key: pem('good.key'),
  cert: pem('good.pem'),
  ca: pem('client.pem'),
  requestCert: true,
  rejectUnauthorized: true,
};

describePeer(['git', 'docker-registry'], 'a config repository behind https', () => {
  const closers: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const closer of closers.splice(0).reverse()) await closer.close();
  });

  async function open(options: Parameters<typeof World.open>[0]): Promise<World> {
    const world = await World.open(options);
    closers.push(world);
    await world.createWeb();
    for (const name of ['ca.pem', 'client.pem', 'client.key'])
      await writeFile(join(world.directory, name), pem(name));
    return world;
  }

  const basic = '    auth: {basic: {username: bot, password: {env: GIT_PASSWORD}}}\n';
  const certificates =
    '    ca: {file: ca.pem}\n    clientCertificate: {cert: {file: client.pem}, key: {file: client.key}}\n';

  it('with an authority of its own, a client certificate and a proxy gets a release', async () => {
    const world = await open({ tls });
    const proxy: ConnectProxy = await startConnectProxy('proxy-word');
    closers.push(proxy);
    const address = proxy.url.replace('//', '//bot:proxy-word@');
    const result = await run(world, `${basic}${certificates}    proxy: env\n`, { https_proxy: address });
    expect(result).toMatchObject({ exit: 0, stderr: '' });
    expect(await world.commits()).toBe(2);
    await world.inBare('fsck', '--strict');
    expect(new Set(proxy.tunnels)).toEqual(new Set([world.git.url.slice('https://'.length)]));
    // The registry is plain http, and goes by no proxy of the repository.
    expect(result.stdout).not.toContain('proxy-word');
  });

  it.each([
    ['no authority', '', 'authority that is not trusted here (set its CA)'],
    [
      'an authority that is none',
      '    ca: {env: GIT_PASSWORD}\n',
      'the ca of repository fleet holds no certificates',
    ],
    [
      'a certificate that does not fit its key',
      '    ca: {file: ca.pem}\n    clientCertificate: {cert: {file: ca.pem}, key: {file: client.key}}\n',
      'the client certificate of repository fleet cannot be used: its key belongs to another certificate',
    ],
    [
      'a proxy that is not there',
      `${certificates}    proxy: http://127.0.0.1:1\n`,
      'cannot reach the proxy 127.0.0.1:1 on the way to 127.0.0.1:',
    ],
  ])('with %s is told, in words', async (_label, keys, words) => {
    const world = await open({ tls });
    const result = await run(world, basic + keys, {}, ['-o', 'json']);
    const [repository] = json(result)['repositories'] as readonly Record<string, { message: string }>[];
    expect(repository?.['error']?.message).toContain(words);
    expect(result.stdout + result.stderr).not.toContain('secret-word');
    expect(await world.commits()).toBe(1);
  });

  async function github(): Promise<{ api: GithubApi; world: World; keys: string }> {
    const api = await startGithubApi({ base: '/api/v3' });
    closers.push(api);
    const world = await open({ users: {}, accepts: api.accepts });
    await writeFile(join(world.directory, 'app.pem'), appKey.pem);
    const app = `appId: 7, installationId: 9, privateKey: {file: app.pem}, apiUrl: "${api.url}"`;
    return { api, world, keys: `    auth: {githubApp: {${app}}}\n` };
  }

  it('by GitHub App gets a release with one token, which goes to the git server only', async () => {
    const { api, world, keys } = await github();
    expect(await run(world, keys)).toMatchObject({ exit: 0, stderr: '' });
    expect(await world.commits()).toBe(2);
    expect(api.made).toHaveLength(1);
    expect(JSON.stringify(api.seen.map(({ headers }) => headers))).not.toContain('ghs_');
    expect(world.git.requests.every(({ authorization }) => authorization)).toBe(true);
  });

  it('by GitHub App takes a new token where the old one was revoked in the middle of a run', async () => {
    let pushes = 0;
    const api = await startGithubApi();
    closers.push(api);
    const world = await open({
      users: {},
      accepts: api.accepts,
      intercept: ({ path }) => {
        if (path.includes('info/refs?service=git-receive-pack') && pushes++ === 0) api.revoke();
        return undefined;
      },
    });
    await writeFile(join(world.directory, 'app.pem'), appKey.pem);
    const app = `appId: 7, installationId: 9, privateKey: {file: app.pem}, apiUrl: "${api.url}"`;
    expect(await run(world, `    auth: {githubApp: {${app}}}\n`)).toMatchObject({ exit: 0, stderr: '' });
    expect(await world.commits()).toBe(2);
    expect(api.made).toHaveLength(2);
  });

  it('by GitHub App whose tokens are not taken is tried twice, and told', async () => {
    const { api, world, keys } = await github();
    const accepts = api.made;
    const result = await run(
      await open({ users: {}, accepts: () => false }),
      keys.replace('app.pem', join(world.directory, 'app.pem')),
      {},
      ['-o', 'json'],
    );
    expect(result.exit).toBe(4);
    expect(accepts).toHaveLength(2);
    expect(result.stdout).toContain('did not accept the credentials');
    expect(result.stdout).not.toContain('ghs_');
  });
});

async function run(
  world: World,
  keys: string,
  environment: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): Promise<CliResult> {
  const file = join(world.directory, 'https.yaml');
  await writeFile(
    file,
    `repositories:
  - name: fleet
    url: ${world.git.url}/fleet.git
    author: {name: T, email: t@test.invalid}
    confirmFirstRun: false
${keys}registries:
  - {host: "${world.registry.host}", insecure: true}
stateDirectory: https-state
`,
  );
  return world.tallyman(['run', '--once', '-c', file, ...args], environment);
}
