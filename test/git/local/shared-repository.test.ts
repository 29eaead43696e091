import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openLocalRepository } from '../../../src/git/local/local-repository.ts';
import { git, gitRaw, inFolder } from '../git.ts';
import { manyFilesToImport, publishMany } from './publish-many.ts';

// A service that shows its files to nobody: what it writes into a repository is for others all the same.
let before: number;
beforeEach(() => (before = process.umask(0o077)));
afterEach(() => void process.umask(before));

function modeOf(...path: readonly string[]): string {
  return (statSync(join(...path)).mode & 0o7777).toString(8);
}

/** Of the one loose object, its folder, and the branch. */
function looseModes(path: string, id: string, ref: string): readonly string[] {
  const folder = join(path, 'objects', id.slice(0, 2));
  return [modeOf(folder), modeOf(folder, id.slice(2)), modeOf(path, ref)];
}

describe('a repository that several users share', () => {
  it.each(['group', 'all', '0660', '0640', 'umask'])('gets the modes that git gives: %s', async (value) => {
    await inFolder(async (folder) => {
      const path = join(folder, 'config.git');
      git(folder, 'init', '-q', '--bare', '-b', 'main', `--shared=${value}`, path);
      gitRaw(path, ['fast-import', '--quiet'], manyFilesToImport());
      const theirs = gitRaw(path, ['hash-object', '-w', '--stdin'], 'theirs').toString().trim();
      git(path, 'update-ref', 'refs/heads/theirs', 'main');
      const person = { name: 'Tallyman', email: 'bot@example.com' };
      const named = { name: 'fleet', path, branch: 'main', author: person, committer: person, now: () => 0 };
      const repository = openLocalRepository(named);
      const base = await repository.sync();
      const changes = [{ path: 'apps/a7/web.yaml', bytes: Buffer.from('image: a7:2.0\n') }];
      expect(await repository.publish(base, [{ changes, message: 'Two' }])).toMatchObject({ kind: 'pushed' });
      await repository.close();
      const ours = git(path, 'rev-parse', 'main');
      const expected = looseModes(path, theirs, 'refs/heads/theirs');
      expect(looseModes(path, ours, 'refs/heads/main')).toEqual(expected);
    });
  });

  it('gets them for the folder of a branch that stood among the packed refs', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'config.git');
      git(folder, 'init', '-q', '--bare', '-b', 'team/main', '--shared=group', path);
      const commit = manyFilesToImport().replace('refs/heads/main', 'refs/heads/team/main');
      gitRaw(path, ['fast-import', '--quiet'], commit);
      git(path, 'pack-refs', '--all');
      rmSync(join(path, 'refs/heads/team'), { recursive: true, force: true });
      expect(await publishMany(path, 'team/main')).toBe('pushed');
      expect([modeOf(path, 'refs/heads/team'), modeOf(path, 'refs/heads/team/main')]).toEqual([
        '2770',
        '660',
      ]);
    });
  });

  it('gets them for packs as well', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'config.git');
      git(folder, 'init', '-q', '--bare', '-b', 'main', '--shared=group', path);
      gitRaw(path, ['fast-import', '--quiet'], manyFilesToImport());
      expect(await publishMany(path)).toBe('pushed');
      const files = readdirSync(join(path, 'objects/pack')).filter((name) => /\.(?:pack|idx)$/.test(name));
      const modes = files.map((name) => modeOf(path, 'objects/pack', name));
      expect(modes).toEqual(['440', '440', '440', '440']);
    });
  });
});
