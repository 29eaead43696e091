import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { initBareRepository } from '../../../src/git/local/init.ts';
import { openLocalRepository } from '../../../src/git/local/local-repository.ts';
import { inFolder } from '../git.ts';

const bot = { name: 'Tallyman', email: 'bot@example.com' };
const now = (): number => Date.UTC(2026, 10, 21);

const extension = (text: string): string =>
  `[core]\n\trepositoryformatversion = 1\n[extensions]\n\t${text}\n`;

/** What the configuration of a repository says of its format, and why it is refused. */
const cases: readonly (readonly [label: string, config: string, refused: string | undefined])[] = [
  ['SHA-256', extension('objectFormat = sha256'), 'uses sha256 object ids'],
  ['refs as reftable', extension('refStorage = reftable'), 'keeps its refs as reftable'],
  ['an extension of the future', extension('packedPlums = true'), 'has the extension packedplums'],
  ['two kinds of ids', extension('compatObjectFormat = sha256'), 'has the extension compatobjectformat'],
  ['a format of the future', '[core]\n\trepositoryformatversion = 2\n', 'has format 2'],
  ['a configuration for each work tree', extension('worktreeConfig = true'), undefined],
  ['objects that stay', extension('preciousObjects = true'), undefined],
  ['extensions of the first format', '[extensions]\n\tpackedPlums = true\n', undefined],
];

it.each(cases)('%s', async (_, config, refused) => {
  await inFolder(async (folder) => {
    const path = join(folder, 'fleet.git');
    await initBareRepository(path, { branch: 'main', files: { a: 'b\n' }, message: 'x', author: bot, now });
    appendFileSync(join(path, 'config'), config);
    const repository = openLocalRepository({
      name: 'fleet',
      path,
      branch: 'main',
      author: bot,
      committer: bot,
      now,
    });
    const said = await repository.sync().then(
      () => 'taken',
      (error: unknown) => String(error),
    );
    expect(said).toContain(refused ?? 'taken');
    await repository.close();
  });
});
