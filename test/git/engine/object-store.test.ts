import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { foldPacks, mostPacks } from '../../../src/git/engine/fold.ts';
import { GitTree, maxFileBytes } from '../../../src/git/engine/git-tree.ts';
import { newObject, type NewObject } from '../../../src/git/engine/object-id.ts';
import { ObjectStore } from '../../../src/git/engine/object-store.ts';
import { writePack } from '../../../src/git/engine/pack-writer.ts';
import { encodeTree } from '../../../src/git/engine/tree-object.ts';
import { git, inFolder } from '../git.ts';

const blob = (text: string): NewObject => newObject('blob', Buffer.from(text));

async function inStore(use: (store: ObjectStore, folder: string) => Promise<void> | void): Promise<void> {
  await inFolder(async (folder) => {
    git(folder, 'init', '-q', '--bare', '.');
    const store = new ObjectStore(join(folder, 'objects'));
    await use(store, folder);
    store.close();
  });
}

/** Bytes that no compressor makes smaller, the same each time. */
function noise(length: number): Buffer {
  const parts: Buffer[] = [];
  for (let n = 0; n * 32 < length; n++) parts.push(createHash('sha256').update(String(n)).digest());
  return Buffer.concat(parts).subarray(0, length);
}

function packFiles(folder: string): string[] {
  return readdirSync(join(folder, 'objects/pack')).filter((name) => name.endsWith('.pack'));
}

describe('ObjectStore', () => {
  it('writes loose objects that native git reads, once', async () => {
    await inStore((store, folder) => {
      const object = blob('hello\n');
      expect(store.has(object.id)).toBe(false);
      store.writeLoose(object);
      store.writeLoose(object);
      expect(git(folder, 'cat-file', '-p', object.id)).toBe('hello');
      expect(Buffer.from(store.read(object.id)?.bytes ?? []).toString()).toBe('hello\n');
      expect(readdirSync(join(folder, 'objects', object.id.slice(0, 2)))).toEqual([object.id.slice(2)]);
    });
  });

  it('sees packs that others add or replace while it is open', async () => {
    await inStore(async (store, folder) => {
      const first = blob('first');
      store.writeLoose(first);
      expect(store.read('1'.repeat(40))).toBeUndefined();
      const other = new ObjectStore(join(folder, 'objects'));
      const second = blob('second');
      await other.addPack(writePack([second]));
      expect(store.has(second.id)).toBe(true);
      expect(store.read(second.id)?.bytes).toEqual(second.bytes);
      git(folder, 'repack', '-adkq');
      expect(store.read(first.id)?.bytes).toEqual(first.bytes);
      expect(store.read(second.id)?.bytes).toEqual(second.bytes);
      other.close();
    });
  });

  const id = blob('sound').id;
  it.each([
    ['cut off', deflateSync('blob 5\0sound').subarray(0, 9)],
    ['of another content', deflateSync('blob 5\0sOund')],
    ['with a size that is not true', deflateSync('blob 6\0sound')],
    ['without a head', deflateSync('sound')],
    ['empty', Buffer.alloc(0)],
  ])('refuses a loose object that is %s', async (_, bytes) => {
    await inStore((store, folder) => {
      mkdirSync(join(folder, 'objects', id.slice(0, 2)));
      writeFileSync(join(folder, 'objects', id.slice(0, 2), id.slice(2)), bytes);
      expect(() => store.read(id)).toThrow(expect.objectContaining({ code: 'corrupt' }));
    });
  });

  it('sees a pack that came in the same moment as its last look, by the clock of the file system', async () => {
    await inStore(async (_, folder) => {
      const packs = join(folder, 'objects/pack');
      const moment = new Date();
      utimesSync(packs, moment, moment);
      const [store, other] = [0, 1].map(() => new ObjectStore(join(folder, 'objects')));
      await other?.addPack(writePack([blob('theirs')]));
      utimesSync(packs, moment, moment);
      expect(store?.has(blob('theirs').id)).toBe(true);
      for (const one of [store, other]) one?.close();
    });
  });

  it('refuses a pack whose bytes changed on the disk', async () => {
    await inStore(async (store, folder) => {
      const object = newObject('blob', noise(2000));
      await store.addPack(writePack([object]));
      store.close();
      const path = join(folder, 'objects/pack', packFiles(folder)[0] ?? '');
      const bytes = readFileSync(path);
      bytes[500] = (bytes[500] ?? 0) ^ 1;
      chmodSync(path, 0o644);
      writeFileSync(path, bytes);
      expect(() => new ObjectStore(join(folder, 'objects')).read(object.id)).toThrow(
        expect.objectContaining({ code: 'corrupt' }),
      );
      writeFileSync(path, bytes.subarray(0, 100));
      expect(() => new ObjectStore(join(folder, 'objects')).read(object.id)).toThrow(
        expect.objectContaining({ code: 'corrupt' }),
      );
    });
  });

  it('refuses alternates that go in a circle', async () => {
    await inStore((_, folder) => {
      writeFileSync(join(folder, 'objects/info/alternates'), `${join(folder, 'objects')}\n`);
      expect(() => new ObjectStore(join(folder, 'objects'))).toThrow(
        expect.objectContaining({ code: 'corrupt' }),
      );
    });
  });

  it('says so where the disk takes nothing, and leaves no debris', async () => {
    await inStore((store, folder) => {
      const object = blob('x');
      writeFileSync(join(folder, 'objects', object.id.slice(0, 2)), 'in the way');
      expect(() => store.writeLoose(object)).toThrow(
        expect.objectContaining({ name: 'Failure', message: expect.stringMatching(/cannot write .*: E/) }),
      );
      expect(readdirSync(join(folder, 'objects')).sort()).toEqual(
        [object.id.slice(0, 2), 'info', 'pack'].sort(),
      );
    });
  });
});

describe('foldPacks', () => {
  it('keeps what is wanted in few packs, drops the rest, and lets open reads go on', async () => {
    await inStore(async (store, folder) => {
      const large = newObject('blob', noise(60_000));
      await store.addPack(writePack([large, blob('unwanted in the largest')]));
      const small = Array.from({ length: mostPacks + 1 }, (_, n) => blob(`small ${n}`));
      for (const object of small) await store.addPack(writePack([object]));
      const wanted = small.filter((_, n) => n % 2 === 0);
      expect(store.read(small[1]?.id ?? '')).toBeDefined();
      expect(await foldPacks(store, () => new Set([large, ...wanted].map(({ id }) => id)))).toBe(true);
      expect(packFiles(folder).length).toBe(2);
      const fresh = new ObjectStore(join(folder, 'objects'));
      for (const object of [large, ...wanted]) expect(fresh.read(object.id)?.bytes).toEqual(object.bytes);
      expect(fresh.has(small[1]?.id ?? '')).toBe(false);
      expect(store.read(small[1]?.id ?? '')?.bytes).toEqual(small[1]?.bytes);
      expect(git(folder, 'fsck', '--full', '--no-dangling')).toBe('');
      expect(await foldPacks(store, () => new Set())).toBe(false);
      fresh.close();
    });
  });

  it('folds the largest pack too once the others outweigh it', async () => {
    await inStore(async (store, folder) => {
      const objects = Array.from({ length: mostPacks + 2 }, (_, n) => blob(`object ${n}`));
      for (const object of objects) await store.addPack(writePack([object]));
      await foldPacks(store, () => new Set(objects.slice(0, 3).map(({ id }) => id)));
      expect(packFiles(folder).length).toBe(1);
      expect(git(folder, 'count-objects', '-v')).toContain('in-pack: 3');
    });
  });

  it('folds the largest pack too where most of it is not wanted any more', async () => {
    await inStore(async (store, folder) => {
      const past = Array.from({ length: 50 }, (_, n) => newObject('blob', noise(3000 + n)));
      await store.addPack(writePack(past));
      const small = Array.from({ length: mostPacks }, (_, n) => blob(`small ${n}`));
      for (const object of small) await store.addPack(writePack([object]));
      const wanted = [...past.slice(0, 24), ...small];
      await foldPacks(store, () => new Set(wanted.map(({ id }) => id)));
      expect(packFiles(folder).length).toBe(1);
      expect(git(folder, 'count-objects', '-v')).toContain(`in-pack: ${wanted.length}`);
      for (const { id, bytes } of wanted) expect(store.read(id)?.bytes).toEqual(bytes);
    });
  });
});

describe('GitTree', () => {
  it('lists a file over the cap, but does not read it', async () => {
    await inStore(async (store) => {
      const big = newObject('blob', Buffer.alloc(maxFileBytes + 1));
      const root = newObject('tree', encodeTree([{ name: 'big.bin', mode: 'file', id: big.id }]));
      for (const object of [big, root]) store.writeLoose(object);
      const tree = new GitTree(store, root.id);
      const entries = await tree.list();
      expect(entries).toEqual([{ path: 'big.bin', mode: 'file', id: big.id }]);
      await expect(tree.read(entries, () => undefined)).rejects.toMatchObject({
        code: 'too-large',
        file: 'big.bin',
      });
    });
  });

  it('reads each file of a content that stands twice, and finds single paths', async () => {
    await inStore(async (store) => {
      const same = blob('same');
      const inner = newObject('tree', encodeTree([{ name: 'b.yaml', mode: 'file', id: same.id }]));
      const root = newObject(
        'tree',
        encodeTree([
          { name: 'a', mode: 'tree', id: inner.id },
          { name: 'a.yaml', mode: 'executable', id: same.id },
          { name: 'sub', mode: 'submodule', id: '1'.repeat(40) },
        ]),
      );
      for (const object of [same, inner, root]) store.writeLoose(object);
      const tree = new GitTree(store, root.id);
      const paths: string[] = [];
      const files = (await tree.list()).filter((entry) => entry.mode !== 'submodule');
      await tree.read(files, (entry, bytes) => paths.push(`${entry.path}=${Buffer.from(bytes).toString()}`));
      expect(paths.sort()).toEqual(['a.yaml=same', 'a/b.yaml=same']);
      expect(await tree.entry('a/b.yaml')).toMatchObject({ path: 'a/b.yaml', mode: 'file' });
      for (const path of ['a', 'a/c', 'a.yaml/x', 'x/y', '', 'a/'])
        expect(await tree.entry(path), path).toBeUndefined();
    });
  });

  it('gives up on a tree that unfolds without end, quickly', async () => {
    await inStore(async (store) => {
      let below = newObject('tree', encodeTree([{ name: 'x', mode: 'file', id: blob('x').id }]));
      store.writeLoose(below);
      for (let level = 0; level < 9; level++) {
        const items = Array.from({ length: 10 }, (_, n) => ({
          name: `d${n}`,
          mode: 'tree' as const,
          id: below.id,
        }));
        below = newObject('tree', encodeTree(items));
        store.writeLoose(below);
      }
      await expect(new GitTree(store, below.id).list()).rejects.toMatchObject({ code: 'too-large' });
      for (let level = 0; level < 300; level++) {
        below = newObject('tree', encodeTree([{ name: 'd', mode: 'tree', id: below.id }]));
        store.writeLoose(below);
      }
      await expect(new GitTree(store, below.id).list()).rejects.toMatchObject({ code: 'too-large' });
    });
  });

  it.each([
    ['a missing folder', 'tree' as const, 'corrupt'],
    ['a missing file', 'file' as const, 'corrupt'],
  ])('says so about %s', async (_, mode, code) => {
    await inStore(async (store) => {
      const root = newObject('tree', encodeTree([{ name: 'gone', mode, id: '1'.repeat(40) }]));
      store.writeLoose(root);
      const tree = new GitTree(store, root.id);
      const reading = tree.list().then((entries) => tree.read(entries, () => undefined));
      await expect(reading).rejects.toMatchObject({ code, message: expect.stringContaining('gone') });
    });
  });
});
