import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { newObject } from '../../../src/git/engine/object-id.ts';
import { ObjectStore } from '../../../src/git/engine/object-store.ts';
import { openLocalRepository } from '../../../src/git/local/local-repository.ts';
import { writeObjects } from '../../../src/git/local/write-objects.ts';
import { git, gitRaw, inFolder } from '../git.ts';
import { manyFiles, manyFilesToImport, publishMany } from './publish-many.ts';

/** Made by native git: a file in each of many folders. */
function create(folder: string): string {
  const path = join(folder, 'config.git');
  git(folder, 'init', '-q', '--bare', '-b', 'main', path);
  gitRaw(path, ['fast-import', '--quiet'], manyFilesToImport());
  return path;
}

function packFiles(path: string): readonly string[] {
  return readdirSync(join(path, 'objects/pack'));
}

/** Loose objects, packs and garbage, as native git counts them. */
function counts(path: string): Readonly<Record<string, number>> {
  const lines = git(path, 'count-objects', '-v').split('\n');
  return Object.fromEntries(lines.map((line) => [line.split(': ')[0], Number(line.split(': ')[1])]));
}

function expectChanged(path: string): void {
  expect(git(path, 'rev-list', '--count', 'main')).toBe('2');
  const changed = git(path, 'diff', '--name-only', 'main~', 'main').split('\n');
  expect(changed).toHaveLength(manyFiles);
  expect(git(path, 'show', 'main:apps/a7/web.yaml')).toBe('image: a7:2.0');
  expect(git(path, 'fsck', '--strict', '--full')).toBe('');
}

describe('a commit of many objects to a local path', () => {
  it('is one pack, which native git reads, keeps and folds', async () => {
    await inFolder(async (folder) => {
      const path = create(folder);
      expect(await publishMany(path)).toBe('pushed');
      expect(counts(path)).toMatchObject({ count: 0, packs: 2, garbage: 0 });
      expect(packFiles(path).filter((name) => !/^pack-[0-9a-f]{40}\.(?:pack|idx)$/.test(name))).toEqual([]);
      expectChanged(path);
      git(path, 'gc', '-q');
      expect(counts(path)).toMatchObject({ packs: 1, garbage: 0 });
      expectChanged(path);
    });
  });

  it('lets others have their turn while it is packed', async () => {
    await inFolder(async (folder) => {
      const store = new ObjectStore(join(create(folder), 'objects'));
      let turns = 0;
      const timer = setInterval(() => turns++, 1);
      const release = await writeObjects(
        store,
        Array.from({ length: 200 }, (_, seed) => newObject('blob', noise(seed))),
      );
      clearInterval(timer);
      release();
      store.close();
      expect(turns).toBeGreaterThan(5);
    });
  });

  it('keeps its pack from a repack until the branch has it, and no longer', async () => {
    await inFolder(async (folder) => {
      const path = create(folder);
      const lock = join(path, 'refs/heads/main.lock');
      writeFileSync(lock, '');
      const publishing = publishMany(path);
      await seen(path, '.idx');
      git(path, 'repack', '-adq');
      rmSync(lock);
      expect(await publishing).toBe('pushed');
      expectChanged(path);
      expect(packFiles(path).filter((name) => name.endsWith('.keep'))).toEqual([]);
    });
  });

  it.each(['.tmp', '.keep', '.pack', '.idx'])(
    'is garbage at most where a kill comes at its %s',
    async (step) => {
      await inFolder(async (folder) => {
        const path = create(folder);
        const lock = join(path, 'refs/heads/main.lock');
        writeFileSync(lock, '');
        const program = join(import.meta.dirname, 'publish-many.ts');
        const child = spawn(process.execPath, [program, path], { stdio: 'ignore' });
        await seen(path, step, () => child.exitCode === null);
        child.kill('SIGKILL');
        await once(child, 'exit');
        rmSync(lock);
        expect(git(path, 'rev-list', '--count', 'main')).toBe('1');
        expect(await publishMany(path)).toBe('pushed');
        expectChanged(path);
        for (const name of packFiles(path))
          if (name.endsWith('.keep')) rmSync(join(path, 'objects/pack', name));
        git(path, 'gc', '-q', '--prune=now');
        expect(counts(path)).toMatchObject({ count: 0, packs: 1, garbage: 0 });
        expectChanged(path);
      });
    },
  );
});

describe('a commit to a local path', () => {
  it('has all its objects, also those that were here until somebody pruned them', async () => {
    await inFolder(async (folder) => {
      const path = create(folder);
      const branch =
        'commit refs/heads/tried\ncommitter P <p@example.com> 0 +0000\ndata 6\nTried\nfrom main\n';
      gitRaw(
        path,
        ['fast-import', '--quiet'],
        `${branch}M 100644 inline apps/a7/web.yaml\ndata 14\nimage: a7:2.0\n\n`,
      );
      git(path, 'repack', '-adq');
      const person = { name: 'Tallyman', email: 'bot@example.com' };
      const named = { name: 'fleet', path, branch: 'main', author: person, committer: person, now: () => 0 };
      const repository = openLocalRepository(named);
      const base = await repository.sync();
      await base.tree.list();
      git(path, 'branch', '-qD', 'tried');
      git(path, 'repack', '-adq');
      const change = { path: 'apps/a7/web.yaml', bytes: Buffer.from('image: a7:2.0\n') };
      expect(await repository.publish(base, [{ changes: [change], message: 'Two' }])).toMatchObject({
        kind: 'pushed',
      });
      await repository.close();
      expect(git(path, 'fsck', '--strict', '--full')).toBe('');
      expect(git(path, 'show', 'main:apps/a7/web.yaml')).toBe('image: a7:2.0');
    });
  });
});

/** Bytes that no compression makes smaller. */
function noise(seed: number): Uint8Array {
  return createHash('shake256', { outputLength: 50_000 }).update(String(seed)).digest();
}

/** Waits until a file with this ending is among the packs; looks without a pause, as the moment is short. */
async function seen(path: string, ending: string, goesOn: () => boolean = () => true): Promise<void> {
  const before = new Set(packFiles(path));
  const end = Date.now() + 10_000;
  while (!packFiles(path).some((name) => name.endsWith(ending) && !before.has(name))) {
    if (Date.now() > end || !goesOn()) throw new Error(`no ${ending} was to be seen`);
    await new Promise(setImmediate);
  }
}
