import type { Binding } from '../../bindings/model.ts';
import { joinEnvironmentNames } from '../../release/environment-name.ts';
import { pathFilter } from './path-filter.ts';
import type { EnvironmentPaths } from '../settings.ts';

/**
 * The environment whose rules count for a file: the first one that covers it, in the order of the configuration. Where kustomize takes the file to others,
 * as it does with a base, theirs count as well: a base is no way around the rules of the environment that it is deployed in.
 * @param bindings those of the files that are asked for. Default: what they reach is not known
 */
export function environments(
  known: readonly EnvironmentPaths[],
  bindings: readonly Pick<Binding, 'file' | 'reaches'>[] = [],
): (file: string) => EnvironmentPaths | undefined {
  if (known.length === 0) return () => undefined;
  const filters = known.map((environment) => ({ environment, holds: pathFilter(environment.paths) }));
  const reaches = new Map(bindings.flatMap(({ file, reaches: names }) => (names ? [[file, names]] : [])));
  const joined = new Map<string, EnvironmentPaths>();
  return (file) => {
    const own = filters.find(({ holds }) => holds(file))?.environment;
    const names = reaches.get(file) ?? [];
    const others = known.filter((one) => one !== own && names.includes(one.name));
    const all = own === undefined ? others : [own, ...others];
    const [only, ...more] = all;
    if (only === undefined || more.length === 0) return only;
    const key = JSON.stringify([own?.name, names]);
    const made = joined.get(key) ?? joinEnvironments(all);
    joined.set(key, made);
    return made;
  };
}

/** The stricter of each rule. */
function joinEnvironments(all: readonly EnvironmentPaths[]): EnvironmentPaths {
  const name = joinEnvironmentNames(all.map((one) => one.name));
  const rules = all.flatMap((one) => one.rules ?? []);
  const tags = [...new Set(rules.flatMap((one) => one.tags ?? []))];
  const limits = rules.flatMap((one) => one.maxReleasesPerRun ?? []);
  return {
    name,
    paths: [],
    paused: all.some(({ paused }) => paused),
    freezes: [...all.flatMap(({ freezes }) => freezes), ...(tags.length > 1 ? [tagsDisagree(all)] : [])],
    rules: {
      tags: tags[0],
      minAge: Math.max(0, ...rules.map(({ minAge = 0 }) => minAge)),
      mode: rules.some(({ mode }) => mode === 'pullRequest') ? 'pullRequest' : undefined,
      verify: rules.some(({ verify }) => verify === 'required') ? 'required' : undefined,
      maxReleasesPerRun: limits.length === 0 ? undefined : Math.min(...limits),
    },
    places: all.find(({ places }) => places !== undefined)?.places,
  };
}

/** The last moment that a date can tell. */
const endOfTime = 8_640_000_000_000_000;

/** A tag that both patterns take cannot be told by one pattern: such a field wants an overlay for each. */
function tagsDisagree(all: readonly EnvironmentPaths[]): EnvironmentPaths['freezes'][number] {
  const names = all.map(({ name }) => name).join(' and ');
  const reason = `it reaches ${names}, whose rules.tags differ; give each an entry in its own overlay`;
  return { from: -endOfTime, until: endOfTime, reason };
}
