import { formatPlace, type Place } from '../../core/position.ts';
import type { Problem } from '../../core/problem.ts';
import type { Flux2 } from '../../dialects/flux2/read.ts';
import type { ForeignPolicy } from '../../dialects/model.ts';
import type { Policy } from '../../policy/model.ts';

/** The ImagePolicy objects of Flux 2 in a tree. They bind by their markers only, and only where `dialects` lists `flux2` (product.md, 2.4). */
export class FluxPolicies {
  /** Valid, and alone with their name; empty where they are not acted on. */
  readonly policies: readonly Policy[];
  readonly problems: readonly Problem[];
  readonly #flux: Flux2;
  readonly #live: ReadonlyMap<string, Policy>;
  readonly #byName: ReadonlyMap<string, readonly ForeignPolicy[]>;
  readonly #byBareName: ReadonlyMap<string, readonly ForeignPolicy[]>;

  /** @param live whether they are acted on; else they are only looked up */
  constructor(flux: Flux2, live: boolean) {
    this.#flux = flux;
    const byName = Map.groupBy(flux.policies, ({ name }) => name);
    const single = flux.policies.filter(({ name }) => byName.get(name)?.length === 1);
    const repeated = [...byName.values()].filter(({ length }) => length > 1);
    this.policies = live ? single.flatMap(({ policy }) => policy ?? []) : [];
    this.#live = new Map(this.policies.map((policy) => [policy.name, policy]));
    this.#byName = byName;
    this.#byBareName = Map.groupBy(flux.policies, ({ name }) => nameIn(name));
    this.problems = live
      ? [
          ...flux.problems,
          ...flux.policies.flatMap(({ problems }) => problems),
          ...repeated.flatMap((group) => group.map((one) => duplicate(one, group))),
        ]
      : [];
  }

  /** The policy that a marker names: of its namespace, else the only one of the name whose namespace no file tells. */
  get(marker: string): Policy | undefined {
    const found = this.#named(marker);
    return found === undefined ? undefined : this.#live.get(found.name);
  }

  /** Labels of the ImagePolicy object that a marker names, where exactly one may be meant. */
  labels(marker: string): Readonly<Record<string, string>> | undefined {
    const found = this.#named(marker);
    return found && this.#flux.labels.get(found);
  }

  /** Why Flux's own policy of a marker is not used: a sentence with a blank before it; empty where there is none. */
  hint(marker: string): string {
    const found = this.#named(marker);
    if (found === undefined) return '';
    const why =
      found.policy === undefined
        ? 'cannot be used as it stands'
        : 'is acted on only with dialects: [flux2] in tallyman.yaml';
    return ` The ImagePolicy ${found.name} of Flux (${formatPlace(found.object)}) ${why}.`;
  }

  /** Invalid ones count: a marker never falls through to another policy because the one it means is broken. */
  #named(marker: string): ForeignPolicy | undefined {
    const exact = this.#byName.get(marker);
    if (exact !== undefined) return exact.length === 1 ? exact[0] : undefined;
    const [only, ...others] = this.#byBareName.get(nameIn(marker)) ?? [];
    return only !== undefined && others.length === 0 && !only.name.includes(':') ? only : undefined;
  }

  /** Policies that no marker of the tree names. */
  unbound(used: ReadonlySet<Policy>): Problem[] {
    return this.policies
      .filter((policy) => !used.has(policy))
      .map((policy) => ({
        code: 'unbound-policy',
        ...policy.place,
        message: `The ImagePolicy ${policy.name} of Flux binds nothing: no marker # {"$imagepolicy": "${policy.namespace ?? 'NAMESPACE'}:${nameIn(policy.name)}"} names it here.`,
        policy: policy.name,
      }));
  }
}

/** A Flux 2 marker that may mean a policy of ours and one of Flux: nobody can tell which. */
export function twoMeanings(ours: Policy, theirs: Policy, { file, line, column }: Place): Problem {
  const message = `This marker names the policy ${ours.name} (${formatPlace(ours.place)}) and the ImagePolicy ${theirs.name} of Flux (${formatPlace(theirs.place)}). The field does not move until one of them is gone.`;
  return { code: 'ambiguous-binding', file, line, column, message, policy: theirs.name };
}

function nameIn(marker: string): string {
  return marker.slice(marker.indexOf(':') + 1);
}

function duplicate({ object, name }: ForeignPolicy, group: readonly ForeignPolicy[]): Problem {
  const { file, line, column } = object;
  const others = group.filter((other) => other.object !== object).slice(0, 3);
  const shown = others.map((other) => formatPlace(other.object)).join(', ');
  const message = `The name ${name} is also used by the ImagePolicy of Flux at ${shown}. Neither is used until one is renamed.`;
  return { code: 'duplicate-policy', file, line, column, message, policy: name };
}
