import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { root } from './rules/files.ts';

describe('the program as it is installed', () => {
  it('edit says nothing but its answer: the engine knows the flag that is set for it', async () => {
    const options = ['--dir', `${root}policies`, '--set', 'nobody=acme/web:1.0.0', '--output', 'json'];
    const run = promisify(execFile)(process.execPath, [`${root}bin/tallyman.mjs`, 'edit', ...options]);
    // no policy has that name
    await expect(run).rejects.toMatchObject({ code: 1, stderr: '' });
  });
});
