import type { NameClass } from './model.ts';

/** What the name of a file says about its content (product.md, 4). Files of class `other` are not read. */
export function nameClass(path: string): NameClass {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (/^(?:kustomization\.ya?ml|Kustomization)$/.test(name)) return 'kustomization';
  if (name.endsWith('.json')) return 'json';
  const stem = /^(.*)\.ya?ml$/.exec(name)?.[1];
  if (stem === undefined) return 'other';
  if (/^(?:docker-)?compose(?:[.-].*)?$/.test(stem)) return 'compose';
  return stem.startsWith('values') || stem.endsWith('values') ? 'values' : 'yaml';
}

/**
 * Whether a file is part of a chart that is not this repository's to release: below a `charts` folder, or in the
 * `templates` folder of a chart. Fields there are never bound by image name.
 * @param chartFolders folders that hold a `Chart.yaml`; `''` is the root
 */
export function isVendored(path: string, chartFolders: ReadonlySet<string> = new Set()): boolean {
  if (/(?:^|\/)charts\//.test(path)) return true;
  for (const { index } of path.matchAll(/(?:^|\/)templates\//g)) {
    if (chartFolders.has(path.slice(0, index))) return true;
  }
  return false;
}
