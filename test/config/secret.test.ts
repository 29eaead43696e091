import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeSecret, readSecret } from '../../src/config/secret.ts';
import { withFolder } from './config-file.ts';

describe('readSecret', () => {
  it.each([
    ['as it is', ' hunter2 ', ' hunter2 '],
    ['without one final newline', 'hunter2\n\n', 'hunter2\n'],
    ['without a final CRLF', 'hunter2\r\n', 'hunter2'],
    ['of several lines', '-----BEGIN\nabc\n-----END\n', '-----BEGIN\nabc\n-----END'],
  ])('gives it %s', async (_label, content, expected) => {
    expect(await readSecret({ env: 'A' }, { A: content })).toBe(expected);
    await withFolder(async (folder) => {
      const file = join(folder, 'secret');
      await writeFile(file, content);
      expect(await readSecret({ file }, {})).toBe(expected);
    });
  });

  it('sees a change at the next call', async () => {
    await withFolder(async (folder) => {
      const file = join(folder, 'secret');
      await writeFile(file, 'first');
      expect(await readSecret({ file }, {})).toBe('first');
      await writeFile(file, 'second');
      expect(await readSecret({ file }, {})).toBe('second');
    });
  });

  it.each([
    ['not set', {}, /environment variable A holds a secret and is not set/],
    ['empty', { A: '' }, /the secret in environment variable A is empty/],
    ['one newline', { A: '\n' }, /is empty/],
  ])('refuses a variable that is %s', async (_label, env, expected) => {
    const reading = readSecret({ env: 'A' }, env);
    await expect(reading).rejects.toMatchObject({
      code: 'invalid-config',
      message: expect.stringMatching(expected) as string,
    });
  });

  it('does not take properties that every object has for variables', async () => {
    await expect(readSecret({ env: 'toString' }, {})).rejects.toMatchObject({ code: 'invalid-config' });
  });

  it.each([
    ['too large', 'hunter2'.repeat(10_000), /is over 65536 bytes/],
    ['not UTF-8', new Uint8Array([0xff, 0xfe]), /it is no UTF-8 text/],
    ['empty', '', /is empty/],
  ])('refuses a file that is %s, without its content', async (_label, content, expected) => {
    await withFolder(async (folder) => {
      const file = join(folder, 'secret');
      await writeFile(file, content);
      const error: unknown = await readSecret({ file }, {}).catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        code: 'invalid-config',
        message: expect.stringMatching(expected) as string,
      });
      expect(String(error)).toContain(file);
      expect(String(error)).not.toContain('hunter2');
    });
  });

  it('says which file is not there', async () => {
    await withFolder(async (folder) => {
      const file = join(folder, 'none');
      await expect(readSecret({ file }, {})).rejects.toMatchObject({
        code: 'invalid-config',
        message: `cannot read the secret in file ${file}: there is no such file`,
      });
      await expect(readSecret({ file: folder }, {})).rejects.toMatchObject({ code: 'invalid-config' });
    });
  });

  it('is described by its place', () => {
    expect([describeSecret({ env: 'A' }), describeSecret({ file: 'b' })]).toEqual([
      'environment variable A',
      'file b',
    ]);
  });
});
