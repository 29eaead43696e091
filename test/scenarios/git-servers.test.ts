import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json, type CliResult } from '../cli/harness.ts';
import type { Fault } from '../peers/git-faults.ts';
import { git, writeHook } from '../peers/git.ts';
import { describePeer } from '../peers/require.ts';
import { startSshd, type Sshd } from '../peers/sshd.ts';
import { World } from './world.ts';

describePeer(
  ['git', 'docker-registry', 'sshd', 'ssh-keygen'],
  'git servers and repositories that are odd',
  () => {
    let world: World;
    let sshd: Sshd;
    let fault: Fault | undefined;

    beforeAll(async () => {
      world = await World.open({
        intercept: ({ method }) => (method === 'POST' ? fault : undefined),
      });
      const broken = join(world.directory, 'broken');
      sshd = await startSshd({
        before: [
          `if [ -e ${broken} ]; then git-shell -c "$SSH_ORIGINAL_COMMAND" | dd bs=1 count=600 2>/dev/null; exit 1; fi`,
        ],
      });
      await copyFile(sshd.clientKey, join(world.directory, 'id'));
      await writeFile(join(world.directory, 'known_hosts'), sshd.knownHosts);
      await world.createWeb();
      await git(world.directory, [
        'init',
        '-q',
        '--bare',
        '--initial-branch=main',
        join(world.directory, 'git', 'empty.git'),
      ]);
    });

    afterAll(async () => {
      await sshd.close();
      await world.close();
    });

    const access = {
      http: (name: string) =>
        `url: "${world.git.url}/${name}", auth: {basic: {username: bot, password: {env: GIT_PASSWORD}}}`,
      ssh: (name: string) =>
        `url: "ssh://${sshd.username}@127.0.0.1:${sshd.port}${join(world.directory, 'git', name)}", auth: {ssh: {key: {file: id}, knownHosts: {file: known_hosts}}}`,
    };

    /** One run over the odd repository and a good one beside it, which must not mind. */
    async function run(
      by: keyof typeof access,
      name: string,
      branch: string,
      state: string,
      more = 'maxReleasesPerRun: 50',
    ): Promise<CliResult> {
      const good = join(world.directory, 'git', `good-${state}.git`);
      await git(world.directory, ['clone', '-q', '--bare', world.bare, good]);
      const file = join(world.directory, `${state}.yaml`);
      const common = 'author: {name: T, email: t@test.invalid}, confirmFirstRun: false';
      await writeFile(
        file,
        `repositories:
  - {name: odd, ${access[by](name)}, branch: "${branch}", ${more}, ${common}}
  - {name: good, ${access[by](`good-${state}.git`)}, ${common}}
registries:
  - {host: "${world.registry.host}", insecure: true}
stateDirectory: ${state}
`,
      );
      await git(good, ['config', 'http.receivepack', 'true']);
      return world.tallyman(['run', '--once', '-c', file, '-o', 'json']);
    }

    it('push options reach the hooks, and a server that takes none is told before anything is sent', async () => {
      await git(world.bare, ['branch', 'options', 'main']);
      const refused = await run('http', 'fleet.git', 'options', 'no-options', 'push: {options: [ci.skip]}');
      expect(refused.exit).toBe(4);
      expect(JSON.stringify(outcomes(refused)[0])).toMatch(/takes no push options; remove them/);
      await git(world.bare, ['config', 'receive.advertisePushOptions', 'true']);
      await writeHook(world.bare, 'pre-receive', [
        'echo "$GIT_PUSH_OPTION_COUNT $GIT_PUSH_OPTION_0" > options',
      ]);
      const result = await run('http', 'fleet.git', 'options', 'options', 'push: {options: [ci.skip]}');
      await rm(join(world.bare, 'hooks/pre-receive'));
      expect(outcomes(result)[0]).toMatchObject({ outcome: 'released' });
      expect(await readFile(join(world.bare, 'options'), 'utf8')).toBe('1 ci.skip\n');
    });

    it('submodules, symlinks, LFS pointers and a blob of 100 MB beside the image do not disturb', async () => {
      const links = {
        'odd/link.yaml': '../apps/web.yaml',
        'odd/out.yaml': '/etc/passwd',
        'odd/loop.yaml': 'loop.yaml',
      };
      const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'4d'.repeat(32)}\nsize 12345\n`;
      const lines = ['commit refs/heads/odd-content', 'committer Ann <ann@example.com> 1790000000 +0000'];
      lines.push(data('Odd'), 'from refs/heads/main^0');
      for (const [path, target] of Object.entries(links)) lines.push(`M 120000 inline ${path}`, data(target));
      lines.push(`M 160000 ${'1'.repeat(40)} odd/module`, `M 160000 ${'2'.repeat(40)} odd/module.yaml`);
      lines.push('M 100644 inline odd/lfs.yaml', data(pointer));
      lines.push('M 100644 inline odd/big.yaml', data(`# ${' '.repeat(100_000_000)}`));
      const config = { 'core.compression': '1' };
      await git(world.bare, ['fast-import', '--quiet'], { input: `${lines.join('\n')}\n`, config });
      const result = await run('http', 'fleet.git', 'odd-content', 'odd-content');
      expect(outcomes(result)[0]).toMatchObject({
        outcome: 'released',
        problems: [
          {
            code: 'bad-encoding',
            file: 'odd/big.yaml',
            message: expect.stringContaining('100000002 bytes; files over 8388608 are not read') as string,
          },
          {
            code: 'bad-encoding',
            file: 'odd/lfs.yaml',
            message: expect.stringContaining('Git LFS') as string,
          },
        ],
      });
      // The one file, and nothing else; what was odd stands as it stood.
      const changed = await git(world.bare, [
        'diff',
        '--raw',
        '--no-renames',
        'odd-content~1',
        'odd-content',
      ]);
      expect(changed.split('\n')).toEqual([expect.stringMatching(/^:100644 100644 .* M\tapps\/web\.yaml$/)]);
      await git(world.bare, ['fsck', '--strict']);
    });

    describe.each(['http', 'ssh'] as const)('over %s', (by) => {
      it.each([
        [
          'a missing repository',
          'gone.git',
          'main',
          'not-found',
          /has no repository at .*gone\.git.*; check the url/,
        ],
        ['a missing branch', 'fleet.git', 'mian', 'not-found', /mian.*main/s],
        ['an empty repository', 'empty.git', 'main', 'not-found', /it is empty\. Push a first commit to it/],
      ])(
        '%s is one message, and the other repository goes on',
        async (label, name, branch, code, message) => {
          const result = await run(by, name, branch, `${by}-${label.replaceAll(' ', '-')}`);
          expect(result.exit).toBe(4);
          expect(outcomes(result)).toMatchObject([
            {
              repository: 'odd',
              outcome: 'failed',
              error: { code, message: expect.stringMatching(message) as string },
            },
            { repository: 'good', outcome: 'released' },
          ]);
        },
      );

      it('a branch with an odd name is released to', async () => {
        const branch = `release/ünï-分支-it's;$x-${by}`;
        await git(world.bare, ['branch', branch, 'main']);
        const result = await run(by, 'fleet.git', branch, `${by}-odd`);
        expect(outcomes(result)[0]).toMatchObject({ outcome: 'released' });
        expect(await git(world.bare, ['rev-list', '--count', `main..${branch}`])).toBe('1');
        await git(world.bare, ['fsck', '--strict']);
      });

      it('a server that breaks off in the middle leaves nothing behind, and the next run releases', async () => {
        await git(world.bare, ['branch', `broken-${by}`, 'main']);
        const state = `${by}-broken`;
        fault = { kind: 'drop', after: 300 };
        await writeFile(join(world.directory, 'broken'), '');
        const failed = await run(by, 'fleet.git', `broken-${by}`, state);
        fault = undefined;
        await rm(join(world.directory, 'broken'));
        expect(failed.exit).toBe(4);
        const [odd] = outcomes(failed);
        expect(odd).toMatchObject({
          outcome: 'failed',
          error: { host: expect.stringMatching(/^127\.0\.0\.1:/) as string },
        });
        expect(JSON.stringify(odd)).toMatch(
          /cut the connection|ended its answer in the middle|without an answer/,
        );
        await rm(join(world.directory, 'git', `good-${state}.git`), { recursive: true });
        const result = await run(by, 'fleet.git', `broken-${by}`, state);
        expect(outcomes(result)[0]).toMatchObject({ outcome: 'released' });
        await git(world.bare, ['fsck', '--strict']);
      });
    });
  },
);

function outcomes(result: CliResult): readonly Record<string, unknown>[] {
  return json(result)['repositories'] as readonly Record<string, unknown>[];
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}
