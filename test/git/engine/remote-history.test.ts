import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { hashObject } from '../../../src/git/engine/object-id.ts';
import type { CommitId } from '../../../src/release/log.ts';
import { git } from '../git.ts';
import { day, Stage, start, web } from './remote-stage.ts';

describe('history', () => {
  it.each([
    ['with filter', true],
    ['from a server without filter', false],
  ])('reads the log to the horizon once, then only what is new (%s)', async (_, filter) => {
    await Stage.in(async (stage) => {
      // What is behind the cut at the date is looked at once.
      const more = filter ? 0 : 1;
      stage.pushAll(changes(40));
      const { repository, transport } = stage.open({ filter });
      const one = await repository.sync();
      const since = start + 20 * day;
      const expected = (): string[] =>
        git(stage.server, 'rev-list', `--since=${since / 1000}`, 'main').split('\n');
      expect((await one.history(since)).map((commit) => commit.id)).toEqual(expected());
      expect(transport.calls.fetches[1]).toMatchObject({ filter: 'tree:0' });
      await one.history(since);
      expect(transport.calls.fetches.length).toBe(2 + more);
      stage.push(web, 'image: x:41\n');
      stage.push(web, 'image: x:42\n');
      const two = await repository.sync();
      expect((await two.history(since + day)).map((commit) => commit.id)).toEqual(expected().slice(0, -1));
      expect(transport.calls.fetches.length).toBe(4 + more);
      expect(transport.calls.fetches[3 + more]?.packObjects).toBe(filter ? 2 : 10);
      await repository.close();
      const later = stage.open({ filter });
      expect((await (await later.repository.sync()).history(since)).map((commit) => commit.id)).toEqual(
        expected(),
      );
      expect(later.transport.calls.fetches).toEqual([]);
      // a horizon further back than what is held
      expect((await (await later.repository.sync()).history(0)).length).toBe(43);
      await later.repository.close();
    });
  });

  it.each([
    ['with filter', true],
    ['from a server without filter', false],
  ])(
    'is read to the horizon, and no further, of a long branch; then goes on from there (%s)',
    async (_, filter) => {
      await Stage.in(async (stage) => {
        const ids = stage.pushEmpty(3000);
        const since = start + 2980 * day;
        const expected = (): string[] =>
          git(stage.server, 'rev-list', `--since=${since / 1000}`, 'main').split('\n');
        const one = stage.open({ filter });
        const log = await (await one.repository.sync()).history(since);
        expect(log.map(({ id }) => id)).toEqual(expected());
        expect(log.length).toBe(21);
        await one.repository.close();
        const held = JSON.parse(
          readFileSync(join(stage.directory, 'tallyman-history/held.json'), 'utf8'),
        ) as { edge: string[] };
        expect(held.edge.length).toBe(1);
        // A branch that left the main one long before the horizon comes in.
        const side = stage.push('side.yaml', 'image: x:1\n', [ids[100] ?? '']);
        stage.push(web, 'image: x:2\n', [ids.at(-1) ?? '', side]);
        const two = stage.open({ filter });
        const snapshot = await two.repository.sync();
        expect((await snapshot.history(since)).map(({ id }) => id)).toEqual(expected());
        expect(expected().length).toBe(23);
        const bytes = await snapshot.commitBytes(log.map(({ id }) => id));
        expect([...bytes].map(([id, each]) => hashObject('commit', each) === id)).toEqual(
          log.map(() => true),
        );
        await two.repository.close();
      });
    },
  );

  it('is held as far back as it was first asked for, also of a branch that came in later', async () => {
    await Stage.in(async (stage) => {
      const ids = stage.pushEmpty(3000);
      const since = start + 2980 * day;
      const one = stage.open();
      await (await one.repository.sync()).history(since);
      const dates = Array.from({ length: 4000 }, (_, n) => since + 15 * day - (4000 - n) * 0.01 * day);
      const side = stage.emptyLine('side', stage.first, dates);
      stage.push(web, 'image: x:2\n', [ids.at(-1) ?? '', side.at(-1) ?? '']);
      const snapshot = await one.repository.sync();
      await snapshot.history(since + 10 * day);
      const expected = git(stage.server, 'rev-list', `--since=${since / 1000}`, 'main').split('\n');
      expect((await snapshot.history(since)).map(({ id }) => id).sort()).toEqual(expected.sort());
      expect(expected.length).toBeGreaterThan(1500);
      await one.repository.close();
    });
  });

  it('is kept whole, however long it is', async () => {
    await Stage.in(async (stage) => {
      stage.pushEmpty(12_000, 60_000);
      const one = stage.open();
      const log = await (await one.repository.sync()).history(start);
      expect(log).toHaveLength(12_001);
      await one.repository.close();
      const two = stage.open();
      const again = await (await two.repository.sync()).history(start);
      expect(again.map(({ id }) => id)).toEqual(log.map(({ id }) => id));
      expect(two.transport.calls.fetches).toEqual([]);
      await two.repository.close();
    });
  });

  it('goes on behind commits whose clock was wrong, kept or fetched at once', async () => {
    await Stage.in(async (stage) => {
      const since = start - day;
      const ids: CommitId[] = [stage.first];
      const kept = stage.open();
      for (const at of [start + day, 0, start + 2 * day]) {
        ids.unshift(...stage.emptyLine('main', stage.head(), Array<number>(20).fill(at)).toReversed());
        const log = await (await kept.repository.sync()).history(since);
        expect(log.map(({ id }) => id)).toEqual(ids);
      }
      await kept.repository.close();
      rmSync(stage.directory, { recursive: true });
      const fresh = stage.open();
      const log = await (await fresh.repository.sync()).history(since);
      expect(log.map(({ id }) => id)).toEqual(ids);
      await fresh.repository.close();
    });
  });

  it('is empty where the branch is older than the horizon', async () => {
    await Stage.in(async (stage) => {
      const { repository, transport } = stage.open();
      expect(await (await repository.sync()).history(start + day)).toEqual([]);
      expect(transport.calls.fetches.length).toBe(1);
    });
  });

  it.each<[string, (folder: string) => void]>([
    ['a segment that is gone', (folder) => rmSync(join(folder, segmentOf(folder)))],
    ['a segment that is damaged', (folder) => writeFileSync(join(folder, segmentOf(folder)), 'no')],
    ['an unreadable note of what is held', (folder) => writeFileSync(join(folder, 'held.json'), '{"tip":')],
  ])('fetches the history anew after %s', async (_, damage) => {
    await Stage.in(async (stage) => {
      stage.pushAll(changes(5));
      const one = stage.open();
      await (await one.repository.sync()).history(start);
      await one.repository.close();
      damage(join(stage.directory, 'tallyman-history'));
      stage.push(web, 'image: x:9\n');
      const two = stage.open();
      const log = await (await two.repository.sync()).history(start);
      expect(log.map((commit) => commit.id)).toEqual(git(stage.server, 'rev-list', 'main').split('\n'));
      await two.repository.close();
      const three = stage.open();
      expect((await (await three.repository.sync()).history(start)).length).toBe(7);
      expect(three.transport.calls.fetches).toEqual([]);
      await three.repository.close();
    });
  });

  it('keeps few files however often the branch moves', async () => {
    await Stage.in(async (stage) => {
      const { repository } = stage.open();
      for (let n = 0; n < 54; n += 2) {
        // Two commits at a time: the one between comes with the history alone.
        stage.pushAll(changes(2, n));
        expect((await (await repository.sync()).history(start)).length).toBe(n + 3);
      }
      expect(readdirSync(join(stage.directory, 'tallyman-history')).length).toBeLessThan(27);
      expect(readdirSync(join(stage.directory, 'objects/pack')).length).toBeLessThan(52);
      expect(git(stage.directory, 'fsck', '--strict', '--no-dangling')).toBe('');
      await repository.close();
    });
  });
});

describe('old commits', () => {
  it('are fetched together where many are looked into at the same time', async () => {
    await Stage.in(async (stage) => {
      const ids = stage.pushAll(changes(30));
      const { repository, transport } = stage.open();
      const snapshot = await repository.sync();
      const read = async (id: CommitId): Promise<string> => {
        const tree = await snapshot.at(id);
        const entry = await tree.entry(web);
        const texts: string[] = [];
        if (entry !== undefined)
          await tree.read([entry], (_, bytes) => texts.push(Buffer.from(bytes).toString()));
        return texts.join();
      };
      const texts = await Promise.all(ids.map(read));
      expect(texts).toEqual(changes(30).map(({ content }) => content));
      // The branch, the trees of 29 commits, 29 files.
      const { fetches } = transport.calls;
      expect(fetches.map(({ wants }) => wants.length)).toEqual([1, 29, 29]);
      await repository.close();
    });
  });

  it('fail for all who asked, and are asked for again', async () => {
    await Stage.in(async (stage) => {
      const [one, two] = stage.pushAll(changes(3));
      const { repository } = stage.open();
      const snapshot = await repository.sync();
      const none = 'f'.repeat(40) as CommitId;
      const ask = (id: CommitId = none) =>
        snapshot.at(id).then(
          () => 'here',
          () => 'failed',
        );
      expect(await Promise.all([ask(one), ask()])).toEqual(['failed', 'failed']);
      expect(await Promise.all([ask(one), ask(two)])).toEqual(['here', 'here']);
      await repository.close();
    });
  });
});

function changes(count: number, from = 0): { readonly path: string; readonly content: string }[] {
  return Array.from({ length: count }, (_, n) => ({ path: web, content: `image: x:${from + n}\n` }));
}

function segmentOf(folder: string): string {
  return readdirSync(folder).find((name) => name.endsWith('.commits.zst')) ?? '';
}
