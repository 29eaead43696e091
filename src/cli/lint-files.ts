import { Buffer } from 'node:buffer';
import { readFacts } from '../fields/facts.ts';
import type { NameClass } from '../fields/model.ts';
import { nameClass } from '../fields/name-class.ts';
import { readLintFacts } from '../lint/read.ts';
import type { LintedFile } from '../lint/tree.ts';
import { pathFilter } from '../run/prepare/path-filter.ts';
import type { RunSettings } from '../run/settings.ts';
import type { Tree } from '../tree/tree.ts';

/** Reads what only `lint` wants to know, of every file that a run would read. */
export async function lintedFiles(
  tree: Tree,
  settings: Pick<RunSettings, 'paths'>,
): Promise<readonly LintedFile[]> {
  const admits = settings.paths.length === 0 ? () => true : pathFilter(settings.paths);
  const wanted = (await tree.list()).filter(
    ({ path, mode }) =>
      (mode === 'file' || mode === 'executable') && nameClass(path) !== 'other' && admits(path),
  );
  const files: LintedFile[] = [];
  await tree.read(
    wanted,
    ({ path }, bytes) => {
      const kind = nameClass(path);
      files.push({ path, facts: readLintFacts(bytes, kind), policies: policiesIn(bytes, kind) });
    },
    // It is a problem of its own already.
    () => {},
  );
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Few files hold one: the others are not read a second time. */
function policiesIn(bytes: Uint8Array, kind: NameClass): LintedFile['policies'] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.includes('tallyman.dev/') ? readFacts(bytes, kind).policies : [];
}
