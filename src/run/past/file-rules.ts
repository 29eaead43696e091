import type { Binding } from '../../bindings/model.ts';
import type { ClaimFact, FileFacts } from '../../fields/model.ts';
import { nameIn } from '../../policy/document/load.ts';

type RuledField = Pick<Binding, 'policy' | 'field'>;

/** What one version of a file says of the tags that fields take, by its policies and the annotations of its workloads. */
export class FileRules {
  readonly #claims: readonly ClaimFact[];
  readonly #byWorkload: ReadonlyMap<string, readonly ClaimFact[]>;
  /** The policies by name. */
  readonly #documents: ReadonlyMap<string | undefined, readonly unknown[]>;
  readonly #flux: readonly unknown[];

  constructor({ claims, policies, flux }: Pick<FileFacts, 'claims' | 'policies' | 'flux'>) {
    this.#claims = claims;
    this.#byWorkload = Map.groupBy(claims, workloadOf);
    const values = policies.map(({ value }) => value);
    this.#documents = Map.groupBy(values, nameIn);
    this.#flux = flux.map(({ value }) => value);
  }

  /**
   * The rule of a field in this file and in another version of it: whether both say the same. What neither of them has is not the same.
   * @param present the version that the binding was found in
   */
  static isSame({ policy, field }: RuledField, present: FileRules, other: FileRules): boolean {
    if (policy.dialect !== 'annotation') return isEqual(present.#written(policy), other.#written(policy));
    const claim = present.#claims[field.claim ?? -1];
    if (claim === undefined) return false;
    const [now, then] = [present, other].map((rules) => rules.#annotated(workloadOf(claim), field.container));
    return isEqual(now, then);
  }

  #written({ name, dialect }: RuledField['policy']): readonly unknown[] {
    return dialect === 'tallyman' ? (this.#documents.get(name) ?? []) : this.#flux;
  }

  #annotated(workload: string, container: string | undefined): readonly unknown[] {
    const claims = this.#byWorkload.get(workload) ?? [];
    return claims.map(({ annotations }) => {
      const value = (key: string): string | undefined => annotations.find((one) => one.key === key)?.value;
      return value(`policy.${container ?? ''}`) ?? value('policy');
    });
  }
}

function workloadOf({ kind, workload }: ClaimFact): string {
  return `${kind} ${workload}`;
}

function isEqual(a: readonly unknown[] = [], b: readonly unknown[] = []): boolean {
  return a.length > 0 && JSON.stringify(a) === JSON.stringify(b);
}
