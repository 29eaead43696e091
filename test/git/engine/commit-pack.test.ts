import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Failure } from '../../../src/core/failure.ts';
import { CommitBlocks } from '../../../src/git/engine/commit-blocks.ts';
import { readCommitPack } from '../../../src/git/engine/commit-pack.ts';
import type { CommitView } from '../../../src/git/engine/commit-view.ts';
import { encodeCommit } from '../../../src/git/engine/commit.ts';
import { hashObject } from '../../../src/git/engine/object-id.ts';
import { git, gitRaw, inFolder } from '../git.ts';
import { makeCommits } from '../make-commit.ts';
import { craftPack, entryHead, refDelta, seal, varint } from './craft-pack.ts';

const ann = { name: 'Ann', email: 'ann@example.com' };
const words = 'Many words that each of the commits has, so that git makes one of the other. '.repeat(6);
const commitBytes = (n: number): Buffer =>
  encodeCommit({
    tree: '2'.repeat(40),
    parents: [],
    author: ann,
    committer: ann,
    at: n * 1000,
    message: `${n}: ${words}`,
  });
const entryOf = (type: number, bytes: Buffer): Buffer =>
  Buffer.concat([entryHead(type, bytes.length), deflateSync(bytes)]);

describe('readCommitPack', () => {
  it('gives each commit of a pack of anything, however it comes in parts', async () => {
    const { pack, ids, deltas } = await nativePack();
    expect(deltas).toBeGreaterThan(10);
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.integer({ min: 1, max: 3000 })), async (sizes) => {
        const { found } = await read(inParts(pack, sizes));
        expect([...found.keys()].sort()).toEqual(ids);
      }),
      { numRuns: 20 },
    );
  });

  it('gives nothing but commits by their true names, or fails, whatever was changed on the way', async () => {
    const { pack } = await nativePack();
    await fc.assert(
      fc.asyncProperty(fc.nat(pack.length - 21), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const body = Buffer.from(pack.subarray(0, -20));
        body.writeUInt8((body.readUInt8(at) + change) % 256, at);
        const outcome = await read([seal(body)]).then(
          ({ found }) => [...found].every(([id, { bytes }]) => hashObject('commit', bytes) === id),
          (error: unknown) => error instanceof Failure && ['corrupt', 'too-large'].includes(error.code),
        );
        expect(outcome).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it.each([1, 11, 12, 13, 60, 1000, 3000])('tells a pack that was cut off after %i bytes', async (length) => {
    const { pack } = await nativePack();
    await expect(read([pack.subarray(0, length)])).rejects.toMatchObject({ code: 'corrupt' });
  });

  it.each<[string, Buffer, string]>([
    ['no pack', Buffer.from('<html>Please log in, and come back later</html>'), 'corrupt'],
    ['a pack of an unknown version', Buffer.from('PACK\0\0\0\x09\0\0\0\x01'.padEnd(40), 'latin1'), 'corrupt'],
    ['too many objects', craftPack([entryOf(1, commitBytes(1))], 5_000_001), 'too-large'],
    ['an object over the bound', craftPack([entryHead(3, 2 ** 30)]), 'too-large'],
    ['an unknown type of object', craftPack([entryOf(5, commitBytes(1))]), 'corrupt'],
    [
      'another size than it states',
      craftPack([entryHead(1, 9), deflateSync(Buffer.alloc(90))], 1),
      'corrupt',
    ],
    ['what is no commit', craftPack([entryOf(1, Buffer.from('tree of nothing\n'))]), 'corrupt'],
  ])('refuses %s', async (_, pack, code) => {
    await expect(read([pack])).rejects.toMatchObject({ code });
  });

  it('takes an answer without a pack for no news', async () => {
    expect((await read([])).found.size).toBe(0);
  });

  it('makes deltas of commits that come later, that are here, and leaves out those of nothing', async () => {
    const [one, two, three] = [commitBytes(1), commitBytes(2), commitBytes(3)];
    const here = hashObject('commit', two);
    const pack = craftPack([
      refDelta(hashObject('commit', one), appending(one, 'later\n')),
      refDelta(here, appending(two, 'here\n')),
      refDelta('9'.repeat(40), appending(three, 'nowhere\n')),
      entryOf(1, one),
    ]);
    const { found } = await read([pack], new Map([[here, { bytes: two }]]));
    const texts = [...found.values()].map(({ message }) => message.slice(-7).trim());
    expect(texts.sort()).toEqual(['here', 'later', 'ther.']);
  });

  it('makes deltas of what was itself made late', async () => {
    const one = commitBytes(1);
    const two = Buffer.concat([one, Buffer.from('two\n')]);
    const first = refDelta(hashObject('commit', one), appending(one, 'two\n'));
    const base = entryOf(1, one);
    const pack = craftPack([first, base, ofsDelta(first.length + base.length, appending(two, 'three\n'))]);
    const { found } = await read([pack]);
    const texts = [...found.values()].map(({ message }) => message.slice(-10).trim());
    expect(texts).toEqual([expect.stringContaining('ther'), expect.stringMatching(/two$/), 'two\nthree']);
  });

  it('reads no further once enough has come, unless the rest is little', async () => {
    const filler = entryOf(3, Buffer.from('x'));
    const packOf = (rest: number): Buffer =>
      craftPack([entryOf(1, commitBytes(1)), ...Array.from({ length: rest }, () => filler)]);
    expect(await readAll(packOf(9000))).toEqual({ isCut: true, parts: 1, all: 91 });
    const short = await readAll(packOf(1500));
    expect(short).toEqual({ isCut: false, parts: short.all, all: short.all });
  });
});

/** In parts of a thousand bytes, until one commit has come. */
async function readAll(pack: Buffer): Promise<{ isCut: boolean; parts: number; all: number }> {
  const all = [
    ...inParts(
      pack,
      Array.from({ length: 10_000 }, () => 1000),
    ),
  ];
  let parts = 0;
  const counted = all.values().map((part) => (parts++, part));
  const { isCut } = await read(counted, new Map(), (found) => found.size === 1);
  return { isCut, parts, all: all.length };
}

type Base = Pick<CommitView, 'bytes'>;

async function read(
  parts: Iterable<Uint8Array>,
  known: ReadonlyMap<string, Base> = new Map(),
  isEnough: (found: ReadonlyMap<string, CommitView>) => boolean = () => false,
): Promise<{ found: ReadonlyMap<string, CommitView>; isCut: boolean }> {
  const found = new Map<string, CommitView>();
  const blocks = new CommitBlocks(() => undefined);
  const isCut = await readCommitPack(asyncOf(parts), {
    room: (size) => blocks.room(size),
    keep: () => {
      const commit = blocks.keep();
      found.set(commit.id, commit);
      return commit;
    },
    find: (id) => found.get(id) ?? known.get(id),
    isEnough: () => isEnough(found),
  });
  return { found, isCut };
}

async function* asyncOf(parts: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* parts;
}

function* inParts(pack: Buffer, sizes: Iterable<number>): Generator<Buffer> {
  let at = 0;
  for (const size of sizes) {
    if (at >= pack.length) return;
    yield pack.subarray(at, (at += size));
  }
}

/** An entry that is a delta on the one that starts so many bytes before it. */
function ofsDelta(distance: number, delta: Buffer): Buffer {
  const bytes = [distance % 128];
  for (let rest = distance >> 7; rest > 0; rest = (rest - 1) >> 7) bytes.unshift(128 | ((rest - 1) % 128));
  return Buffer.concat([entryHead(6, delta.length), Buffer.from(bytes), deflateSync(delta)]);
}

/** The delta that puts some text behind a commit. */
function appending(base: Buffer, text: string): Buffer {
  const copy = [0xb0, base.length & 255, base.length >> 8];
  return Buffer.from([
    ...varint(base.length),
    ...varint(base.length + text.length),
    ...copy,
    text.length,
    ...Buffer.from(text),
  ]);
}

interface NativePack {
  readonly pack: Buffer;
  readonly ids: readonly string[];
  readonly deltas: number;
}

let made: Promise<NativePack> | undefined;

/** Commits with their folders and files, as native git packs them. */
function nativePack(): Promise<NativePack> {
  return (made ??= inFolder(async (folder) => {
    git(folder, 'init', '-q', '--bare', '.');
    const rows = Array.from({ length: 60 }, (_, n) => ({
      files: { 'web.yaml': `# ${words}\nimage: web:1.0.${n}\n` },
      message: `${n}: ${words}`,
      parents: [],
      at: n * 1000,
    }));
    const ids = [...makeCommits(folder, rows)].sort();
    git(folder, 'repack', '-adfq', '--window=50');
    const [name = ''] = readdirSync(join(folder, 'objects/pack')).filter((file) => file.endsWith('.idx'));
    const listed = git(folder, 'verify-pack', '-v', `objects/pack/${name}`).split('\n');
    // Of a delta also its depth and base.
    const deltas = listed.filter((line) => /^\w{40} commit (?:\s*\w+){5}$/.test(line));
    const args = ['pack-objects', '--all', '--stdout', '--delta-base-offset', '-q'];
    return { pack: gitRaw(folder, args), ids, deltas: deltas.length };
  }));
}
