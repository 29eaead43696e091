import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { json, type CliResult } from '../cli/harness.ts';
import { git } from '../peers/git.ts';
import { run } from '../peers/programs.ts';
import { describePeer } from '../peers/require.ts';
import { email, World } from './world.ts';

describePeer(['git', 'docker-registry', 'ssh-keygen'], 'a branch whose head must be signed', () => {
  let world: World;
  let file: string;

  beforeAll(async () => {
    world = await World.open();
    await world.createWeb();
    const at = (name: string): string => join(world.directory, name);
    await git(world.directory, ['clone', '--quiet', '--bare', world.bare, at('git/good.git')]);
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'ann', '-f', at('ann')]);
    await writeFile(at('trusted'), `ann@example.com ${await readFile(at('ann.pub'), 'utf8')}`);
    file = at('signed.yaml');
    const common = `signing: {ssh: {key: {file: key}}}, author: {name: Tallyman, email: ${email}}, confirmFirstRun: false`;
    await writeFile(
      file,
      `repositories:
  - {name: fleet, url: "${world.git.url}/fleet.git", auth: {basic: {username: bot, password: {env: GIT_PASSWORD}}}, verifyHead: tip, trustedSigners: {ssh: {file: trusted}}, ${common}}
  - {name: good, url: ./git/good.git, ${common}}
registries:
  - {host: "${world.registry.host}", insecure: true}
stateDirectory: signed-state
`,
    );
  });
  afterAll(() => world.close());

  const tallyman = async (...more: readonly string[]): Promise<CliResult> =>
    world.tallyman(['run', '--once', '-c', file, ...more]);

  it('is left alone while nobody signed it, with the commit, its author and why; the other repository goes on', async () => {
    const head = await world.head();
    const result = await tallyman('-o', 'json');
    expect(result.exit).toBe(1);
    expect(json(result)['repositories']).toMatchObject([
      {
        repository: 'fleet',
        outcome: 'failed',
        error: {
          code: 'untrusted',
          message: expect.stringMatching(
            new RegExp(`${head}.*by Author.*"First commit".*carries no signature`),
          ) as string,
        },
      },
      { repository: 'good', outcome: 'released' },
    ]);
    expect(await world.head()).toBe(head);
  });

  it('gets no hold, and no release by command, either', async () => {
    for (const order of [
      ['hold', 'web'],
      ['release', 'web', '--to', '1.1.0'],
    ]) {
      const who = ['--reason', 'x', '--author', 'Ann <ann@example.com>'];
      const result = await world.tallyman([...order, ...who, '-c', file, '--repository', 'fleet']);
      expect(result.exit).toBe(1);
      expect(result.stdout + result.stderr).toContain('carries no signature');
    }
    expect(await world.commits()).toBe(1);
  });

  it('is released to once a trusted signer commits on top, and again on our own commit', async () => {
    const config = ['-c', 'gpg.format=ssh', '-c', `user.signingKey=${join(world.directory, 'ann')}`];
    await world.person(...config, 'commit', '--quiet', '--allow-empty', '-S', '-m', 'I looked at it');
    await world.person('push', '--quiet', world.bare, 'HEAD:main');
    expect(await tallyman()).toMatchObject({ exit: 0 });
    expect(await world.commits()).toBe(3);
    await world.verify();
    await world.push('web', '1.2.0');
    expect(await tallyman()).toMatchObject({ exit: 0 });
    expect(await world.commits()).toBe(4);
    await world.inBare('fsck', '--strict');
  });
});
