import { compareText } from '../../core/problem.ts';
import type { AnnotationDraft } from './annotated.ts';

/**
 * Names for the policies that annotations stand for: the workload's name, with the container's where it has several,
 * and with the folder's in front where that is taken. The same tree gives the same names, in whatever order its files are read.
 * @param taken names of ImagePolicy files
 * @returns in the order of the drafts
 */
export function nameDrafts(drafts: readonly AnnotationDraft[], taken: ReadonlySet<string>): string[] {
  const counts = countBy(drafts.map(plainName));
  const used = new Set(taken);
  const given = new Map<AnnotationDraft, string>();
  for (const draft of drafts.toSorted(byPlace)) {
    const plain = plainName(draft);
    const isFree = counts.get(plain) === 1 && !taken.has(plain);
    const wanted = isFree ? plain : slug(`${folderOf(draft.file.path)}${plain}`);
    let name = wanted;
    for (let number = 2; used.has(name); number++) name = `${wanted}-${number}`;
    used.add(name);
    given.set(draft, name);
  }
  return drafts.map((draft) => given.get(draft) ?? '');
}

function byPlace(a: AnnotationDraft, b: AnnotationDraft): number {
  const [first, second] = [a, b].map(({ fields }) => fields[0]);
  return (
    compareText(a.file.path, b.file.path) ||
    (first?.line ?? 0) - (second?.line ?? 0) ||
    (first?.column ?? 0) - (second?.column ?? 0)
  );
}

/** The names that the same policy has in trees with other workloads around it; a number behind them aside. */
export function possibleNames(draft: AnnotationDraft): readonly string[] {
  const folder = folderOf(draft.file.path);
  const plain = [plainName({ ...draft, alone: true }), plainName({ ...draft, alone: false })];
  return [...new Set([...plain, ...plain.map((name) => slug(`${folder}${name}`))])];
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

/** Only what a policy name may hold; folders become parts between dots. Of what is too long the end tells more. */
function slug(text: string): string {
  return text
    .slice(-longest)
    .toLowerCase()
    .replaceAll('/', '.')
    .replace(/[^a-z0-9.-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .replace(/[^a-z0-9]+$/, '');
}

/** A policy's name may have 253 characters; the rest is for a number. */
const longest = 240;

function countBy(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
