import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Tests that start other programs. */
const withPrograms = ['test/git/**', 'test/peers/**', 'test/scenarios/**'];

/**
 * Two projects. `unit` shares threads between files (sound because nothing happens at import and nothing is
 * mocked). `peers` starts programs (native git most of all) all the time, and a program is started the quicker the smaller its parent is (3 ms at 50 MB,
 * 17 ms at 650 MB): it gets processes of its own, which its files share as well.
 */
export default defineConfig({
  test: {
    // By default Vitest leaves one core to itself, which halves the speed where there are two.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        test: {
          name: 'unit',
          root: new URL('..', import.meta.url).pathname,
          include: ['test/**/*.test.ts'],
          exclude: [...withPrograms, '**/node_modules/**'],
          pool: 'threads',
          isolate: false,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'peers',
          root: new URL('..', import.meta.url).pathname,
          include: withPrograms.map((folder) => `${folder}/*.test.ts`),
          pool: 'forks',
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
