import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDirectoryTree } from '../../../src/tree/directory/directory-tree.ts';
import { FileWriters } from '../../../src/tree/directory/file-writers.ts';
import type { WriteBatch } from '../../../src/tree/directory/write-batch.ts';
import { WriteThread } from '../../../src/tree/directory/write-thread.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tallyman-'));
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

const paths = Array.from({ length: 240 }, (_, index) => `${index % 7}/${index}.yaml`);
const old = 'image: acme/web:1.0.0 # ä\n';

/** Some 20 kB, so that a batch holds a few of them; some have characters of two and of four bytes. */
function textOf(path: string): string {
  return `# ${path} ü \u{1f680}\n${'image: acme/web:1.0.1\n'.repeat(900)}`;
}

async function seed(): Promise<void> {
  for (let folder = 0; folder < 7; folder++) await mkdir(join(root, String(folder)));
  for (const path of paths) await writeFile(join(root, path), old);
}

describe('FileWriters', () => {
  it.each([
    ['here', { threshold: 1_000_000 }],
    ['by two threads, from the first batch on', { threshold: 0 }],
    ['by one thread', { threads: 1, threshold: 100 }],
  ])('writes every file once, %s', async (_, options) => {
    await seed();
    await chmod(join(root, '3/3.yaml'), 0o755);
    const writers = new FileWriters(root, options);
    for (const path of paths) writers.write(path, textOf(path), undefined);
    expect(await writers.finish()).toEqual(new Map());
    for (const path of paths) expect(await readFile(join(root, path), 'utf8')).toBe(textOf(path));
    expect((await stat(join(root, '3/3.yaml'))).mode & 0o777).toBe(0o755);
    expect((await readdir(root, { recursive: true })).length).toBe(paths.length + 7);
  });

  it.each([
    ['here', { threshold: 1_000_000 }],
    ['by threads', { threshold: 0 }],
  ])('tells of each file that cannot be written, and writes the others, %s', async (_, options) => {
    await seed();
    const tree = openDirectoryTree(root);
    await tree.read(await tree.list(), () => {});
    await rm(join(root, '0/7.yaml'));
    await rm(join(root, '1/155.yaml'));
    await symlink('8.yaml', join(root, '1/155.yaml'));
    await appendFile(join(root, '3/234.yaml'), 'mine\n');
    const writers = new FileWriters(root, options);
    for (const path of paths) writers.write(path, textOf(path), tree.stampOfRead(path));
    writers.write('../away.yaml', 'x', undefined);
    const failed = await writers.finish();
    expect(Object.fromEntries([...failed].map(([path, { message }]) => [path, message]))).toEqual({
      '0/7.yaml': 'cannot write 0/7.yaml: there is no such file',
      '1/155.yaml': 'cannot write 1/155.yaml: it is a symlink',
      '3/234.yaml': 'cannot write 3/234.yaml: it was changed by somebody else since it was read; run again',
      '../away.yaml': 'cannot write ../away.yaml: it does not lie in a folder below the root',
    });
    expect(await readFile(join(root, '3/234.yaml'), 'utf8')).toBe(`${old}mine\n`);
    const others = paths.filter((path) => !failed.has(path));
    for (const path of others) expect(await readFile(join(root, path), 'utf8')).toBe(textOf(path));
  });

  it('writes a file that is larger than a batch', async () => {
    await writeFile(join(root, 'large.yaml'), old);
    const writers = new FileWriters(root);
    const text = 'ä'.repeat(300_000);
    writers.write('large.yaml', text, undefined);
    await writers.finish();
    expect(await readFile(join(root, 'large.yaml'), 'utf8')).toBe(text);
  });
});

describe('a thread that writes', () => {
  it('is told of where it ends before its time', async () => {
    const thread = new WriteThread(root);
    await vi.waitFor(() => {
      expect([...thread.collect()]).toEqual([]);
      expect(thread.isFree).toBe(true);
    });
    // What no batch is: the thread falls over it.
    thread.give({ room: new ArrayBuffer(8), files: [null] } as unknown as WriteBatch);
    await expect(thread.end()).rejects.toThrow(
      'a thread that wrote files ended before it was done: 1 files may be written or as they were, each whole; run again',
    );
  });
});
