import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { json, tallyman } from '../cli/harness.ts';
import { git } from '../peers/git.ts';
import { startGitServer, type GitServer } from '../peers/git-server.ts';
import { describePeer } from '../peers/require.ts';
import { Ledger } from './ledger.ts';

const releases = 30;

describePeer('git', 'history from a git server, with nothing kept', () => {
  let on: Ledger;

  beforeAll(async () => {
    on = await Ledger.open();
    for (let n = 1; n <= releases; n++) {
      await on.release(n === 1 ? '1.0.0' : `1.0.${n - 1}`, `1.0.${n}`);
      await on.commit(`Something else ${n}`, { README: `${n}\n` });
    }
    await on.push();
    await on.git('switch', '--quiet', '--create', 'next', 'main~20');
    await on.git('cherry-pick', '--strategy-option', 'theirs', 'main~1');
    await on.push('next');
  });

  afterAll(() => on.close());

  /** What the server is, its refs, the newest commit, the log, then trees and files of all releases at once; without the filter files come with trees. */
  const servers: readonly [label: string, config: Record<string, string>, protocol: 0 | 2, most: number][] = [
    ['that can leave out trees', { 'uploadpack.allowFilter': 'true' }, 2, 6],
    ['that cannot', {}, 2, 5],
    ['of protocol 0', {}, 0, 7],
  ];
  it.each(servers)('%s', async (_, config, protocol, most) => {
    const { server, close } = await serve(config, protocol);
    try {
      const file = await configuration(server, 'main');
      const first = await history(file);
      expect(first).toHaveLength(releases);
      expect(first[0]).toBe(`1.0.${releases - 1} -> 1.0.${releases}`);
      expect(server.requests.length).toBeLessThanOrEqual(most);
      const before = server.requests.length;
      expect(await history(file)).toEqual(first);
      // One look at the branch, and nothing fetched.
      expect(server.requests.length - before).toBeLessThanOrEqual(2);
    } finally {
      await close();
    }
  });

  it('does not count on one branch what another branch released', async () => {
    const { server, close } = await serve({ 'uploadpack.allowFilter': 'true' }, 2);
    try {
      expect(await history(await configuration(server, 'next'))).toEqual([]);
    } finally {
      await close();
    }
  });

  it('reads a checkout, a part of one, and its other branches', async () => {
    await on.git('switch', '--quiet', 'main');
    const whole = await tallyman(['history', '--dir', 'work', '-o', 'json'], {
      directory: on.house.directory,
    });
    expect(json(whole)['releases']).toHaveLength(releases);
    const other = ['history', '--dir', 'work', '--branch', 'next', '-o', 'json'];
    expect(json(await tallyman(other, { directory: on.house.directory }))['releases']).toEqual([]);
    const url = `file://${join(on.house.directory, 'config.git')}`;
    await git(on.house.directory, ['clone', '--quiet', '--depth', '9', '--branch', 'main', url, 'shallow']);
    const part = await tallyman(['history', '--dir', 'shallow'], { directory: on.house.directory });
    expect(part.stdout.trim().split('\n')).toHaveLength(1 + 4);
    expect(part.stderr).toContain('this checkout of main is shallow');
    expect(part.stderr).toContain('git fetch --unshallow');
  });

  it.each(['blob:none', 'tree:0'])(
    'says what a clone with %s lacks, and reads it once it is there',
    async (filter) => {
      const { directory } = on.house;
      await git(join(directory, 'config.git'), ['config', 'uploadpack.allowFilter', 'true']);
      const name = `partial-${filter.replace(':', '-')}`;
      const url = `file://${join(directory, 'config.git')}`;
      await git(directory, ['clone', '--quiet', `--filter=${filter}`, '--branch', 'main', url, name]);
      const lacks = await tallyman(['history', '--dir', name], { directory });
      expect(lacks.exit).toBe(2);
      expect(lacks.stderr).toContain('is a partial clone (git clone --filter)');
      const [, ...fetch] = /git fetch [^`]+/.exec(lacks.stderr)?.[0].split(' ') ?? [];
      // No work in the background, that goes on after the test.
      await git(join(directory, name), ['-c', 'maintenance.auto=false', ...fetch]);
      const whole = await tallyman(['history', '--dir', name, '-o', 'json'], { directory });
      expect(json(whole)['releases']).toHaveLength(releases);
    },
  );

  async function serve(
    config: Record<string, string>,
    protocol: 0 | 2,
  ): Promise<{ server: GitServer; close: () => Promise<void> }> {
    const server = await startGitServer({ root: on.house.directory, config, protocol });
    return { server, close: () => server.close() };
  }

  async function configuration(server: GitServer, branch: string): Promise<string> {
    const state = join(on.house.directory, 'state-of-history');
    await rm(state, { recursive: true, force: true });
    await mkdir(state);
    const file = join(on.house.directory, 'history.yaml');
    await writeFile(
      file,
      `repositories:
  - {name: fleet, url: "${server.url}/config.git", branch: ${branch}, author: {name: Bot, email: b@test.invalid}}
stateDirectory: state-of-history
`,
    );
    return file;
  }

  async function history(file: string): Promise<readonly string[]> {
    const result = await tallyman(['history', '--config', file, '-o', 'json'], {
      directory: on.house.directory,
    });
    expect(result.stderr).toBe('');
    const found = json(result)['releases'] as readonly { from: string; to: string }[];
    return found.map(({ from, to }) => `${from} -> ${to}`);
  }
});
