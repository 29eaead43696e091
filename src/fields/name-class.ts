import type { NameClass } from './model.ts';

/** What the name of a file says about its content (product.md, 4). Files of class `other` are not read. */
export function nameClass(path: string): NameClass {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (/^(?:kustomization\.ya?ml|Kustomization)$/.test(name)) return 'kustomization';
  const [, stem, ending] = /^(.*)\.(ya?ml|json)$/s.exec(name) ?? [];
  if (stem === undefined) return 'other';
  const other = ending === 'json' ? 'json' : 'yaml';
  if (/^(?:docker-)?compose(?:[.-].*)?$/.test(stem)) return 'compose';
  // Beside a chart's values there may be the JSON Schema of them.
  if (other === 'json' && stem.endsWith('.schema')) return other;
  return stem.startsWith('values') || stem.endsWith('values') ? 'values' : other;
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
