import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { CloneLock } from '../../../src/git/engine/clone-lock.ts';
import { inFolder } from '../git.ts';
import { holdLock } from './lock-holder.ts';

describe('CloneLock', () => {
  it('lets one holder in at a time, in this process and between locks', async () => {
    await inFolder(async (folder) => {
      const [one, two] = [0, 1].map(() => new CloneLock(join(folder, 'lock/lock.sqlite'))) as [
        CloneLock,
        CloneLock,
      ];
      let inside = 0;
      let most = 0;
      const work = async (): Promise<void> => {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside--;
      };
      await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? one : two).hold(work)));
      expect(most).toBe(1);
      await one.close();
      await two.close();
    });
  });

  it('goes on after work that failed', async () => {
    await inFolder(async (folder) => {
      const lock = new CloneLock(join(folder, 'lock.sqlite'));
      await expect(lock.hold(() => Promise.reject(new Error('boom')))).rejects.toThrow('boom');
      expect(await lock.hold(async () => 1)).toBe(1);
      await lock.close();
    });
  });

  it.each(['lock', 'lock/lock.sqlite'])(
    'is made anew, and shared, where somebody deletes %s',
    async (what) => {
      await inFolder(async (folder) => {
        const path = join(folder, 'lock/lock.sqlite');
        const [one, two] = [new CloneLock(path), new CloneLock(path, 50)];
        await one.hold(async () => rmSync(join(folder, what), { recursive: true }));
        expect(await two.hold(async () => 1)).toBe(1);
        await one.hold(async () => {
          await expect(two.hold(async () => 1)).rejects.toMatchObject({ code: 'timeout' });
        });
        rmSync(join(folder, what), { recursive: true });
        expect(await one.hold(async () => 1)).toBe(1);
        await one.close();
        await two.close();
      });
    },
  );

  it('gives up after its time, and gets in once the holder is killed', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'lock.sqlite');
      const holder = await holdLock(path);
      const lock = new CloneLock(path, 50);
      await expect(lock.hold(async () => 1)).rejects.toMatchObject({ code: 'timeout', retryable: true });
      await expect(lock.hold(async () => 1, AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' });
      await holder.kill();
      expect(await lock.hold(async () => 1)).toBe(1);
      await lock.close();
    });
  });
});
