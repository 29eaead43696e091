import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileAtomic, FileWriter } from '../../../src/tree/directory/write-file.ts';

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

describe('FileWriter', () => {
  it.each([0o600, 0o644, 0o755, 0o666])('replaces the content and keeps the mode %o', async (mode) => {
    await chmod(join(root, 'sub', 'a.yaml'), mode);
    new FileWriter(root).write('sub/a.yaml', bytes);
    expect(await readFile(join(root, 'sub', 'a.yaml'), 'utf8')).toBe('new');
    expect((await stat(join(root, 'sub', 'a.yaml'))).mode & 0o777).toBe(mode);
    expect(await readdir(join(root, 'sub'))).toEqual(['a.yaml']);
  });

  it('keeps the modes of files that it writes one after the other, whatever the umask takes away', async () => {
    const modes = [0o644, 0o644, 0o666, 0o644, 0o600, 0o666, 0o755, 0o755];
    const names = modes.map((_, index) => `sub/${index}.yaml`);
    const writer = new FileWriter(root);
    for (const [index, name] of names.entries()) {
      await writeFile(join(root, name), 'old');
      await chmod(join(root, name), modes[index] ?? 0);
    }
    for (const name of names) writer.write(name, bytes);
    const found = await Promise.all(names.map(async (name) => (await stat(join(root, name))).mode & 0o777));
    expect(found).toEqual(modes);
  });

  it('writes nothing through a symlink that took the place of another folder', async () => {
    await mkdir(join(root, 'other'));
    await writeFile(join(root, 'other', 'a.yaml'), 'old');
    const writer = new FileWriter(root);
    writer.write('sub/a.yaml', bytes);
    await rm(join(root, 'other'), { recursive: true });
    await symlink('sub', join(root, 'other'));
    expect(() => writer.write('other/a.yaml', bytes)).toThrow('below the root');
    expect(() => writer.write('sub/../other/a.yaml', bytes)).toThrow('below the root');
  });

  it('takes names of any length', async () => {
    const name = `${'x'.repeat(250)}.yaml`;
    await writeFile(join(root, name), 'old');
    new FileWriter(root).write(name, bytes);
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
    const writer = new FileWriter(root);
    // a writer that has been in the folder looks at each path all the same
    for (let turn = 0; turn < 2; turn++) {
      expect(() => writer.write(path, bytes)).toThrow(
        expect.objectContaining({ code: 'invalid-input', file: path }),
      );
    }
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
