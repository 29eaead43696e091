import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CloneLock } from '../../../src/git/engine/clone-lock.ts';
import { Gathering } from '../../../src/git/engine/gathering.ts';
import { inFolder } from '../git.ts';

it('a gathering that did not get its lock does not stand in the way of the next', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'lock.sqlite');
    const holder = spawn(process.execPath, [
      '-e',
      `const { DatabaseSync } = require('node:sqlite');
       new DatabaseSync(${JSON.stringify(path)}).exec('BEGIN EXCLUSIVE');
       process.stdout.write('held');
       setInterval(() => {}, 1000);`,
    ]);
    await once(holder.stdout, 'data');
    const lock = new CloneLock(path, 50);
    const done: number[] = [];
    const gathering = new Gathering<number>(lock, async (items) => {
      for (const item of items) done.push(item);
    });
    await expect(Promise.all([gathering.ask([1]), gathering.ask([2])])).rejects.toMatchObject({
      code: 'timeout',
    });
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await gathering.ask([3]);
    expect(done).toEqual([3]);
    await lock.close();
  });
});
