import { defineConfig } from 'vitest/config';

/**
 * Two projects. `unit` shares threads between files (sound because nothing happens at import and nothing is
 * mocked); `peers` talks to real servers, started once by its global setup.
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
          pool: 'threads',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
