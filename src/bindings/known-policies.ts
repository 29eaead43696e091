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

  /** A marker or annotation that names no policy. Two policies of one name, and invalid ones, do not count. */
  unknown(name: string, { file, line, column }: Place): Problem {
    const hint = this.#hints.get(name) ?? didYouMean(name, this.#byName.keys());
    this.#hints.set(name, hint);
    const message = `No valid policy has the name "${name}"${hint}. The field does not move.`;
    return { code: 'unknown-policy', file, line, column, message, policy: name };
  }
}
