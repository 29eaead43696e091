import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Another process that holds the lock of a clone, until it is killed. */
export async function holdLock(path: string): Promise<{ kill(): Promise<void> }> {
  const holder = spawn(process.execPath, [
    '-e',
    `const { DatabaseSync } = require('node:sqlite');
     new DatabaseSync(${JSON.stringify(path)}).exec('BEGIN EXCLUSIVE');
     process.stdout.write('held');
     setInterval(() => {}, 1000);`,
  ]);
  await once(holder.stdout, 'data');
  return {
    async kill() {
      holder.kill('SIGKILL');
      await once(holder, 'exit');
    },
  };
}
