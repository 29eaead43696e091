import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { lstatSync, readdirSync, type Dirent, type Stats } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../core/failure.ts';
import type { TreeEntry } from '../tree.ts';

/** One file as it was when it was looked at. */
export interface FoundFile {
  readonly entry: TreeEntry;
  /** What changes when the file does. */
  readonly stamp: string;
  /** Where it is found, if its path is no UTF-8 and `entry.path` does not tell. */
  readonly place?: Buffer;
}

/**
 * All files below `root`, unsorted, without following symlinks. `.git` is skipped; a folder below the root that has a `.git` of its own is a submodule
 * and not entered, as in git. What is neither file, folder nor symlink is not there.
 * @throws Failure `invalid-input` where a folder cannot be read, `too-large` for absurd depths
 */
export function walkFolder(root: string): FoundFile[] {
  const found: FoundFile[] = [];
  walk({ root, prefix: '' }, 0, found);
  return found;
}

interface Folder {
  readonly root: string;
  /** From the root: empty, or with a slash at its end. */
  readonly prefix: string;
  /** As `FoundFile.place`, with a slash at its end. */
  readonly place?: Buffer | undefined;
}

function walk(folder: Folder, depth: number, found: FoundFile[]): void {
  const { root, prefix } = folder;
  if (depth > deepest)
    throw new Failure('too-large', `folders are nested deeper than ${deepest}, at ${prefix.slice(0, 80)}...`);
  const children = readFolder(folder);
  if (depth > 0 && children.some(({ name }) => name === '.git')) {
    found.push({ entry: { path: prefix.slice(0, -1), id: 'submodule', mode: 'submodule' }, stamp: '' });
    return;
  }
  for (const child of children) {
    if (child.name === '.git') continue;
    const path = prefix + child.name;
    if (child.isFolder) walk({ root, prefix: `${path}/`, place: inFolder(child.place) }, depth + 1, found);
    else if (child.isFile) {
      const file = lookAt(root, path, child.place);
      if (file !== undefined) found.push(file);
    }
  }
}

function inFolder(place: Buffer | undefined): Buffer | undefined {
  return place && Buffer.concat([place, Buffer.from('/')]);
}

/**
 * The file or symlink at a path without `.` and `..` parts; `undefined` where there is none, or a folder on the way is none.
 * @param place where the path does not tell it
 */
export function lookAt(root: string, path: string, place?: Buffer): FoundFile | undefined {
  const stats = lstatSync(place ?? join(root, path), { throwIfNoEntry: false });
  const mode = stats && modeOf(stats);
  if (stats === undefined || mode === undefined) return undefined;
  const stamp = stampOf(stats);
  return { entry: { path, id: idOf(stats, stamp), mode }, stamp, ...(place && { place }) };
}

/** What changes when a file's content does, as far as the file system tells. */
export function stampOf({ dev, ino, size, mtimeMs, ctimeMs }: Stats): string {
  return `${dev}.${ino}.${size}.${mtimeMs}.${ctimeMs}`;
}

/**
 * Reading and hashing everything would cost more than all the rest of a listing, so an id is the file's stamp. A file that was changed within the file
 * system's clock step of now could change once more under the same stamp: it gets an id that never comes back.
 */
function idOf(stats: Stats, stamp: string): string {
  const settled = Date.now() - Math.max(stats.mtimeMs, stats.ctimeMs) > clockStep;
  return settled ? stamp : `${stamp}.${randomUUID()}`;
}

/** Milliseconds; kernels stamp files with a clock that ticks every 10 ms or faster. */
const clockStep = 100;
const deepest = 256;

function modeOf(stats: Stats): TreeEntry['mode'] | undefined {
  if (stats.isSymbolicLink()) return 'symlink';
  if (!stats.isFile()) return undefined;
  return (stats.mode & 0o100) === 0 ? 'file' : 'executable';
}

interface Child {
  /** Bytes that are no UTF-8 become U+FFFD, as in git trees. */
  readonly name: string;
  readonly place?: Buffer;
  readonly isFolder: boolean;
  readonly isFile: boolean;
}

function readFolder({ root, prefix, place }: Folder): readonly Child[] {
  try {
    const entries = place === undefined ? readdirSync(join(root, prefix), { withFileTypes: true }) : [];
    if (place === undefined && !entries.some(({ name }) => name.includes('\uFFFD')))
      return entries.map((entry) => toChild(entry.name, entry));
    // Seldom: asked for once more, in bytes, as such a name cannot be opened by its text.
    const within = place ?? Buffer.from(join(root, prefix, '/'));
    return readdirSync(within, { withFileTypes: true, encoding: 'buffer' }).map((entry) => {
      const child = toChild(entry.name.toString(), entry);
      const isPlain = place === undefined && isUtf8(entry.name);
      return isPlain ? child : { ...child, place: Buffer.concat([within, entry.name]) };
    });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    const name = prefix === '' ? root : prefix;
    throw new Failure('invalid-input', `cannot read the folder ${name}: ${code}`, {
      file: name,
      cause: error,
    });
  }
}

function toChild(name: string, entry: Pick<Dirent, 'isDirectory' | 'isFile' | 'isSymbolicLink'>): Child {
  return { name, isFolder: entry.isDirectory(), isFile: entry.isFile() || entry.isSymbolicLink() };
}
