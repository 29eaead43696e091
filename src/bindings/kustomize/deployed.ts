import { formatPlace } from '../../core/position.ts';
import type { Problem } from '../../core/problem.ts';
import type { FieldFact } from '../../fields/model.ts';
import type { Policy } from '../../policy/model.ts';
import { KustomizeGraph, type Override } from './graph.ts';
import { KustomizeOverrides } from './overrides.ts';
import { KustomizeReach, type EnvironmentOf, type ReachedBy } from './reach.ts';
import type { Binding, FactedFile } from '../model.ts';

/**
 * What kustomize makes of the files of a tree (product.md, 4): which fields several environments share, and which ones an overlay overrides. Such a
 * field is not bound by name or annotation. A tree without kustomizations pays nothing.
 */
export class Deployed {
  readonly problems: readonly Problem[];
  readonly #graph: KustomizeGraph;
  readonly #reach: KustomizeReach;
  readonly #overrides: KustomizeOverrides;

  constructor(files: readonly FactedFile[], environmentOf: EnvironmentOf) {
    this.#graph = new KustomizeGraph(files);
    this.#reach = new KustomizeReach(this.#graph, environmentOf);
    this.#overrides = new KustomizeOverrides(this.#graph, this.#reach);
    this.problems = this.#graph.problems;
  }

  /** The bindings with the environments of tallyman.yaml that their files reach. */
  reaching(path: string, bindings: readonly Binding[]): readonly Binding[] {
    if (this.#graph.nodes.length === 0 || bindings.length === 0) return bindings;
    const reaches = this.#reach.of(path).flatMap(({ name, isNamed }) => (isNamed ? [name] : []));
    return reaches.length === 0 ? bindings : bindings.map((binding) => ({ ...binding, reaches }));
  }

  /**
   * Why a policy must not move a field of a file that it claims by name or annotation.
   * @param reaches whether the policy binds by name in a file
   */
  objection(
    path: string,
    field: FieldFact,
    policy: Policy,
    reaches: (path: string) => boolean,
  ): Problem | undefined {
    if (this.#graph.nodes.length === 0) return undefined;
    const { line, column } = field;
    const place = { file: path, line, column, policy: policy.name };
    const overridden = this.#overrides.of(path, field);
    if (overridden !== undefined)
      return { code: 'shadowed', ...place, message: shadowed(overridden, field, policy, reaches) };
    const reached = this.#reach.of(path);
    if (reached.length < 2) return undefined;
    return { code: 'shared-base', ...place, message: shared(reached, field, policy) };
  }
}

function shadowed(
  overridden: readonly Override[] | 'unknown',
  { name = '' }: FieldFact,
  policy: Policy,
  reaches: (path: string) => boolean,
): string {
  if (overridden === 'unknown')
    return `Too many overlays lie above this field to tell whether an images: entry for ${name} overrides it. Bind it on purpose by a marker # {"$tallyman": "${policy.name}"}.`;
  const places = listed(overridden.map(formatPlace));
  const one = overridden.length === 1;
  const bound = overridden.every(({ file }) => reaches(file));
  const what = one ? 'that entry' : 'those entries';
  const remedy = bound
    ? `The policy ${policy.name} reaches ${what}; set its paths so that they leave this file out`
    : `Let the policy ${policy.name} reach ${what} instead (put its file into that folder or above, or name the folder in paths)`;
  return `images: of ${places} overrides ${name} for all that is deployed from here, so a new tag in this field would change nothing. ${remedy}, or bind this field on purpose by a marker or targets.`;
}

function shared(
  reached: readonly ReachedBy[],
  { kind, name = 'the image' }: FieldFact,
  policy: Policy,
): string {
  const more = reached.length === 8 ? ' (and perhaps more)' : '';
  const who = `${listed(reached.map(({ name: environment }) => environment))}${more}`;
  const remedy =
    kind === 'container' || kind === 'kustomize'
      ? `Give each overlay an images: entry for ${name}, which the policy can move`
      : 'Move the value into a file of each overlay';
  const hint = reached.every(({ isNamed }) => isNamed)
    ? ''
    : ' If they are one environment, name it in tallyman.yaml with their paths.';
  return `This field is in a base that reaches ${who}, so the policy ${policy.name} would release to all of them at once. ${remedy}, or bind this field on purpose by a marker # {"$tallyman": "${policy.name}"} or targets.${hint}`;
}

/** `a, b and c`; of many, the first five. */
function listed(names: readonly string[]): string {
  if (names.length > 5) return `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`;
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
