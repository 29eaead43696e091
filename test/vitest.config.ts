import { defineConfig } from 'vitest/config';

/**
 * Two projects. `unit` shares threads between files (sound because nothing happens at import and nothing is
 * mocked). `peers` starts programs all the time, and a program is started the quicker the smaller its parent is (3 ms at 50 MB,
 * 17 ms at 650 MB): it gets processes of its own, which its files share as well.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          root: new URL('..', import.meta.url).pathname,
          include: ['test/**/*.test.ts'],
          exclude: ['test/peers/**', 'test/scenarios/**', '**/node_modules/**'],
          pool: 'threads',
          isolate: false,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'peers',
          root: new URL('..', import.meta.url).pathname,
          include: ['test/peers/**/*.test.ts', 'test/scenarios/**/*.test.ts'],
          pool: 'forks',
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
