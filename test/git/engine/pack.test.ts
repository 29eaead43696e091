import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { newObject, objectTypes, type GitObject } from '../../../src/git/engine/object-id.ts';
import { ObjectStore } from '../../../src/git/engine/object-store.ts';
import { encodePackIndex, indexEntry, PackIndex } from '../../../src/git/engine/pack-index.ts';
import { readPack, readPackInTurns, type PackedObject } from '../../../src/git/engine/pack-reader.ts';
import { extendPack, writePack } from '../../../src/git/engine/pack-writer.ts';
import type { CommitId } from '../../../src/release/log.ts';
import { git, gitRaw, inFolder } from '../git.ts';
import { makeCommits } from '../make-commit.ts';
import { addEntry, refDelta, varint } from './craft-pack.ts';

function readAll(pack: Buffer, external?: (id: string) => GitObject | undefined): PackedObject[] {
  const found: PackedObject[] = [];
  readPack(pack, {
    visit: (object) => void found.push(object),
    ...(external === undefined ? {} : { external }),
  });
  return found;
}

function indexOf(pack: Buffer): Buffer {
  const entries = readAll(pack).map(({ id, offset, end }) => indexEntry(pack, id, offset, end));
  return encodePackIndex(entries, pack.subarray(-20));
}

/** A history in which files change a little each time, so that git makes deltas. */
function deltaRepository(folder: string): CommitId {
  git(folder, 'init', '-q', '--bare', '.');
  const commits = Array.from({ length: 25 }, (_, n) => {
    const body = Array.from(
      { length: 200 },
      (_, line) => `line ${line}: ${line % 25 === n ? `changed ${n}` : 'same'}`,
    ).join('\n');
    const files = { 'a/big.yaml': body, [`b/${n}.yaml`]: `file ${n}\n${body.slice(0, 500)}` };
    return { files, message: `Commit ${n}\n`, parents: [], at: n * 1000 };
  });
  const tip = makeCommits(folder, commits).at(-1);
  if (tip === undefined) throw new Error('no commit was made');
  git(folder, 'update-ref', 'refs/heads/main', tip);
  return tip;
}

describe('writePack', () => {
  const object = fc.record({
    type: fc.constantFrom(...objectTypes),
    bytes: fc.uint8Array({ maxLength: 3000 }),
  });

  it('is read back whole by readPack', () => {
    fc.assert(
      fc.property(fc.array(object, { maxLength: 20 }), (objects) => {
        const read = readAll(writePack(objects));
        expect(read.map(({ id }) => id)).toEqual(objects.map(({ type, bytes }) => newObject(type, bytes).id));
        expect(read.map(({ bytes }) => Buffer.from(bytes))).toEqual(
          objects.map(({ bytes }) => Buffer.from(bytes)),
        );
      }),
    );
  });

  it('is sound to native git, and its index is the one that native git makes', async () => {
    await inFolder(async (folder) => {
      git(folder, 'init', '-q', '--bare', '.');
      const objects = Array.from({ length: 300 }, (_, n) =>
        newObject('blob', Buffer.alloc(n * 37, `text ${n} `)),
      );
      const { pack } = extendPack(writePack(objects.slice(0, 200)), objects.slice(200));
      writeFileSync(join(folder, 'x.pack'), pack);
      git(folder, 'index-pack', '--strict', 'x.pack');
      expect(indexOf(pack)).toEqual(readFileSync(join(folder, 'x.idx')));
    });
  });
});

describe('readPack', () => {
  it.each([
    ['offsets', ['--delta-base-offset']],
    ['ids', []],
  ])('makes every object of a native pack with deltas by %s', async (_, args) => {
    await inFolder(async (folder) => {
      deltaRepository(folder);
      const pack = gitRaw(
        folder,
        ['pack-objects', '--all', '--stdout', '-q', '--depth=200', '--window=50', ...args],
        '',
      );
      const expected = git(
        folder,
        'cat-file',
        '--batch-all-objects',
        '--batch-check=%(objectname) %(objecttype) %(objectsize)',
      ).split('\n');
      const read = readAll(pack).map(({ id, type, bytes }) => `${id} ${type} ${bytes.length}`);
      expect(read.sort()).toEqual(expected.sort());
      writeFileSync(join(folder, 'x.pack'), pack);
      git(folder, 'index-pack', 'x.pack');
      expect(git(folder, 'verify-pack', '-v', 'x.idx')).toMatch(/chain length = [23]/);
      expect(indexOf(pack)).toEqual(readFileSync(join(folder, 'x.idx')));
    });
  });

  it('takes the bases of a thin pack from the receiver, and a store completes it', async () => {
    await inFolder(async (folder) => {
      const server = join(folder, 'server');
      mkdirSync(server);
      const tip = deltaRepository(server);
      const lines = `${tip}\n--not\n${tip}~1\n`;
      const thin = gitRaw(
        server,
        ['pack-objects', '--revs', '--thin', '--stdout', '-q', '--delta-base-offset'],
        lines,
      );
      expect(() => readAll(thin)).toThrow(
        expect.objectContaining({ code: 'corrupt', message: expect.stringContaining('no base') }),
      );
      git(folder, 'init', '-q', '--bare', 'client');
      const store = new ObjectStore(join(folder, 'client/objects'));
      await store.addPack(gitRaw(server, ['pack-objects', '--revs', '--stdout', '-q'], `${tip}~1\n`));
      await store.addPack(thin);
      git(join(folder, 'client'), 'update-ref', 'refs/heads/main', tip);
      expect(git(join(folder, 'client'), 'fsck', '--full', '--strict')).toBe('');
      const format = '--batch-check=%(objectname) %(objectsize)';
      const sizes = git(server, 'cat-file', '--batch-all-objects', format).split('\n');
      expect(sizes.length).toBeGreaterThan(100);
      expect(
        sizes.map((line) => `${line.slice(0, 40)} ${store.read(line.slice(0, 40))?.bytes.length}`),
      ).toEqual(sizes);
      store.close();
    });
  });

  it('leaves connections and timers their turn where it reads a large pack', async () => {
    const objects = Array.from({ length: 20_000 }, (_, n) => newObject('blob', Buffer.from(`file ${n}`)));
    const pack = writePack(objects);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const found: string[] = [];
    await readPackInTurns(pack, { visit: ({ id }) => void found.push(id) });
    clearInterval(timer);
    expect(found).toEqual(objects.map(({ id }) => id));
    expect(ticks).toBeGreaterThan(0); // in one go it would be none
  });

  it('makes bases again where they were too large to keep', () => {
    const big = Buffer.alloc(40 * 1024 ** 2, 'x');
    const objects = [0, 1, 2].map((n) => newObject('blob', Buffer.concat([big, Buffer.from([n])])));
    const [first] = objects;
    // A delta that copies the first object in full: made last, when that one is no longer kept.
    const size = [...varint(big.length + 1), ...varint(big.length + 1)];
    const copies: number[] = [];
    for (let at = 0; at < big.length + 1; at += 0xffffff) {
      const length = Math.min(0xffffff, big.length + 1 - at);
      copies.push(
        0xff,
        at & 255,
        (at >> 8) & 255,
        (at >> 16) & 255,
        at >>> 24,
        length & 255,
        (length >> 8) & 255,
        length >> 16,
      );
    }
    const pack = addEntry(writePack(objects), refDelta(first?.id ?? '', Buffer.from([...size, ...copies])));
    expect(readAll(pack).map(({ id }) => id)).toEqual([...objects, first].map((object) => object?.id));
  });
});

describe('PackIndex', () => {
  it('finds what is there, by offsets beyond 4 GiB too, and nothing else', () => {
    const ids = Array.from({ length: 500 }, (_, n) => newObject('blob', Buffer.from(String(n))).id);
    const index = new PackIndex(
      encodePackIndex(
        ids.map((id, n) => ({ id, offset: 12 + n * 10, crc: n })),
        Buffer.alloc(20),
      ),
      'x.idx',
    );
    expect(ids.map((id) => index.find(id))).toEqual(ids.map((_, n) => 12 + n * 10));
    expect(index.find('0'.repeat(40))).toBeUndefined();
    expect(index.find('f'.repeat(40))).toBeUndefined();
    expect(index.next(12)).toBe(22);
    expect(index.next(12 + 4990)).toBeUndefined();
    expect([...index.ids()]).toEqual([...ids].sort());
  });

  it('reads the 64-bit offsets of a native index', async () => {
    await inFolder(async (folder) => {
      deltaRepository(folder);
      git(folder, '-c', 'pack.indexVersion=2', 'repack', '-adq');
      const pack = readdirSync(join(folder, 'objects/pack')).find((name) => name.endsWith('.pack')) ?? '';
      git(folder, 'index-pack', '--index-version=2,0x40', '-o', 'large.idx', join('objects/pack', pack));
      const plain = new PackIndex(
        readFileSync(join(folder, 'objects/pack', pack.replace('.pack', '.idx'))),
        'plain',
      );
      const large = new PackIndex(readFileSync(join(folder, 'large.idx')), 'large');
      const ids = [...plain.ids()];
      expect(ids.map((id) => large.find(id))).toEqual(ids.map((id) => plain.find(id)));
    });
  });

  it.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, 1000)],
    ['of version 1', (bytes: Buffer) => bytes.subarray(8)],
    ['with a fan-out that goes backwards', (bytes: Buffer) => Buffer.from(bytes).fill(255, 8, 12)],
    ['with fewer ids than it states', (bytes: Buffer) => bytes.subarray(0, bytes.length - 28)],
  ])('refuses one %s', (_, damage) => {
    const bytes = encodePackIndex([{ id: 'a'.repeat(40), offset: 12, crc: 1 }], Buffer.alloc(20));
    expect(() => new PackIndex(damage(bytes), 'x.idx')).toThrow(expect.objectContaining({ code: 'corrupt' }));
  });
});
