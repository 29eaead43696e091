import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { House, webFiles } from './house.ts';

let house: House | undefined;
afterEach(() => house?.close());

/** Beside `fleet` there is `gone`, which cannot be read. */
async function open(): Promise<House> {
  const opened = await House.open(webFiles);
  house = opened;
  const file = join(opened.directory, 'tallyman.yaml');
  const text = await readFile(file, 'utf8');
  const gone = '  - {name: gone, url: ./gone.git, author: {name: Bot, email: bot@test.invalid}}\n';
  await writeFile(file, text.replace('repositories:\n', `repositories:\n${gone}`));
  return opened;
}

it.each([
  [
    'one that has the policy',
    ['web'],
    4,
    /Nobody can tell whether "web" of fleet is meant, as gone cannot be read: .* is no git repository.*\. If it is: --repository fleet\n$/,
  ],
  [
    'none that has it',
    ['wep'],
    4,
    /No other repository has a policy "wep", and gone cannot be read: .* is no git repository/,
  ],
  ['the one that is named', ['web', '--repository', 'fleet'], 0, /^$/],
])('an order finds, beside a repository that cannot be read, %s', async (_, args, exit, words) => {
  const on = await open();
  const result = await on.run('hold', ...args, '--reason', 'x', '--author', 'Ann <ann@test.invalid>');
  expect(result.exit).toBe(exit);
  expect(result.stderr).toMatch(words);
});
