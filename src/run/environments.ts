import { pathFilter } from './path-filter.ts';
import type { EnvironmentPaths } from './settings.ts';

/** The first environment that holds the file, in the order of the configuration. */
export function environments(
  known: readonly EnvironmentPaths[],
): (file: string) => EnvironmentPaths | undefined {
  const filters = known.map((environment) => ({ environment, holds: pathFilter(environment.paths) }));
  return (file) => filters.find(({ holds }) => holds(file))?.environment;
}
