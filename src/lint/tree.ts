import type { FactedFile } from '../bindings/model.ts';
import { nameClass } from '../fields/name-class.ts';
import type { LintFacts } from './facts.ts';

/** One file with what `lint` knows of it. */
export interface LintedFile {
  readonly path: string;
  readonly facts: LintFacts;
  /** ImagePolicy documents in it, as in the facts of a run. */
  readonly policies: FactedFile['facts']['policies'];
}

export function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

/** Whether a folder is the other one or lies below it; `''` is the root. */
export function isBelow(folder: string, top: string): boolean {
  return top === '' || folder === top || folder.startsWith(`${top}/`);
}

/** A path as it is written in a file of `folder`, from the root; `undefined` where it leaves the tree or is an address. */
export function resolvePath(folder: string, written: string): string | undefined {
  if (written.includes('://') || written.startsWith('/')) return undefined;
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of written.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

/** Folders for which a kustomization says what is applied. */
export function kustomizedFolders(paths: Iterable<string>): ReadonlySet<string> {
  return new Set(
    Array.from(paths).flatMap((path) => (nameClass(path) === 'kustomization' ? [folderOf(path)] : [])),
  );
}
