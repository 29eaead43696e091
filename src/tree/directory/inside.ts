import { lstatSync } from 'node:fs';
import { join } from 'node:path';

/** Whether the path stays below the root: its parts are plain names, and no folder on the way is a symlink. */
export function isInside(root: string, path: string): boolean {
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..' || part === '.git')) return false;
  if (path.includes('\0')) return false;
  let folder = root;
  for (const part of parts.slice(0, -1)) {
    folder = join(folder, part);
    if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return false;
  }
  return true;
}
