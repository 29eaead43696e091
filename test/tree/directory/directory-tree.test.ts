import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDirectoryTree } from '../../../src/tree/directory/directory-tree.ts';
import { treeContract } from '../tree-contract.ts';

let folder: string;
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallyman-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function checkout(files: Readonly<Record<string, string>>): Promise<string> {
  const root = join(folder, `checkout ${count++}`);
  await mkdir(root);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return root;
}

async function readAll(root: string): Promise<Record<string, string>> {
  const tree = openDirectoryTree(root);
  const seen: Record<string, string> = {};
  await tree.read(await tree.list(), ({ path }, bytes) => {
    seen[path] = new TextDecoder().decode(bytes);
  });
  return seen;
}

treeContract('directory', async (files) => openDirectoryTree(await checkout(files)));

describe('openDirectoryTree', () => {
  it('skips .git, as a folder and as a file', async () => {
    const root = await checkout({ 'a.yaml': 'a', '.git/config': 'x', '.github/b.yaml': 'b' });
    expect(await readAll(root)).toEqual({ 'a.yaml': 'a', '.github/b.yaml': 'b' });
    const worktree = await checkout({ 'a.yaml': 'a', '.git': 'gitdir: elsewhere' });
    expect(await readAll(worktree)).toEqual({ 'a.yaml': 'a' });
    expect(await openDirectoryTree(root).entry('.git/config')).toBeUndefined();
  });

  it('does not enter submodules', async () => {
    const root = await checkout({ 'a.yaml': 'a', 'sub/.git': 'gitdir: elsewhere', 'sub/b.yaml': 'b' });
    expect((await openDirectoryTree(root).list()).map(({ path, mode }) => [path, mode])).toEqual([
      ['a.yaml', 'file'],
      ['sub', 'submodule'],
    ]);
  });

  // Other systems make no such names.
  it.runIf(process.platform === 'linux')('reads files and folders whose names are no UTF-8', async () => {
    const root = await checkout({ 'a.yaml': 'a', '\uFFFD.yaml': 'really' });
    const at = (path: string): Buffer => Buffer.from(join(root, path), 'latin1');
    await mkdir(at('\u00ff'));
    await writeFile(at('\u00ff/b.yaml'), 'b');
    await writeFile(at('\u00fe.yaml'), 'c');
    const tree = openDirectoryTree(root);
    const seen: string[] = [];
    await tree.read(await tree.list(), ({ path }, bytes) => {
      seen.push(`${path}: ${new TextDecoder().decode(bytes)}`);
    });
    expect(seen.toSorted()).toEqual([
      'a.yaml: a',
      '\uFFFD.yaml: c',
      '\uFFFD.yaml: really',
      '\uFFFD/b.yaml: b',
    ]);
  });

  it('lists symlinks and follows none, inside, outside or in circles', async () => {
    const outside = await checkout({ 'secret.yaml': 'secret' });
    const root = await checkout({ 'a/a.yaml': 'a' });
    await symlink(join(outside, 'secret.yaml'), join(root, 'file.yaml'));
    await symlink(outside, join(root, 'folder'));
    await symlink('.', join(root, 'a', 'circle'));
    await symlink('nowhere', join(root, 'dangling'));
    const tree = openDirectoryTree(root);
    const listed = await tree.list();
    expect(listed.map(({ path, mode }) => [path, mode])).toEqual([
      ['a/a.yaml', 'file'],
      ['a/circle', 'symlink'],
      ['dangling', 'symlink'],
      ['file.yaml', 'symlink'],
      ['folder', 'symlink'],
    ]);
    expect((await readAll(root))['dangling']).toBe('nowhere');
    expect(await tree.entry('folder/secret.yaml')).toBeUndefined();
    expect(await tree.entry('a/circle/a.yaml')).toBeUndefined();
    expect(await tree.entry('folder')).toMatchObject({ mode: 'symlink' });
  });

  it('tells executables, and leaves out what is neither file nor symlink', async () => {
    const root = await checkout({ 'run.sh': 'x', 'a.yaml': 'a' });
    await chmod(join(root, 'run.sh'), 0o755);
    execFileSync('mkfifo', [join(root, 'pipe')]);
    expect((await openDirectoryTree(root).list()).map(({ path, mode }) => [path, mode])).toEqual([
      ['a.yaml', 'file'],
      ['run.sh', 'executable'],
    ]);
    expect(await openDirectoryTree(root).entry('pipe')).toBeUndefined();
  });

  it('keeps the id of a file that nobody touched, and gives another one after every change', async () => {
    const root = await checkout({ 'a.yaml': 'one' });
    const path = join(root, 'a.yaml');
    const long = new Date(Date.now() - 86_400_000);
    const tree = openDirectoryTree(root);
    const id = async () => (await tree.list())[0]?.id;
    // the change time cannot be set: wait until it is older than the clock step
    const settled = async () => {
      while ((await id()) !== (await id())) await new Promise((resolve) => setImmediate(resolve));
      return id();
    };
    const first = await settled();
    await writeFile(path, 'two');
    await utimes(path, long, long);
    const second = await settled();
    expect(second).not.toBe(first);
    await writeFile(join(root, 'new'), 'two');
    await utimes(join(root, 'new'), long, long);
    await rename(join(root, 'new'), path);
    expect(await settled()).not.toBe(second);
  });

  it('gives a file that may still change under the same stamp an id that never comes back', async () => {
    const root = await checkout({ 'a.yaml': 'one' });
    const later = new Date(Date.now() + 3_600_000);
    await utimes(join(root, 'a.yaml'), later, later);
    const tree = openDirectoryTree(root);
    const ids = [await tree.list(), await tree.list()].map(([entry]) => entry?.id);
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('never gives one id to two contents, however fast they come', async () => {
    const root = await checkout({ 'a.yaml': '0' });
    const tree = openDirectoryTree(root);
    const contents = new Map<string, string>();
    for (let round = 0; round < 200; round++) {
      const content = String(round % 10);
      await writeFile(join(root, 'a.yaml'), content);
      const [entry] = await tree.list();
      const id = entry?.id ?? '';
      expect(contents.get(id) ?? content).toBe(content);
      contents.set(id, content);
    }
  });

  it('refuses to read what is no longer what was listed', async () => {
    const root = await checkout({ 'a.yaml': 'one', 'b.yaml': 'one', 'c.yaml': 'one', 'd.yaml': 'one' });
    const tree = openDirectoryTree(root);
    const entries = await tree.list();
    await writeFile(join(root, 'a.yaml'), 'other');
    await rm(join(root, 'b.yaml'));
    await rm(join(root, 'c.yaml'));
    await symlink('d.yaml', join(root, 'c.yaml'));
    await truncate(join(root, 'd.yaml'), 1);
    for (const entry of entries) {
      await expect(
        tree.read([entry], () => {}),
        entry.path,
      ).rejects.toMatchObject({
        code: 'not-found',
        file: entry.path,
      });
    }
  });

  it('reads files up to its size cap', async () => {
    const root = await checkout({ 'a.yaml': '12345', 'b.yaml': '123456' });
    const tree = openDirectoryTree(root, { sizeCap: 5 });
    const [small, large] = await tree.list();
    if (small === undefined || large === undefined) throw new Error('two files were written');
    await tree.read([small], (_, bytes) => expect(bytes).toHaveLength(5));
    await expect(tree.read([large], () => {})).rejects.toMatchObject({ code: 'too-large', file: 'b.yaml' });
  });

  it('says which folder cannot be read', async () => {
    const path = join(folder, 'not there');
    await expect(openDirectoryTree(path).list()).rejects.toMatchObject({ code: 'invalid-input', file: path });
  });
});
