import { mkdir, mkdtemp, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqliteState } from '../../src/state/sqlite/sqlite-store.ts';
import { stateContract } from '../contracts/state.ts';

let folder: string;
let count = 0;
const fresh = () => join(folder, `state ${count++}`, 'state.db');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallyman-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

stateContract('sqlite', () => openSqliteState(fresh()));

describe('openSqliteState', () => {
  const one = new Map([['a', '1']]);

  it('keeps what was set for the next process, in a folder of this user only', async () => {
    const path = fresh();
    const first = await openSqliteState(path);
    await first.set('tags', one);
    await first.close();
    const second = await openSqliteState(path);
    expect(await second.get('tags', ['a'])).toEqual(one);
    await second.close();
    expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700);
  });

  it('shares one file between two that have it open', async () => {
    const path = fresh();
    const [first, second] = await Promise.all([openSqliteState(path), openSqliteState(path)]);
    await first.set('tags', one);
    expect(await second.get('tags', ['a'])).toEqual(one);
    await first.close();
    await second.close();
  });

  it.each([
    ['text', 'this is no database '.repeat(500)],
    ['one byte', 'x'],
    ['nothing', ''],
    ['a header and rubbish', `SQLite format 3\0${'\xff'.repeat(8000)}`],
  ])('makes a damaged file anew: %s', async (_label, content) => {
    const path = fresh();
    await (await openSqliteState(path)).close();
    await writeFile(path, content, 'latin1');
    const store = await openSqliteState(path);
    await store.set('tags', one);
    expect(await store.get('tags', ['a'])).toEqual(one);
    await store.close();
  });

  it('makes a file anew that is found damaged while in use', async () => {
    const path = fresh();
    const first = await openSqliteState(path);
    await first.set(
      'tags',
      new Map(Array.from({ length: 2000 }, (_, index) => [`${index}`, 'x'.repeat(200)])),
    );
    await first.close();
    // the header and the schema stay good, the pages of the table do not
    const { size } = await stat(path);
    const damaged = new Uint8Array(size - 4096).fill(0xff);
    const file = await open(path, 'r+');
    await file.write(damaged, 0, damaged.length, 4096);
    await file.close();
    const second = await openSqliteState(path);
    expect(await second.get('tags', ['1'])).toEqual(new Map());
    await second.set('tags', one);
    expect(await second.get('tags', ['a'])).toEqual(one);
    await second.close();
  });

  it('drops the table of another version', async () => {
    const path = fresh();
    await (await openSqliteState(path)).close();
    const other = new DatabaseSync(path);
    other.exec('DROP TABLE state; CREATE TABLE state (other TEXT); PRAGMA user_version = 99');
    other.close();
    const store = await openSqliteState(path);
    await store.set('tags', one);
    expect(await store.get('tags', ['a'])).toEqual(one);
    await store.close();
  });

  it('waits for a lock without blocking, and ends well when it is given back', async () => {
    const path = fresh();
    const store = await openSqliteState(path);
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    let turns = 0;
    const setting = store.set('tags', one);
    while (turns < 50) {
      await new Promise((resolve) => setImmediate(resolve));
      turns++;
    }
    other.exec('COMMIT');
    other.close();
    await setting;
    expect(await store.get('tags', ['a'])).toEqual(one);
    await store.close();
  });

  it('gives up when the lock is never given back', async () => {
    const path = fresh();
    const store = await openSqliteState(path, { patience: 30 });
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    await expect(store.set('tags', one)).rejects.toMatchObject({ code: 'timeout', retryable: true });
    other.close();
    await store.close();
  });

  it('says which file cannot be made', async () => {
    const blocker = join(folder, 'a file');
    await writeFile(blocker, '');
    await expect(openSqliteState(join(blocker, 'below', 'state.db'))).rejects.toMatchObject({
      code: 'invalid-config',
      message: expect.stringContaining('check stateDirectory') as string,
    });
    const path = join(folder, 'a folder', 'state.db');
    await mkdir(path, { recursive: true });
    await expect(openSqliteState(path)).rejects.toMatchObject({ code: 'invalid-config', file: path });
  });

  it('leaves one file when closed, and says so when used afterwards', async () => {
    const path = fresh();
    const store = await openSqliteState(path);
    await store.set('tags', one);
    await store.close();
    await store.close();
    expect(await readdir(join(path, '..'))).toEqual(['state.db']);
    await expect(store.get('tags', ['a'])).rejects.toMatchObject({ code: 'internal' });
  });
});
