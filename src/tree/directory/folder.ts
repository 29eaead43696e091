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
}

/**
 * All files below `root`, unsorted, without following symlinks. `.git` is skipped; a folder below the root that has a `.git` of its own is a submodule
 * and not entered, as in git. What is neither file, folder nor symlink is not there.
 * @throws Failure `invalid-input` where a folder cannot be read, `too-large` for absurd depths
 */
export function walkFolder(root: string): FoundFile[] {
  const found: FoundFile[] = [];
  walk(root, '', 0, found);
  return found;
}

function walk(root: string, prefix: string, depth: number, found: FoundFile[]): void {
  if (depth > deepest)
    throw new Failure('too-large', `folders are nested deeper than ${deepest}, at ${prefix.slice(0, 80)}...`);
  const children = readFolder(root, prefix);
  if (depth > 0 && children.some(({ name }) => name === '.git')) {
    found.push({ entry: { path: prefix.slice(0, -1), id: 'submodule', mode: 'submodule' }, stamp: '' });
    return;
  }
  for (const child of children) {
    if (child.name === '.git') continue;
    const path = prefix + child.name;
    if (child.isDirectory()) walk(root, `${path}/`, depth + 1, found);
    else if (child.isFile() || child.isSymbolicLink()) {
      const file = lookAt(root, path);
      if (file !== undefined) found.push(file);
    }
  }
}

/** The file or symlink at a path without `.` and `..` parts; `undefined` where there is none, or a folder on the way is none. */
export function lookAt(root: string, path: string): FoundFile | undefined {
  const stats = lstatSync(join(root, path), { throwIfNoEntry: false });
  const mode = stats && modeOf(stats);
  if (stats === undefined || mode === undefined) return undefined;
  const stamp = stampOf(stats);
  return { entry: { path, id: idOf(stats, stamp), mode }, stamp };
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

function readFolder(root: string, prefix: string): Dirent[] {
  try {
    return readdirSync(join(root, prefix), { withFileTypes: true });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    const name = prefix === '' ? root : prefix;
    throw new Failure('invalid-input', `cannot read the folder ${name}: ${code}`, {
      file: name,
      cause: error,
    });
  }
}
