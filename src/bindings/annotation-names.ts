import type { AnnotationDraft } from './annotated.ts';

/**
 * Names for the policies that annotations stand for: the workload's name, with the container's where it has several,
 * and with the folder's in front where that is taken. The same tree always gives the same names.
 * @param taken names of ImagePolicy files
 */
export function nameDrafts(drafts: readonly AnnotationDraft[], taken: ReadonlySet<string>): string[] {
  const names = drafts.map(plainName);
  const counts = countBy(names);
  const used = new Set(taken);
  return drafts.map((draft, index) => {
    const plain = names[index] ?? '';
    const isFree = counts.get(plain) === 1 && !taken.has(plain);
    const wanted = isFree ? plain : `${slug(folderOf(draft.file.path))}${plain}`;
    let name = wanted;
    for (let number = 2; used.has(name); number++) name = `${wanted}-${number}`;
    used.add(name);
    return name;
  });
}

function plainName({ workload, fields, alone }: AnnotationDraft): string {
  const base = workload.claim.workload === '' ? workload.claim.kind.toLowerCase() : workload.claim.workload;
  const container = fields[0]?.container ?? '';
  const name = slug(alone || container === '' ? base : `${base}.${container}`);
  return name === '' ? 'workload' : name;
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/** Only what a policy name may hold; folders become parts between dots. */
function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll('/', '.')
    .replace(/[^a-z0-9.-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '');
}

function countBy(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
