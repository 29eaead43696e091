import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { contents, draft, files, Stage, start, web } from './remote-stage.ts';
import { git, inFolder } from '../git.ts';
import { Failure } from '../../../src/core/failure.ts';
import { readPack, type PackedObject } from '../../../src/git/engine/pack-reader.ts';
import { writePack } from '../../../src/git/engine/pack-writer.ts';
import type { CommitId } from '../../../src/release/log.ts';

describe('faults', () => {
  /** A server of two commits, and a clone that knows them: what the cases below are copies of. */
  let prepared: string;
  let first: CommitId;
  beforeAll(async () => {
    prepared = mkdtempSync(join(tmpdir(), 'tallyman-'));
    await Stage.in(async (stage) => {
      first = stage.first;
      stage.push(web, 'image: x:1\n');
      const one = stage.open();
      await (await one.repository.sync()).history(start);
      await one.repository.close();
      cpSync(stage.server, join(prepared, 'server.git'), { recursive: true });
      cpSync(stage.directory, join(prepared, 'kept'), { recursive: true });
    });
  });
  afterAll(() => rmSync(prepared, { recursive: true }));

  it('throws a damaged clone away and fetches anew', async () => {
    await Stage.in(async (stage) => {
      const one = stage.open();
      await one.repository.sync();
      await one.repository.close();
      flipByteInPack(stage.directory);
      const { repository, transport } = stage.open();
      const read = async (): Promise<Record<string, string>> => contents((await repository.sync()).tree);
      const outcome = await read().catch((error: unknown) => (error instanceof Failure ? error.code : error));
      expect(['corrupt', files]).toContainEqual(outcome);
      expect(await read()).toEqual(files);
      expect(transport.calls.fetches.length).toBe(1);
      await repository.close();
    });
  });

  it.each<[string, (directory: string) => void]>([
    ['a pack cut short', (at) => change(at, '.pack', (bytes) => bytes.subarray(0, bytes.length >> 1))],
    ['a pack that is empty', (at) => change(at, '.pack', () => Buffer.alloc(0))],
    ['a pack of zeros', (at) => change(at, '.pack', (bytes) => Buffer.alloc(bytes.length))],
    ['a pack that is gone', (at) => remove(at, '.pack')],
    ['a pack that is a folder', (at) => remove(at, '.pack', (path) => mkdirSync(path))],
    ['an index that is gone', (at) => remove(at, '.idx')],
    ['an index cut short', (at) => change(at, '.idx', (bytes) => bytes.subarray(0, bytes.length - 40))],
    ['an index that is empty', (at) => change(at, '.idx', () => Buffer.alloc(0))],
    [
      'an index of another pack',
      (at) => change(at, '.idx', (bytes) => Buffer.from(bytes).fill(3, 1100, 1140)),
    ],
    ['no objects at all', (at) => rmSync(join(at, 'objects'), { recursive: true })],
    ['a branch of text', (at) => writeFileSync(join(at, 'refs/heads/main'), 'no id\n')],
    ['a branch that is empty', (at) => writeFileSync(join(at, 'refs/heads/main'), '')],
    ['a branch of zero bytes', (at) => writeFileSync(join(at, 'refs/heads/main'), Buffer.alloc(41))],
    [
      'a branch at a commit that is not there',
      (at) => writeFileSync(join(at, 'refs/heads/main'), 'a'.repeat(40)),
    ],
    ['a branch that is a folder', (at) => turnIntoFolder(join(at, 'refs/heads/main'))],
    ['no branch', (at) => rmSync(join(at, 'refs'), { recursive: true })],
    ['a list of edges that is noise', (at) => writeFileSync(join(at, 'shallow'), noise(300))],
    ['no list of edges', (at) => rmSync(join(at, 'shallow'), { force: true })],
    ['no HEAD', (at) => rmSync(join(at, 'HEAD'))],
    ['a HEAD that is empty', (at) => writeFileSync(join(at, 'HEAD'), '')],
    ['no config', (at) => rmSync(join(at, 'config'))],
    ['a lock that is no database', (at) => writeFileSync(join(at, 'tallyman-lock/lock.sqlite'), noise(8192))],
    ['a history that is noise', (at) => ruin(join(at, 'tallyman-history'))],
    ['everything noise', (at) => ruin(at)],
  ])(
    'mends a clone with %s: at most one run fails, and none reads or writes a wrong byte',
    async (_, damage) => {
      await inFolder(async (folder) => {
        cpSync(prepared, folder, { recursive: true });
        const stage = new Stage(join(folder, 'server.git'), join(folder, 'kept'), first);
        const before = stage.head();
        damage(stage.directory);
        const { repository } = stage.open();
        const work = async (): Promise<unknown> => {
          const base = await repository.sync();
          expect(await contents(base.tree)).toEqual({ ...files, [web]: 'image: x:1\n' });
          expect((await base.history(start)).map(({ id }) => id)).toEqual([before, first]);
          return repository.publish(base, [draft('image: x:2\n')]);
        };
        const last = await inTwoRuns(stage, work);
        expect(last).toEqual({ kind: 'pushed', commits: [stage.head()] });
        expect(await contents((await repository.sync()).tree)).toEqual({ ...files, [web]: 'image: x:2\n' });
        await repository.close();
        expect(git(stage.server, 'fsck', '--strict', '--no-dangling')).toBe('');
        expect(git(stage.directory, 'fsck', '--no-dangling')).toBe('');
      });
    },
  );

  it('mends what an earlier run fetched of older commits, after a restart as well', async () => {
    await Stage.in(async (stage) => {
      stage.pushAll([1, 2, 3].map((n) => ({ path: web, content: `image: x:${n}\n` })));
      const one = stage.open();
      await one.repository.sync();
      const before = packs(stage.directory);
      await (await one.repository.sync()).prepare([stage.first]);
      await one.repository.close();
      const [older = ''] = packs(stage.directory).filter((name) => !before.includes(name));
      const path = join(stage.directory, 'objects/pack', older);
      const bytes = readFileSync(path);
      rmSync(path);
      writeFileSync(path, noise(bytes.length));
      const { repository } = stage.open();
      const work = async (): Promise<unknown> => contents(await (await repository.sync()).at(stage.first));
      await expect(work()).rejects.toMatchObject({
        code: 'corrupt',
        message: expect.stringContaining('is thrown away and fetched anew at the next run') as string,
      });
      expect(await work()).toEqual(files);
      await repository.close();
    });
  });

  it('mends what was damaged between reading and publishing, and publishes nothing of it', async () => {
    await Stage.in(async (stage) => {
      const { repository } = stage.open();
      const base = await repository.sync();
      // In place, so that the file that is open changes as well.
      for (const name of packs(stage.directory)) {
        const path = join(stage.directory, 'objects/pack', name);
        chmodSync(path, 0o644);
        writeFileSync(path, noise(readFileSync(path).length));
      }
      const publish = async (): Promise<string> =>
        (await repository.publish(await repository.sync(), [draft('image: x:2\n')])).kind;
      expect(await inTwoRuns(stage, publish)).toBe('pushed');
      expect(git(stage.server, 'fsck', '--strict', '--no-dangling')).toBe('');
      expect(git(stage.server, 'rev-parse', 'main~1')).toBe(base.commit);
      await repository.close();
      const later = stage.open();
      const { tree } = await later.repository.sync();
      expect(await contents(tree).catch(codeOf)).toBeDefined();
      expect(await contents((await later.repository.sync()).tree)).toEqual({
        ...files,
        [web]: 'image: x:2\n',
      });
      await later.repository.close();
    });
  });

  it('mends a clone that somebody emptied after all of the branch was found in it', async () => {
    await Stage.in(async (stage) => {
      const { repository } = stage.open();
      await repository.sync();
      await repository.sync(); // nothing of the fetch is in memory any more
      rmSync(join(stage.directory, 'objects'), { recursive: true });
      const read = async (): Promise<unknown> => contents((await repository.sync()).tree);
      expect(await inTwoRuns(stage, read)).toEqual(files);
      await repository.close();
    });
  });

  it.each([
    ['cut off', (pack: Buffer) => pack.subarray(0, pack.length - 100)],
    ['changed on the way', (pack: Buffer) => Buffer.from(pack).fill(7, 200, 201)],
    ['empty', () => Buffer.alloc(0)],
  ])('leaves nothing behind when the pack is %s', async (_, tamper) => {
    await Stage.in(async (stage) => {
      const bad = stage.open({ tamper });
      await expect(bad.repository.sync()).rejects.toMatchObject({
        code: expect.stringMatching(/corrupt|bad-answer/),
      });
      await bad.repository.close();
      expect(existsSync(join(stage.directory, 'refs/heads/main'))).toBe(false);
      const { repository } = stage.open();
      expect(await contents((await repository.sync()).tree)).toEqual(files);
      await repository.close();
    });
  });

  it('counts no folder as here that came in a pack which was not kept', async () => {
    await Stage.in(async (stage) => {
      const answers = [withWrongChecksum, withoutFolders];
      const { repository } = stage.open({ tamper: (pack) => answers.shift()?.(pack) ?? pack });
      await expect(repository.sync()).rejects.toThrow('checksum');
      await expect(repository.sync()).rejects.toThrow('did not send all of commit');
      expect(await contents((await repository.sync()).tree)).toEqual(files);
      await repository.close();
    });
  });

  it('lets two processes share one clone', async () => {
    await Stage.in(async (stage) => {
      const [one, two] = [stage.open(), stage.open()];
      const [a, b] = await Promise.all([one.repository.sync(), two.repository.sync()]);
      expect(await contents(a.tree)).toEqual(await contents(b.tree));
      expect(one.transport.calls.fetches.length + two.transport.calls.fetches.length).toBe(1);
      const outcomes = await Promise.all([
        one.repository.publish(a, [draft('image: x:2\n')]),
        two.repository.publish(b, [draft('image: x:3\n')]),
      ]);
      expect(outcomes.map((outcome) => outcome.kind).sort()).toEqual(['pushed', 'raced']);
      expect(git(stage.directory, 'fsck', '--strict', '--no-dangling')).toBe('');
      await one.repository.close();
      await two.repository.close();
    });
  });
});

function flipByteInPack(directory: string): void {
  change(directory, '.pack', (bytes) => {
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0x40;
    return bytes;
  });
}

function withWrongChecksum(pack: Buffer): Buffer {
  return Buffer.concat([pack.subarray(0, -1), Buffer.of((pack.at(-1) ?? 0) ^ 1)]);
}

function withoutFolders(pack: Buffer): Buffer {
  const objects: PackedObject[] = [];
  readPack(pack, { visit: (object) => void objects.push(object) });
  return writePack(objects.filter(({ type }) => type !== 'tree'));
}

function packs(directory: string): string[] {
  return readdirSync(join(directory, 'objects/pack')).filter((name) => name.endsWith('.pack'));
}

/** The work's outcome, by a second run where the first met the damage; that one must have published nothing. */
async function inTwoRuns<Result>(stage: Stage, work: () => Promise<Result>): Promise<Result> {
  const before = stage.head();
  try {
    return await work();
  } catch (error) {
    if (codeOf(error) !== 'corrupt' || stage.head() !== before) throw error;
    return work();
  }
}

function codeOf(error: unknown): string {
  return error instanceof Failure ? error.code : String(error);
}

/** Changes every file with this ending among the packs. */
function change(directory: string, ending: string, how: (bytes: Buffer) => Buffer): void {
  remove(directory, ending, (path, bytes) => writeFileSync(path, how(bytes)));
}

function remove(
  directory: string,
  ending: string,
  then: (path: string, bytes: Buffer) => void = () => undefined,
): void {
  const folder = join(directory, 'objects/pack');
  const names = readdirSync(folder).filter((name) => name.endsWith(ending));
  expect(names.length).toBeGreaterThan(0);
  for (const path of names.map((name) => join(folder, name))) {
    const bytes = readFileSync(path);
    rmSync(path);
    then(path, bytes);
  }
}

/** Every file below a folder becomes noise. */
function ruin(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    chmodSync(path, 0o644);
    writeFileSync(path, noise(200));
  }
}

function turnIntoFolder(path: string): void {
  rmSync(path);
  mkdirSync(path);
}

/** Always the same noise. */
function noise(size: number): Buffer {
  return Buffer.from(Array.from({ length: size }, (_, n) => (n * 97 + ((n * n) >> 3)) & 255));
}
