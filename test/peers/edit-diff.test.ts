import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { unifiedDiff } from '../../src/run/edits/unified-diff.ts';
import { git } from './git.ts';
import { describePeer } from './require.ts';

const many = '---\nimage: web:TAG\n'.repeat(2000);

/** The files of all golden trees, before and after, under names that must be quoted too. */
function changedFiles(): { file: string; before: string; after: string }[] {
  const root = new URL('../golden', import.meta.url).pathname;
  const found = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => path.includes('/after/'))
    .map((path) => ({
      file: path.slice(root.length + 1),
      before: readFileSync(path.replace('/after/', '/before/'), 'utf8'),
      after: readFileSync(path, 'utf8'),
    }));
  const [one] = found;
  if (one === undefined) throw new Error('no golden tree has a file that changes');
  const names = [
    'a b.yaml',
    ' lead.yaml',
    'trail .yaml',
    'quo"te.yaml',
    'back\\slash.yaml',
    'é🚀.yaml',
    'tab\t.yaml',
  ];
  return [
    ...found,
    ...names.map((file) => ({ ...one, file })),
    { file: 'many.yaml', before: many.replaceAll('TAG', '1'), after: many.replaceAll('TAG', '2') },
  ];
}

describePeer('git', 'the diff that edit shows', () => {
  let folder: string;
  const files = changedFiles();
  const diff = files.map(({ file, before, after }) => unifiedDiff(file, { before, after })).join('');

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tallyman-diff-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('is applied by git, byte for byte', async () => {
    for (const { file, before } of files) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), before);
    }
    await git(folder, ['init', '-q']);
    await git(folder, ['apply', '--whitespace=nowarn', '-'], { input: diff });
    for (const { file, after } of files)
      expect([file, readFileSync(join(folder, file), 'utf8')]).toEqual([file, after]);
    expect(files.length).toBeGreaterThan(60);
  });
});
