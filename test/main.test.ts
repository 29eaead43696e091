import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { root } from './rules/files.ts';
import { inFolder } from './git/git.ts';

describe('the program as it is installed', () => {
  it('edit says nothing but its answer: the engine knows the flag that is set for it', async () => {
    const options = ['--dir', `${root}policies`, '--set', 'nobody=acme/web:1.0.0', '--output', 'json'];
    const run = promisify(execFile)(process.execPath, [`${root}bin/tallyman.mjs`, 'edit', ...options]);
    // no policy has that name
    await expect(run).rejects.toMatchObject({ code: 1, stderr: '' });
  });

  it.each<[string, (folder: string) => Record<string, string>, readonly string[]]>([
    ['the home folder', (folder) => ({ HOME: folder }), ['.cache']],
    ['XDG_CACHE_HOME', (folder) => ({ HOME: '/', XDG_CACHE_HOME: folder }), ['tallyman']],
    ['NODE_COMPILE_CACHE', (folder) => ({ HOME: '/', NODE_COMPILE_CACHE: join(folder, 'own') }), ['own']],
    ['nowhere', () => ({ HOME: 'not/absolute' }), []],
  ])('keeps compiled code below %s, and not where others can write', async (_, environment, expected) => {
    await inFolder(async (folder) => {
      const env = { TMPDIR: join(folder, 'shared'), ...environment(folder) };
      await promisify(execFile)(process.execPath, [`${root}bin/tallyman.mjs`, 'schema', 'imagepolicy'], {
        env,
      });
      expect(readdirSync(folder)).toEqual(expected);
    });
  });
});
