import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { newObject } from '../../../src/git/engine/object-id.ts';
import { ObjectStore } from '../../../src/git/engine/object-store.ts';
import { readPack, readPackAsItArrives, type PackedObject } from '../../../src/git/engine/pack-reader.ts';
import { writePack } from '../../../src/git/engine/pack-writer.ts';
import { git, inFolder } from '../git.ts';
import { addEntry, craftPack, entryHead, refDelta, seal, varint } from './craft-pack.ts';

const base = newObject('blob', Buffer.from('a base of some length, for deltas to copy from'));
const files = [
  base,
  newObject('blob', Buffer.alloc(3000, 'abc')),
  newObject('tree', Buffer.alloc(0)),
  newObject('blob', Buffer.alloc(200_000, 'a file that is larger than what stands side by side')),
  newObject('commit', Buffer.from('tree')),
];
const copy = [...varint(base.bytes.length), ...varint(8), 0x91, 2, 5, 3, 65, 66, 67];
/** Whole objects, and a delta on one of them. */
const pack = addEntry(writePack(files), refDelta(base.id, Buffer.from(copy)));

const limits = { objects: 1000, bytes: 10_000_000 };
type Outcome = { readonly objects: readonly PackedObject[] } | { readonly fault: string };

function whole(bytes: Buffer): Outcome {
  const objects: PackedObject[] = [];
  try {
    readPack(bytes, { visit: (object) => void objects.push(object), limits });
    return { objects };
  } catch (error) {
    return { fault: String(error) };
  }
}

async function arriving(parts: Iterable<Uint8Array>): Promise<Outcome> {
  const objects: PackedObject[] = [];
  try {
    const visit = (object: PackedObject): void => void objects.push(object);
    const read = await readPackAsItArrives(soon(parts), { visit, limits });
    expect(read.pack).toEqual(Buffer.concat([...parts]));
    expect(read.objects).toBe(objects.length);
    return { objects };
  } catch (error) {
    return { fault: String(error) };
  }
}

async function* soon(parts: Iterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  yield* parts;
}

function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((to, index) => bytes.subarray(places[index], to));
}

describe('readPackAsItArrives', () => {
  const cuts = fc.array(fc.nat(), { maxLength: 12 });

  it('reads what readPack reads, whatever the parts are', async () => {
    const expected = whole(pack);
    expect(expected).toMatchObject({ objects: Array.from({ length: 6 }, () => ({})) });
    await fc.assert(
      fc.asyncProperty(cuts, async (cuts) => {
        expect(await arriving(split(pack, cuts))).toEqual(expected);
      }),
    );
    expect(await arriving(Array.from(pack, (byte) => Buffer.of(byte)))).toEqual(expected);
  });

  it('tells of a pack that was cut off, or changed on the way, what readPack tells', async () => {
    const edits = fc.array(fc.tuple(fc.nat(pack.length - 1), fc.integer({ min: 1, max: 255 })), {
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(edits, fc.nat(pack.length), cuts, async (edits, length, cuts) => {
        const bytes = Buffer.from(pack);
        for (const [at, bits] of edits) bytes[at] = (bytes[at] ?? 0) ^ bits;
        // Half of them are not cut off.
        const received = bytes.subarray(0, length % 2 === 0 ? pack.length : Math.max(1, length));
        expect(await arriving(split(received, cuts))).toEqual(whole(received));
      }),
      { numRuns: 300 },
    );
  });

  it('tells of a pack that was sent wrong what readPack tells', async () => {
    const edits = fc.array(fc.tuple(fc.nat(pack.length - 21), fc.nat(255)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(edits, cuts, async (edits, cuts) => {
        const body = Buffer.from(pack.subarray(0, -20));
        for (const [at, byte] of edits) body[at] = byte;
        const sent = seal(body);
        expect(await arriving(split(sent, cuts))).toEqual(whole(sent));
      }),
      { numRuns: 300 },
    );
  });

  it.each<[string, Buffer]>([
    ['more objects than there are', craftPack([], 1)],
    ['a count over the bound', craftPack([], 4_000_000_000)],
    ['an object over the cap', craftPack([Buffer.concat([entryHead(3, 200_000_000), Buffer.alloc(50)])])],
    ['bytes after the last object', seal(Buffer.concat([pack.subarray(0, -20), Buffer.alloc(40)]))],
    ['a page', Buffer.from('<html><body>Sign in</body></html>')],
    ['too few bytes', pack.subarray(0, 31)],
  ])('tells of %s what readPack tells', async (_, bytes) => {
    const parts = split(bytes, [1, 20, 33]);
    expect(await arriving(parts)).toEqual(whole(bytes));
    expect(whole(bytes)).toEqual({ fault: expect.stringMatching(/./) });
  });

  it('shows objects before the rest is there, and tells the error that ends the parts', async () => {
    const seen: string[] = [];
    async function* parts(): AsyncGenerator<Uint8Array, void, undefined> {
      yield pack.subarray(0, 400);
      expect(seen).toEqual(files.slice(0, 3).map(({ id }) => id));
      throw new Error('the line is dead');
    }
    const reading = { visit: ({ id }: PackedObject) => void seen.push(id) };
    await expect(readPackAsItArrives(parts(), reading)).rejects.toThrow('the line is dead');
  });

  it('reads nothing where nothing comes', async () => {
    expect(await arriving([])).toEqual({ objects: [] });
  });
});

describe('ObjectStore.addPackAsItArrives', () => {
  it.each<[string, (parts: readonly Buffer[]) => AsyncIterable<Uint8Array>, string]>([
    [
      'is changed at its end',
      ([first = pack]) => soon([first, Buffer.alloc(pack.length - first.length)]),
      'checksum',
    ],
    ['is cut off', ([first = pack]) => soon([first]), 'checksum'],
  ])('keeps nothing of a pack that %s', async (_, spoil, words) => {
    await inFolder(async (folder) => {
      git(folder, 'init', '-q', '--bare', '.');
      const store = new ObjectStore(join(folder, 'objects'));
      const seen = new Map<string, boolean>();
      const parts = spoil(split(pack, [400]));
      const see = ({ id }: PackedObject): void => void seen.set(id, store.has(id));
      await expect(store.addPackAsItArrives(parts, see)).rejects.toThrow(words);
      expect(seen.get(base.id), 'on its way is not here').toBe(false);
      expect(store.has(base.id)).toBe(false);
      expect(store.read(base.id)).toBeUndefined();
      expect(readdirSync(join(folder, 'objects/pack'))).toEqual([]);
      await store.addPackAsItArrives(soon(split(pack, [400])), () => undefined);
      expect(files.map(({ id }) => store.has(id))).toEqual(files.map(() => true));
      expect(files.map(({ id }) => store.read(id)?.bytes.length)).toEqual(
        files.map(({ bytes }) => bytes.length),
      );
      store.close();
    });
  });
});
