import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tallyman } from '../cli/harness.ts';
import { git } from '../peers/git.ts';
import { describePeer } from '../peers/require.ts';

const root = new URL('../../', import.meta.url).pathname;

describePeer(['git', 'ssh-keygen'], 'the demo', () => {
  let folder: string;
  const bare = (): string => join(folder, 'demo', 'config.git');

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tallyman-demo-'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('ends after one round with --once, having released each service', async () => {
    const result = await tallyman(['demo', '--once', '--dir', 'demo'], { directory: folder });
    expect(result).toMatchObject({ exit: 0, stderr: '' });
    expect(result.stdout).toContain('push    CI pushes acme/web:1.4.3');
    expect(result.stdout).toContain('release web in prod: 1.4.2 -> 1.4.3');
    expect(result.stdout).toMatch(/why {4}web-prod: 1\.4\.3 is the highest version/);
    expect(result.stdout).toContain("+                image:   '");
    const subjects = await git(bare(), ['log', '--format=%s', 'main']);
    expect(subjects.split('\n').sort()).toEqual([
      'Describe the clusters, and let Tallyman release to them',
      'release(api-prod): 2.2.0 -> 2.3.0',
      'release(api-staging): main-3f9c2d1 -> main-b71e004',
      'release(mailer): 3.1.0 -> 3.1.1',
      'release(web-prod): 1.4.2 -> 1.4.3',
      'release(web-staging): 1.4.2 -> 1.5.0-rc.1',
      'release(worker-prod): 0.9.1 -> 0.9.2',
      'release(worker-staging): 0.9.1 -> 0.10.0',
    ]);
  });

  it('leaves a repository that native git reads, and commits that it verifies', async () => {
    await git(bare(), ['fsck', '--strict']);
    const signers = join(folder, 'demo', 'allowed_signers');
    const config = { 'gpg.ssh.allowedSignersFile': signers };
    const commits = (await git(bare(), ['rev-list', 'main', '--author=Tallyman'])).split('\n');
    expect(commits).toHaveLength(7);
    for (const commit of commits) await git(bare(), ['verify-commit', commit], { config });
    // The repository itself knows its signers.
    await git(bare(), ['verify-commit', 'main']);
    for (const commit of commits) {
      const changed = await git(bare(), ['show', '--format=', '--numstat', commit]);
      expect(changed).toMatch(/^([12])\t\1\tclusters\/\S+$/);
    }
  });

  it('can be started again, and leaves a folder of somebody else alone', async () => {
    expect((await tallyman(['demo', '--once', '--dir', 'demo'], { directory: folder })).exit).toBe(0);
    await mkdir(join(folder, 'mine'));
    await writeFile(join(folder, 'mine', 'thesis.txt'), 'years of work');
    const refused = await tallyman(['demo', '--once', '--dir', 'mine'], { directory: folder });
    expect(refused.exit).toBe(2);
    expect(refused.stderr).toContain('was not made by the demo');
    expect(await readdir(join(folder, 'mine'))).toEqual(['thesis.txt']);
  });

  it('goes on releasing until it is stopped', async () => {
    const child = spawn(process.execPath, [join(root, 'bin/tallyman.mjs'), 'demo', '--dir', 'running'], {
      cwd: folder,
    });
    let shown = '';
    const second = Promise.withResolvers<void>();
    child.stdout.on('data', (chunk: Buffer) => {
      shown += chunk.toString();
      if (/release web in prod: 1\.4\.3 -> 1\.4\.4[^]*signed/.test(shown)) second.resolve();
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    await Promise.race([second.promise, ended]);
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(shown).toContain('CI pushes acme/web:1.4.4');
  });
});
