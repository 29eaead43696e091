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

/** Files that went in one commit and are looked into; of more, the nearest. */
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
    .filter(({ path }) => nameClass(path) !== 'other');
  // Copies of one manifest for several environments are often equal, and move together.
  const [same] = byNearness(
    gone.filter(({ id }) => id === named.content),
    named,
  );
  if (same !== undefined) return same.path;
  const nearest = byNearness(gone, named).slice(0, mostRead);
  await reader.prepare(nearest.map(({ path }) => ({ commit: before, file: path })));
  for (const { path } of nearest) {
    if ((await reader.fields(before, path)).alike(named.field).length > 0) return path;
  }
  return undefined;
}

/** The nearest first. */
function byNearness(entries: readonly TreeEntry[], { file }: NamedFile): readonly TreeEntry[] {
  const near = new Map(entries.map((entry) => [entry, nearness(entry.path, file)]));
  return entries.toSorted((a, b) => (near.get(b) ?? 0) - (near.get(a) ?? 0));
}

/** A file keeps its name and changes its folder, or the other way round; of a folder that moves, most of its path stays. */
function nearness(path: string, file: string): number {
  const [folders, name] = parts(path);
  const [toFolders, toName] = parts(file);
  const isSameStem = name.replace(extension, '') === toName.replace(extension, '');
  const ofName = name === toName ? 2 : isSameStem ? 1 : 0;
  return (
    ofName * (2 * mostFolders + 2) + 2 * inCommon(folders, toFolders) + (isEqual(folders, toFolders) ? 1 : 0)
  );
}

function parts(path: string): readonly [folders: readonly string[], name: string] {
  const all = path.split('/');
  return [all.slice(0, -1).slice(-mostFolders), all.at(-1) ?? ''];
}

/** How many folders two paths have in common, wherever they stand. */
function inCommon(from: readonly string[], to: readonly string[]): number {
  const left = [...to];
  for (const folder of from) {
    const place = left.indexOf(folder);
    if (place >= 0) left.splice(place, 1);
  }
  return to.length - left.length;
}

function isEqual(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, place) => one === b[place]);
}

const extension = /\.[^.]*$/;
/** Of a path; deeper ones are nobody's. */
const mostFolders = 32;
