import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileAtomic, writeFileAtomic } from '../../../src/tree/directory/write-file.ts';

let root: string;
const bytes = new TextEncoder().encode('new');

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tallyman-'));
  await mkdir(join(root, 'sub'));
  await writeFile(join(root, 'sub', 'a.yaml'), 'old');
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

describe('writeFileAtomic', () => {
  it.each([0o600, 0o644, 0o755, 0o666])('replaces the content and keeps the mode %o', async (mode) => {
    await chmod(join(root, 'sub', 'a.yaml'), mode);
    await writeFileAtomic(root, 'sub/a.yaml', bytes);
    expect(await readFile(join(root, 'sub', 'a.yaml'), 'utf8')).toBe('new');
    expect((await stat(join(root, 'sub', 'a.yaml'))).mode & 0o777).toBe(mode);
    expect(await readdir(join(root, 'sub'))).toEqual(['a.yaml']);
  });

  it('takes names of any length', async () => {
    const name = `${'x'.repeat(250)}.yaml`;
    await writeFile(join(root, name), 'old');
    await writeFileAtomic(root, name, bytes);
    expect(await readFile(join(root, name), 'utf8')).toBe('new');
  });

  it.each([
    ['above the root', '../other.yaml'],
    ['above the root, hidden', 'sub/../../other.yaml'],
    ['absolute', '/etc/hostname'],
    ['empty', ''],
    ['the root', '.'],
    ['of git', '.git/config'],
    ['a folder', 'sub'],
    ['not there', 'sub/b.yaml'],
    ['in a folder that is not there', 'none/a.yaml'],
    ['a symlink', 'link.yaml'],
    ['behind a symlink', 'link/a.yaml'],
    ['with a NUL', 'sub/a.yaml\0'],
  ])('refuses a path that is %s', async (_label, path) => {
    await mkdir(join(root, '.git'));
    await writeFile(join(root, '.git', 'config'), 'old');
    await symlink('sub/a.yaml', join(root, 'link.yaml'));
    await symlink('sub', join(root, 'link'));
    await expect(writeFileAtomic(root, path, bytes)).rejects.toMatchObject({
      code: 'invalid-input',
      file: path,
    });
    expect(await readFile(join(root, 'sub', 'a.yaml'), 'utf8')).toBe('old');
    expect((await readdir(root)).sort()).toEqual(['.git', 'link', 'link.yaml', 'sub']);
  });
});

describe('createFileAtomic', () => {
  it('makes a file, with the mode that new files have', async () => {
    await createFileAtomic(root, 'sub/b.yaml', bytes);
    await writeFile(join(root, 'sub', 'c.yaml'), 'x');
    expect(await readFile(join(root, 'sub', 'b.yaml'), 'utf8')).toBe('new');
    const [made, usual] = await Promise.all(
      ['b.yaml', 'c.yaml'].map((name) => stat(join(root, 'sub', name))),
    );
    expect(made?.mode).toBe(usual?.mode);
  });

  it.each([
    ['taken', 'sub/a.yaml'],
    ['taken by a folder', 'sub'],
    ['above the root', '../other.yaml'],
    ['of git', '.git/config'],
    ['in a folder that is not there', 'none/a.yaml'],
    ['behind a symlink', 'link/b.yaml'],
  ])('refuses a path that is %s, and leaves nothing', async (_label, path) => {
    await symlink('sub', join(root, 'link'));
    await expect(createFileAtomic(root, path, bytes)).rejects.toMatchObject({
      code: 'invalid-input',
      file: path,
    });
    expect(await readFile(join(root, 'sub', 'a.yaml'), 'utf8')).toBe('old');
    expect([...(await readdir(root)), ...(await readdir(join(root, 'sub')))].sort()).toEqual([
      'a.yaml',
      'link',
      'sub',
    ]);
  });
});
