import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HistoryStore } from '../../../src/git/engine/history-store.ts';
import type { GitObject } from '../../../src/git/engine/object-id.ts';
import type { CommitId } from '../../../src/release/log.ts';
import type { FetchRequest } from '../../../src/git/transport.ts';
import { FakeTransport } from '../fake-transport.ts';
import { git, gitRaw } from '../git.ts';
import { Stage, start } from './remote-stage.ts';

const all = 8000;
const hour = 3_600_000;

/** A server that sends the oldest commits first, as one does that hands out a pack of long ago as it lies there. */
function oldestFirst(stage: Stage): (pack: Buffer, request: FetchRequest) => Buffer {
  return (pack, { since }) => {
    if (since !== undefined) return pack;
    const commits = git(stage.server, 'rev-list', '--reverse', 'main');
    const made = gitRaw(stage.server, ['pack-objects', '--stdout', '-q', '--window=0'], `${commits}\n`);
    expect(made.readUInt32BE(8)).toBe(all + 1);
    return made;
  };
}

describe('a history that comes oldest first', () => {
  it.each([
    [
      'is asked for with a date, where there is much before the horizon',
      1000,
      [undefined, 'a date', 'what is behind'],
    ],
    ['is read to its end, where there is little', 50_000, [undefined]],
  ])('%s', async (_, mostOlder, asked) => {
    await Stage.in(async (stage) => {
      stage.pushEmpty(all, hour);
      const transport = new FakeTransport(stage.server, { tamper: oldestFirst(stage) });
      const tip = git(stage.server, 'rev-parse', 'main') as CommitId;
      // The clone has the commit of the snapshot.
      const inClone = (id: string): GitObject | undefined =>
        id === tip ? { type: 'commit', bytes: gitRaw(stage.server, ['cat-file', 'commit', tip]) } : undefined;
      const store = new HistoryStore(join(stage.directory, 'history'), inClone, mostOlder);
      const since = start + (all - 100) * hour;
      const log = await store.fetch(tip, since, (request) => transport.fetch(request));
      expect(log.map(({ id }) => id)).toEqual(
        git(stage.server, 'rev-list', `--since=${since / 1000}`, 'main').split('\n'),
      );
      expect(
        transport.calls.fetches.map(({ since: date, relative }) =>
          relative ? 'what is behind' : date && 'a date',
        ),
      ).toEqual(asked);
      expect(transport.calls.fetches.at(-1)?.filter).toBe('tree:0');
      // What was kept is whole: another process reads it without asking.
      const later = new HistoryStore(join(stage.directory, 'history'), inClone);
      expect(later.local(tip, since)?.length).toBe(log.length);
    });
  });
});

it('a log that the disk does not take is told as that, and fetched anew the next time', async () => {
  await Stage.in(async (stage) => {
    stage.pushEmpty(3000, hour);
    const transport = new FakeTransport(stage.server);
    const tip = git(stage.server, 'rev-parse', 'main') as CommitId;
    const directory = join(stage.directory, 'history');
    const store = new HistoryStore(directory, () => undefined);
    const inTheWay = store.fetch(tip, start, async (request) => {
      mkdirSync(stage.directory, { recursive: true });
      writeFileSync(directory, 'not a folder');
      return transport.fetch(request);
    });
    await expect(inTheWay).rejects.toThrow(`${directory} is no folder`);
    // Another process finds it so.
    expect(new HistoryStore(directory, () => undefined).local(tip, start)).toBeUndefined();
    const log = await store.fetch(tip, start, async (request) => transport.fetch(request));
    expect(log.length).toBe(3001);
    const later = new HistoryStore(directory, () => undefined);
    expect(later.local(tip, start)?.length).toBe(3001);
  });
});
