import { describe, expect, it } from 'vitest';
import { git } from '../git.ts';
import { contents, day, files, Stage, start, web } from './remote-stage.ts';

describe('a server that gives nothing but the tips of its refs', () => {
  it('is asked for the branch since the oldest commit that is wanted', async () => {
    await Stage.in(async (stage) => {
      for (let n = 1; n <= 40; n++) stage.push(web, `image: x:${n}\n`);
      const { repository, transport } = stage.open({ tipsOnly: true });
      const snapshot = await repository.sync();
      const log = await snapshot.history(start);
      const recent = log[5]?.id ?? stage.first;
      await snapshot.prepare([recent]);
      expect((await contents(await snapshot.at(recent)))[web]).toBe('image: x:35\n');
      const [, , past] = transport.calls.fetches;
      // The slack of a week before it, and not all forty days.
      expect(past?.since).toBe(start + 35 * day - 7 * day);
      expect(transport.calls.fetches).toHaveLength(3);
      expect(await contents(await snapshot.at(stage.first))).toEqual(files);
      expect(git(stage.directory, 'fsck', '--no-dangling')).toBe('');
      await repository.close();
    });
  });

  it('that moved its branch meanwhile is looked at anew', async () => {
    await Stage.in(async (stage) => {
      for (let n = 1; n <= 5; n++) stage.push(web, `image: x:${n}\n`);
      const { repository } = stage.open({ tipsOnly: true });
      const snapshot = await repository.sync();
      await snapshot.history(start);
      stage.push(web, 'image: x:6\n');
      await expect(snapshot.prepare([stage.first])).rejects.toMatchObject({
        code: 'not-found',
        retryable: true,
        message: 'main of fleet moved while its past was read',
      });
      const next = await repository.sync();
      await next.prepare([stage.first]);
      expect(await contents(await next.at(stage.first))).toEqual(files);
      await repository.close();
    });
  });
});
