import { describe, expect, it } from 'vitest';

import { day, Stage, start, web } from './remote-stage.ts';
import { git } from '../git.ts';

describe('history', () => {
  it.each([
    ['with filter', true],
    ['from a server without filter', false],
  ])('reads the log to the horizon once, then only what is new (%s)', async (_, filter) => {
    await Stage.in(async (stage) => {
      for (let n = 0; n < 40; n++) stage.push(web, `image: x:${n}\n`);
      const { repository, transport } = stage.open({ filter });
      const one = await repository.sync();
      const since = start + 20 * day;
      const expected = (): string[] =>
        git(stage.server, 'rev-list', `--since=${since / 1000}`, 'main').split('\n');
      expect((await one.history(since)).map((commit) => commit.id)).toEqual(expected());
      expect(transport.calls.fetches[1]).toMatchObject({ filter: 'tree:0' });
      await one.history(since);
      expect(transport.calls.fetches.length).toBe(2);
      stage.push(web, 'image: x:41\n');
      stage.push(web, 'image: x:42\n');
      const two = await repository.sync();
      expect((await two.history(since + day)).map((commit) => commit.id)).toEqual(expected().slice(0, -1));
      expect(transport.calls.fetches.length).toBe(4);
      expect(transport.calls.fetches[3]?.packObjects).toBe(filter ? 2 : 10);
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

  it('is empty where the branch is older than the horizon', async () => {
    await Stage.in(async (stage) => {
      const { repository, transport } = stage.open();
      expect(await (await repository.sync()).history(start + day)).toEqual([]);
      expect(transport.calls.fetches.length).toBe(1);
    });
  });
});
