import { readdirSync, readFileSync } from 'node:fs';

/** The repository's folder, with a final `/`. */
export const root = new URL('../..', import.meta.url).pathname;

const skipped = new Set(['node_modules', 'dist', '.git', '.demo', '.bench', '.vitest', 'coverage']);

/** Paths of all our files below `folder` (from the root; `''` is all of it), generated and installed ones left out. */
export function filesBelow(folder: string): string[] {
  const prefix = folder === '' ? '' : `${folder}/`;
  return readdirSync(`${root}${folder}`, { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return [];
    const path = `${prefix}${entry.name}`;
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

export function readText(path: string): string {
  return readFileSync(`${root}${path}`, 'utf8');
}

/** 1 for the first line. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
