import type { TreeEntry } from '../../tree/tree.ts';

/** Files by how near their names are to that of another one: the nearest first. */
export function byNearness(entries: readonly TreeEntry[], file: string): readonly TreeEntry[] {
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
