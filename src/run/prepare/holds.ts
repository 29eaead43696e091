import type { Binding } from '../../bindings/model.ts';
import { didYouMean } from '../../core/nearest.ts';
import { formatPlace } from '../../core/position.ts';
import type { Problem } from '../../core/problem.ts';
import type { Hold, Policy } from '../../policy/model.ts';
import { environmentNames } from '../../release/environment-name.ts';
import { covers, type HoldEntry, type HoldScope } from '../../release/hold-entry.ts';
import { holdsPath, parseHolds, type HoldsFile } from '../../release/holds-file.ts';
import type { Tree, TreeEntry } from '../../tree/tree.ts';
import { decode } from '../../yaml/decode.ts';
import type { EnvironmentOf } from '../edits/field-release.ts';
import type { EnvironmentPaths, RunSettings } from '../settings.ts';
import { environments } from './environments.ts';

/** Reads `.tallyman/holds.yaml` of a tree (product.md, 6.3), whatever the allow-list of paths says: it only ever stops. */
export async function readHolds(tree: Tree): Promise<HoldsFile> {
  const stray = strayHolds(await tree.list());
  if (stray !== undefined) return stray;
  const entry = await tree.entry(holdsPath);
  if (entry === undefined) return { entries: [], problems: [] };
  if (entry.mode !== 'file' && entry.mode !== 'executable')
    return unreadable(`it is a ${entry.mode}, expected a regular file`);
  let read: HoldsFile = unreadable('its content could not be read');
  await tree.read(
    [entry],
    (_, bytes) => {
      const decoded = decode(bytes);
      read = 'refused' in decoded ? unreadable(decoded.refused) : parseHolds(decoded.text);
    },
    (_, failure) => {
      read = unreadable(failure.message);
    },
  );
  return read;
}

/** What stands where holds are looked for, and is read by nobody: who put it there counts on it. */
function strayHolds(all: readonly TreeEntry[]): HoldsFile | undefined {
  for (const { path, mode } of all) {
    if (!path.startsWith('.') || path === holdsPath) continue;
    const name = path.toLowerCase();
    if (name === folder) return unreadable(`it is a ${mode}, expected a folder with holds.yaml in it`, path);
    if (/^\.tallyman\/holds?\.(?:ya?ml|json)(?:\/|$)/.test(name))
      return unreadable(
        `nobody looks at this file; they stand in ${holdsPath}, a regular file of exactly that name`,
        path,
      );
  }
  return undefined;
}

const folder = holdsPath.slice(0, holdsPath.indexOf('/'));

/** The bindings, each with the holds of the file that cover it beside those that it has already. */
export function heldBindings(
  bindings: readonly Binding[],
  holds: HoldsFile,
  known: readonly EnvironmentPaths[],
): readonly Binding[] {
  if (holds.entries.length + holds.problems.length === 0) return bindings;
  const environmentOf = environments(known, bindings);
  return bindings.map((binding) => {
    const found = holdsOn(holds, binding, environmentOf);
    return found.length === 0 ? binding : { ...binding, holds: [...binding.holds, ...found] };
  });
}

/** Whether an entry of the file holds a field: runs and orders ask this one function. An environment's hold covers what kustomize takes there, too. */
export function holdsField(
  scope: HoldScope,
  { policy, file }: Binding,
  environmentOf: EnvironmentOf,
): boolean {
  const { name, otherNames, group } = policy;
  const environments = environmentNames(environmentOf(file)?.name ?? '');
  return covers(scope, { policy: name, otherNames, file, group, environments });
}

/** A file that cannot be read holds everything: nobody can tell what it was to hold. */
function holdsOn(
  { entries, problems }: HoldsFile,
  binding: Binding,
  environmentOf: EnvironmentOf,
): readonly Hold[] {
  const [problem] = problems;
  if (problem !== undefined) {
    const { file = holdsPath, line = 1, column = 1 } = problem;
    const place = formatPlace({ file, line, column });
    const reason = `${place} cannot be read, so nothing moves until it is put right`;
    return [{ reason, by: '', until: undefined }];
  }
  return entries.filter(({ scope }) => holdsField(scope, binding, environmentOf)).map(({ hold }) => hold);
}

/** A hold on a name that is nowhere holds nothing, and its author believes that it does. */
export function strangeHolds(
  { entries }: HoldsFile,
  policies: Iterable<Policy>,
  settings: Pick<RunSettings, 'repository' | 'environments'>,
): readonly Problem[] {
  const all = [...policies];
  const names: readonly string[] = all.flatMap(({ name, otherNames = [] }) => [name, ...otherNames]);
  const groups = all.flatMap(({ group }) => group ?? []);
  const environments = settings.environments.map(({ name }) => name);
  // A checkout without tallyman.yaml: nobody knows which environments there are.
  const isPlain = settings.repository === '';
  return entries.flatMap((entry) => [
    ...unknown(entry, 'policy', entry.scope.policies, names),
    ...unknown(entry, 'group', entry.scope.groups, groups),
    ...(isPlain ? [] : unknown(entry, 'environment', entry.scope.environments, environments)),
  ]);
}

function unknown(
  { place }: HoldEntry,
  kind: 'policy' | 'group' | 'environment',
  held: readonly string[],
  known: readonly string[],
): Problem[] {
  const all = new Set(known);
  return held
    .filter((name) => !all.has(name))
    .map((name) => ({
      code: kind === 'policy' ? 'unknown-policy' : 'bad-holds',
      ...place,
      message: `This entry holds the ${kind} "${name}", and there is none of that name${didYouMean(name, all)}. Put the name right, or take the entry away.`,
    }));
}

function unreadable(why: string, file: string = holdsPath): HoldsFile {
  const message = `The holds cannot be read: ${why}.`;
  return { entries: [], problems: [{ code: 'bad-holds', file, line: 1, column: 1, message }] };
}
