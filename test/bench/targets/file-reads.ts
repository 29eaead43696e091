import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const names = [
  'open',
  'openSync',
  'read',
  'readSync',
  'readFile',
  'readFileSync',
  'readv',
  'readvSync',
] as const;
const promised = ['open', 'readFile'] as const;

/**
 * How often a file was opened or read, by any function of `node:fs`, while `work` ran. The bench may reach into Node for
 * that, since it is no test of ours: it is the only way to see reads of the measured code as they are.
 */
export async function countReads(work: () => Promise<void>): Promise<number> {
  let reads = 0;
  const restore = [...watch(fs, names), ...watch(fs.promises, promised)];
  syncBuiltinESMExports();
  try {
    await work();
  } finally {
    for (const put of restore) put();
    syncBuiltinESMExports();
  }
  return reads;

  function watch<Name extends string>(
    owner: Record<Name, unknown>,
    watched: readonly Name[],
  ): (() => void)[] {
    return watched.map((name) => {
      const original = owner[name] as (...values: unknown[]) => unknown;
      owner[name] = (...values: unknown[]) => {
        reads++;
        return original.apply(owner, values);
      };
      return () => {
        owner[name] = original;
      };
    });
  }
}
