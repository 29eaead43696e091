import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { json, tallyman, type CliResult } from '../cli/harness.ts';
import { writeHook } from '../peers/git.ts';
import { describePeer } from '../peers/require.ts';
import { makeKey, type Sshd, type SshdOptions } from '../peers/sshd.ts';
import { configureSsh, openSshWorld, type SshWorld } from './ssh-world.ts';
import { until } from './until.ts';
import type { World } from './world.ts';

describePeer(['git', 'docker-registry', 'sshd', 'ssh-keygen'], 'a config repository over ssh', () => {
  let world: World | undefined;
  let sshd: Sshd | undefined;
  const stops: (() => void)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) stop();
    await sshd?.close();
    await world?.close();
    sshd = world = undefined;
  });

  async function open(options: SshdOptions = {}): Promise<SshWorld> {
    const opened = await openSshWorld(options);
    ({ world, sshd } = opened);
    return opened;
  }

  it.each([
    [
      'in protocol version 2',
      {},
      (port: number, user: string, bare: string) => `ssh://${user}@127.0.0.1:${port}${bare}`,
    ],
    [
      'in protocol version 0',
      { protocol: 0 },
      (port: number, user: string, bare: string) => `${user}@[127.0.0.1:${port}]:${bare}`,
    ],
  ] as const)('gets a signed release, with one login for the whole run: %s', async (_label, options, url) => {
    const opened = await open(options);
    const { port, username } = opened.sshd;
    const file = await configureSsh(opened, { url: url(port, username, opened.world.bare) });
    const result = await opened.world.tallyman(['run', '--once', '-c', file]);
    expect(result).toMatchObject({ exit: 0, stderr: '' });
    expect(await opened.world.commits()).toBe(2);
    await opened.world.verify();
    await opened.world.inBare('fsck', '--strict');
    expect(opened.sshd.logins()).toBe(1);
    expect((await opened.sshd.commands()).at(-1)).toBe(`git-receive-pack '${opened.world.bare}'`);
    const again = await opened.world.tallyman(['run', '--once', '-c', file]);
    expect(again.exit).toBe(0);
    expect(await opened.world.commits()).toBe(2);
  });

  it('keeps to what people took back, also from empty state and of a server that gives only the tips of its refs', async () => {
    const opened = await open({ protocol: 0 });
    const once = async (state: string): Promise<CliResult> =>
      opened.world.tallyman(['run', '--once', '-c', await configureSsh(opened, { state })]);
    await opened.world.commit({ 'README.md': 'One more commit.\n' }, 'Explain');
    expect(await once('a')).toMatchObject({ exit: 0 });
    expect(await opened.world.commits()).toBe(3);
    await opened.world.revert();
    for (const state of ['a', 'b']) expect(await once(state)).toMatchObject({ exit: 0 });
    expect(await opened.world.commits()).toBe(4);
    await opened.world.push('web', '1.2.0');
    expect(await once('c')).toMatchObject({ exit: 0 });
    expect(await opened.world.inBare('show', 'main:apps/web.yaml')).toContain(':1.2.0"');
    expect(await opened.world.commits()).toBe(5);
    await opened.world.inBare('fsck', '--strict');
  });

  it('gets one commit from two daemons, which push at the same time', async () => {
    // The first two pushes wait for each other: both daemons have read the branch before either of them writes.
    const barrier = [
      'case "$SSH_ORIGINAL_COMMAND" in git-receive-pack*)',
      '  mktemp "$(dirname "$0")/push.XXXXXX" >/dev/null',
      '  while [ "$(ls "$(dirname "$0")" | grep -c "^push\\.")" -lt 2 ]; do sleep 0.02; done;;',
      'esac',
    ];
    const opened = await open({ before: barrier });
    const extra = 'server: {listen: "off"}\ninterval: 1s\n';
    let logged = '';
    const configs = [
      await configureSsh(opened, { state: 'a', extra }),
      await configureSsh(opened, { state: 'b', extra }),
    ];
    const daemons = configs.map((config) =>
      tallyman(['run', '--config', config], {
        directory: opened.world.directory,
        environment: {},
        onError: (text) => void (logged += text),
        onSignal: (handler) => {
          stops.push(() => handler('stop'));
          return () => undefined;
        },
      }),
    );
    await until(async () => (await opened.world.commits()) === 2 && logged.includes('"event":"raced"'));
    for (const stop of stops.splice(0)) stop();
    expect((await Promise.all(daemons)).map(({ exit }) => exit)).toEqual([0, 0]);
    expect(await opened.world.commits()).toBe(2);
    await opened.world.verify();
    await opened.world.inBare('fsck', '--strict');
  });

  it('shows the words of a hook that rejects, exit 1', async () => {
    const opened = await open();
    await writeHook(opened.world.bare, 'pre-receive', ['echo "changes go through review" >&2', 'exit 1']);
    const result = await opened.world.tallyman(['run', '--once', '-c', await configureSsh(opened)]);
    expect(result.exit).toBe(1);
    expect(result.stdout).toContain('changes go through review');
    expect(await opened.world.commits()).toBe(1);
    await opened.world.inBare('fsck', '--strict');
  });

  it('shows the words of a server that lets the key read only, exit 1', async () => {
    const words = 'ERROR: The key you are authenticating with has been marked as read only.';
    const opened = await open({
      before: [`case "$SSH_ORIGINAL_COMMAND" in git-receive-pack*) echo "${words}" >&2; exit 1;; esac`],
    });
    const result = await opened.world.tallyman(['run', '--once', '-c', await configureSsh(opened)]);
    expect(result.exit).toBe(1);
    expect(result.stdout + result.stderr).toMatch(
      /push-refused: .*127\.0\.0\.1:\d+ does not let this key push to/,
    );
    expect(result.stdout + result.stderr).toContain('has been marked as read only.');
    expect(await opened.world.commits()).toBe(1);
  });

  it('is not touched where its host key changed: both fingerprints, exit 4', async () => {
    const opened = await open();
    const other = join(opened.world.directory, 'other');
    await makeKey(other, 'ed25519');
    const stale = (await readFile(`${other}.pub`, 'utf8')).trim();
    await writeFile(
      join(opened.world.directory, 'known_hosts'),
      `[127.0.0.1]:${opened.sshd.port} ${stale}\n`,
    );
    const result = await opened.world.tallyman([
      'run',
      '--once',
      '-c',
      await configureSsh(opened),
      '-o',
      'json',
    ]);
    expect(result.exit).toBe(4);
    expect(failure(result)).toMatchObject({ code: 'unreachable', host: `127.0.0.1:${opened.sshd.port}` });
    expect(String(failure(result)['message']).match(/SHA256:[\w+/]{43}/g)).toHaveLength(2);
    expect(await opened.sshd.commands()).toEqual([]);
    expect(opened.sshd.logins()).toBe(0);
  });

  it.each([
    ['a wrong passphrase', 'open barley', 'does not open with the passphrase that was given'],
    ['no passphrase', undefined, 'is encrypted; give its passphrase'],
  ])(
    'is not reached with %s: the key is named, exit 2 as for any configuration',
    async (_label, passphrase, words) => {
      const opened = await open();
      await makeKey(join(opened.world.directory, 'locked'), 'ed25519', ['-N', 'open sesame']);
      const more = passphrase === undefined ? '' : ', passphrase: {env: P}';
      const ssh = `key: {file: locked}${more}, knownHosts: {file: known_hosts}`;
      const result = await opened.world.tallyman(
        ['run', '--once', '-c', await configureSsh(opened, { ssh }), '-o', 'json'],
        { P: passphrase ?? '' },
      );
      expect(failure(result)).toMatchObject({
        code: 'invalid-config',
        message: expect.stringMatching(
          new RegExp(String.raw`the ssh key \(file .*/locked\) ${words}`),
        ) as string,
      });
      expect(result.exit).toBe(2);
      expect(result.stdout + result.stderr).not.toMatch(/open (?:barley|sesame)/);
      expect(await opened.world.commits()).toBe(1);
    },
  );
});

function failure(result: CliResult): Record<string, unknown> {
  const [repository] = json(result)['repositories'] as readonly Record<string, unknown>[];
  return repository?.['error'] as Record<string, unknown>;
}
