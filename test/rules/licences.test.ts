import { describe, expect, it } from 'vitest';
import { readText } from './files.ts';

interface Locked {
  readonly license?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
}

/** May be shipped beside Apache-2.0 code without a word. */
const free = [
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'Unlicense',
  '0BSD',
  'BlueOak-1.0.0',
];

/** Looked at by hand: CONTRIBUTING.md says why they may stay. */
const known: Readonly<Record<string, string>> = {
  openpgp: 'LGPL-3.0+',
  // Their package files name MIT in the old form, which the lock file does not keep.
  ssh2: 'none',
  'cpu-features': 'none',
  buildcheck: 'none',
};

describe('licences of what the program needs at run time', () => {
  const { packages } = JSON.parse(readText('package-lock.json')) as { packages: Record<string, Locked> };
  const runtime = Object.entries(packages).filter(
    ([path, { dev, link }]) => path.startsWith('node_modules/') && dev !== true && link !== true,
  );

  it('are known and free', () => {
    const doubtful = runtime
      .map(([path, { license = 'none' }]) => [path.slice('node_modules/'.length), license] as const)
      .filter(([name, license]) => !free.includes(license) && known[name] !== license);
    expect(doubtful).toEqual([]);
    expect(runtime.length).toBeGreaterThan(20);
  });
});
