import { lstatSync } from 'node:fs';
import { join } from 'node:path';

/** Whether the path stays below the root: its parts are plain names, and no folder on the way is a symlink. */
export function isInside(root: string, path: string): boolean {
  return hasPlainNames(path) && isFolder(root, folderOf(path));
}

/** Whether no part of a path leads out of where it starts, or into git's own folder. */
export function hasPlainNames(path: string): boolean {
  if (path.includes('\0')) return false;
  return !path.split('/').some((part) => part === '' || part === '.' || part === '..' || part === '.git');
}

/** The folder that a file is in; empty for the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** Whether all on the way to a folder below the root are folders and no symlinks, and itself too. The path has plain names; empty: the root. */
function isFolder(root: string, path: string): boolean {
  let folder = root;
  for (const part of path === '' ? [] : path.split('/')) {
    folder = join(folder, part);
    if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return false;
  }
  return true;
}
