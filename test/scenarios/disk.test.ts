import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { json, type CliResult } from '../cli/harness.ts';
import { git } from '../peers/git.ts';
import { describePeer } from '../peers/require.ts';
import { World } from './world.ts';
import { program, programEnvironment } from './program.ts';

const mounts = await mayMount();
if (!mounts) console.warn('SKIPPED: full and read-only file systems need the right to mount a tmpfs');

describePeer(['git', 'docker-registry'], 'a disk', () => {
  let world: World;
  let fresh: string;
  const mounted: string[] = [];

  beforeAll(async () => {
    world = await World.open();
    // More than a disk of a few hundred KB takes, packed as well.
    const noise = Array.from({ length: 30_000 }, (_, n) => Math.sin(n).toString(36)).join('\n');
    await world.createWeb({ 'noise.txt': noise });
    fresh = join(world.directory, 'fresh.git');
    await cp(world.bare, fresh, { recursive: true });
  });
  afterEach(async () => {
    for (const path of mounted.splice(0)) unmount(path);
    for (const name of ['git/fleet.git', 'git/good.git', 'disk', 'state'])
      await rm(join(world.directory, name), { recursive: true, force: true });
  });
  afterAll(() => world.close());

  /** `odd` is what the disk does to; `good` must not mind. */
  async function configure(odd: string, state: string): Promise<string> {
    for (const name of ['fleet.git', 'good.git'])
      await cp(fresh, join(world.directory, 'git', name), { recursive: true });
    const file = join(world.directory, 'disk.yaml');
    const common = 'author: {name: T, email: t@test.invalid}, confirmFirstRun: false';
    const auth = odd.startsWith('http')
      ? ', auth: {basic: {username: bot, password: {env: GIT_PASSWORD}}}'
      : '';
    await writeFile(
      file,
      `repositories:
  - {name: odd, url: "${odd}"${auth}, ${common}}
  - {name: good, url: ./git/good.git, ${common}}
registries:
  - {host: "${world.registry.host}", insecure: true}
stateDirectory: ${state}
`,
    );
    return file;
  }

  function mount(path: string, options: string): void {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]);
    mounted.push(path);
  }

  async function run(file: string): Promise<CliResult> {
    return world.tallyman(['run', '--once', '-c', file, '-o', 'json']);
  }

  async function expectReleased(file: string, repository: string): Promise<void> {
    const result = await run(file);
    expect(result.exit).toBe(0);
    expect(json(result)['repositories']).toMatchObject([{ repository: 'odd', outcome: 'released' }, {}]);
    expect(await git(repository, ['rev-list', '--count', 'main'])).toBe('2');
    await git(repository, ['fsck', '--strict']);
  }

  it('that does not take files of that size: nothing half is kept, and with room the next run releases', async () => {
    const file = await configure(`${world.git.url}/fleet.git`, 'state');
    // 64 KB (128 KB where sh is bash): more than the state file needs, less than the pack. The write that goes beyond is cut short.
    const line = 'ulimit -f 128; exec "$0" "$@"';
    const args = ['-c', line, process.execPath, program, 'run', '--once', '-c', file, '-o', 'json'];
    const child = spawn('sh', args, {
      cwd: world.directory,
      env: { ...programEnvironment, HOME: world.directory, GIT_PASSWORD: 'secret-word' },
    });
    let stdout = '';
    child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()));
    const exit = await new Promise<number | null>((resolve) => child.once('close', resolve));
    expectFailed({ exit: exit ?? -1, stdout, stderr: '' }, /cannot write .*\.pack: EFBIG; .*ulimit -f/);
    expect(await debris(join(world.directory, 'state/git'))).toEqual([]);
    await expectReleased(file, world.bare);
  });

  describe.runIf(mounts)('of its own', () => {
    it('that is read-only, for state: exit 2, which names it, and nothing is done', async () => {
      const disk = join(world.directory, 'disk');
      await mkdir(disk);
      mount(disk, 'ro');
      const result = await run(await configure(`${world.git.url}/fleet.git`, 'disk/state'));
      expect(result.exit).toBe(2);
      expect(result.stdout).toMatch(
        /cannot make the folder of the state file .*: EROFS; check stateDirectory/,
      );
      expect(await world.commits()).toBe(1);
    });

    it('that is full, for state: exit 4, which names it, and with room the next run releases', async () => {
      const disk = join(world.directory, 'disk');
      await mkdir(disk);
      mount(disk, 'size=8k');
      const file = await configure(`${world.git.url}/fleet.git`, 'disk/state');
      const result = await run(file);
      expect(result.exit).toBe(4);
      expect(result.stdout).toMatch(/cannot use the state file .*; look at the disk: is it full\?/);
      expect(await world.commits()).toBe(1);
      remount(disk, 'size=10m');
      await expectReleased(file, world.bare);
    });

    it('that is full, for the kept clone: nothing half is kept, and with room the next run releases', async () => {
      const disk = join(world.directory, 'disk');
      await mkdir(disk);
      mount(disk, 'size=200k');
      const file = await configure(`${world.git.url}/fleet.git`, 'disk/state');
      expectFailed(await run(file), /cannot write .*\.pack: ENOSPC; the disk is full: make room/);
      expect(await world.commits()).toBe(1);
      expect(await debris(join(disk, 'state/git'))).toEqual([]);
      remount(disk, 'size=10m');
      await expectReleased(file, world.bare);
    });

    it.each([
      ['objects', /cannot write .*disk\/objects\/.*: ENOSPC; the disk is full/],
      ['refs', /cannot write .*disk\/refs\/heads\/main\.lock: ENOSPC; the disk is full/],
    ])('that is full, for the %s of a local repository: no lock stays behind', async (folder, message) => {
      const disk = join(world.directory, 'disk');
      const file = await configure(disk, 'state');
      await cp(fresh, disk, { recursive: true });
      mount(join(disk, folder), 'size=1m');
      await cp(join(fresh, folder), join(disk, folder), { recursive: true });
      await expect(writeFile(join(disk, folder, 'fill'), Buffer.alloc(2 ** 20))).rejects.toThrow('ENOSPC');
      expectFailed(await run(file), message);
      expect(await git(disk, ['rev-list', '--count', 'main'])).toBe('1');
      expect(await debris(disk)).toEqual([]);
      await rm(join(disk, folder, 'fill'));
      await expectReleased(file, disk);
    });

    it('that is read-only, for a local repository: told, and looked at again by the next run', async () => {
      const disk = join(world.directory, 'disk');
      await mkdir(disk);
      mount(disk, 'size=10m');
      const file = await configure(disk, 'state');
      await cp(fresh, disk, { recursive: true });
      remount(disk, 'ro');
      const result = await run(file);
      expect(result.exit).toBe(4);
      expectFailed(result, /cannot write .*: EROFS; the file system is read-only/);
      remount(disk, 'rw');
      await expectReleased(file, disk);
    });
  });
});

/** The odd repository failed in these words, and the good one was released to. */
function expectFailed(result: CliResult, message: RegExp): void {
  expect(result.exit).toBe(4);
  expect(json(result)['repositories']).toMatchObject([
    {
      repository: 'odd',
      outcome: 'failed',
      error: { code: 'disk', message: expect.stringMatching(message) as string },
    },
    { repository: 'good', outcome: 'released' },
  ]);
}

async function debris(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => /\.(?:tmp|lock)$/.test(name));
}

function remount(path: string, options: string): void {
  execFileSync('mount', ['-o', `remount,${options}`, path]);
}

async function mayMount(): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'tallyman-'));
  const may = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', folder]).status === 0;
  if (may) unmount(folder);
  await rm(folder, { recursive: true });
  return may;
}

function unmount(path: string): void {
  execFileSync('umount', ['--lazy', path]);
}
