import type { BindOptions } from '../../bindings/model.ts';
import { pathFilter } from './path-filter.ts';
import type { RunSettings } from '../settings.ts';

export type BindSettings = Pick<RunSettings, 'policyRoots' | 'dialects' | 'environments'>;

/** What bindings must know of tallyman.yaml. Of several environments that cover a file, the first counts, as everywhere. */
export function bindOptions(settings: BindSettings): BindOptions {
  const covering = settings.environments.map(({ name, paths }) => ({ name, holds: pathFilter(paths) }));
  return {
    policyRoots: settings.policyRoots,
    ...(settings.dialects === undefined ? {} : { dialects: settings.dialects }),
    environmentOf: (file) => covering.find(({ holds }) => holds(file))?.name,
  };
}
