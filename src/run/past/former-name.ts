import type { FieldFact } from '../../fields/model.ts';
import { nameClass } from '../../fields/name-class.ts';
import type { Snapshot } from '../../git/repository.ts';
import type { CommitId } from '../../release/log.ts';
import type { TreeEntry } from '../../tree/tree.ts';
import type { FieldReader } from './field-at.ts';

/** A file, as it is in the commit that gave it its name. */
interface NamedFile {
  readonly file: string;
  readonly field: FieldFact;
  readonly content: string | undefined;
  readonly commit: CommitId;
}

/** Files that went in one commit and are looked into; among more, only equal content tells. */
const mostRead = 64;

/**
 * The name that a file had in the commit before, where it has no such file: of the files that are gone in `named.commit`, the one with the
 * same content, else one with the same image in a field of the same shape; the nearest name first. `undefined` where the
 * file was new.
 */
export async function formerName(
  snapshot: Snapshot,
  reader: FieldReader,
  named: NamedFile,
  before: CommitId,
): Promise<string | undefined> {
  const present = new Set((await (await snapshot.at(named.commit)).list()).map(({ path }) => path));
  const gone = (await (await snapshot.at(before)).list())
    .filter(({ path, mode }) => !present.has(path) && mode !== 'symlink' && mode !== 'submodule')
    .filter(({ path }) => nameClass(path) !== 'other')
    .sort((a, b) => nearness(b, named) - nearness(a, named));
  const same = gone.find(({ id }) => id === named.content);
  if (same !== undefined) return same.path;
  if (gone.length > mostRead) return undefined;
  await reader.prepare(gone.map(({ path }) => ({ commit: before, file: path })));
  for (const { path } of gone) {
    if ((await reader.fields(before, path)).alike(named.field).length > 0) return path;
  }
  return undefined;
}

/** A file keeps its name and changes its folder, or the other way round. */
function nearness({ path }: TreeEntry, { file }: NamedFile): number {
  const [folder, name, stem] = parts(path);
  const [toFolder, toName, toStem] = parts(file);
  return (name === toName ? 4 : 0) + (stem === toStem ? 2 : 0) + (folder === toFolder ? 1 : 0);
}

function parts(path: string): readonly [folder: string, name: string, stem: string] {
  const slash = path.lastIndexOf('/');
  const name = path.slice(slash + 1);
  return [path.slice(0, Math.max(0, slash)), name, name.replace(/\.[^.]*$/, '')];
}
