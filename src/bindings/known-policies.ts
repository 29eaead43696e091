import { didYouMean } from '../core/nearest.ts';
import type { Place } from '../core/position.ts';
import type { Problem } from '../core/problem.ts';
import type { Policy } from '../policy/model.ts';

/** The valid ImagePolicy files of a tree by name. */
export class KnownPolicies {
  readonly #byName: ReadonlyMap<string, Policy>;
  /** The search for the nearest name is dear, and one wrong name may stand in thousands of files. */
  readonly #hints = new Map<string, string>();

  constructor(policies: readonly Policy[]) {
    this.#byName = new Map(policies.map((policy) => [policy.name, policy]));
  }

  get names(): ReadonlySet<string> {
    return new Set(this.#byName.keys());
  }

  get(name: string): Policy | undefined {
    return this.#byName.get(name);
  }

  /**
   * The policy that a Flux 2 marker (`namespace:name`) names: of that name, and of that namespace where it has one.
   * Flux's own policies are not among them.
   */
  getFlux(marker: string): Policy | undefined {
    const [namespace, name = ''] = marker.split(':');
    const policy = this.get(name);
    return policy?.namespace === undefined || policy.namespace === namespace ? policy : undefined;
  }

  /**
   * A Flux 2 marker that names no policy of ours, in a tree that holds no automation of Flux for it.
   * @param theirs a sentence on Flux's own policy of that name, where there is one
   */
  unknownFlux(marker: string, { file, line, column }: Place, theirs = ''): Problem {
    const name = marker.slice(marker.indexOf(':') + 1);
    const message = `No valid ImagePolicy of tallyman.dev has the name "${name}"${didYouMean(name, this.#byName.keys())}, and no ImageUpdateAutomation at work here covers this Flux 2 marker.${theirs} The field does not move.`;
    return { code: 'unknown-policy', file, line, column, message, policy: marker };
  }

  /** A marker or annotation that names no policy. Two policies of one name, and invalid ones, do not count. */
  unknown(name: string, { file, line, column }: Place): Problem {
    const hint = this.#hints.get(name) ?? didYouMean(name, this.#byName.keys());
    this.#hints.set(name, hint);
    const message = `No valid policy has the name "${name}"${hint}. The field does not move.`;
    return { code: 'unknown-policy', file, line, column, message, policy: name };
  }
}
