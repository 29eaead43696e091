import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CloneLock } from '../../../src/git/engine/clone-lock.ts';
import { Gathering } from '../../../src/git/engine/gathering.ts';
import { inFolder } from '../git.ts';
import { holdLock } from './lock-holder.ts';

it('a gathering that did not get its lock does not stand in the way of the next', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'lock.sqlite');
    const holder = await holdLock(path);
    const lock = new CloneLock(path, 50);
    const done: number[] = [];
    const gathering = new Gathering<number>(lock, async (items) => {
      for (const item of items) done.push(item);
    });
    await expect(Promise.all([gathering.ask([1]), gathering.ask([2])])).rejects.toMatchObject({
      code: 'timeout',
    });
    await holder.kill();
    await gathering.ask([3]);
    expect(done).toEqual([3]);
    await lock.close();
  });
});
