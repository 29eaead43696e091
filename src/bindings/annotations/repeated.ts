import type { FieldFact, PartFact, RepeatedFact } from '../../fields/model.ts';

/** Which values of a file are repeated by a workload with annotations of its own. */
export class Repeated {
  /** By place; a range is in none, or wholly in another. */
  readonly #ranges: readonly { readonly fact: RepeatedFact; readonly around: number }[];

  constructor(facts: readonly RepeatedFact[] = []) {
    const ranges: { fact: RepeatedFact; around: number }[] = [];
    const sorted = facts.toSorted((a, b) => a.start - b.start || b.end - a.end);
    for (const fact of sorted) {
      let around = ranges.length - 1;
      while (around >= 0 && (ranges[around]?.fact.end ?? 0) <= fact.start)
        around = ranges[around]?.around ?? -1;
      ranges.push({ fact, around });
    }
    this.#ranges = ranges;
  }

  /** The line on which a workload other than the field's own repeats the part; `undefined`: none does. */
  lineOf({ start }: PartFact, { claim }: Pick<FieldFact, 'claim'>): number | undefined {
    for (let at = this.#lastFrom(start); at >= 0;) {
      const { fact, around } = this.#ranges[at] ?? { around: -1 };
      if (fact !== undefined && start < fact.end && fact.claim !== claim) return fact.line;
      at = around;
    }
    return undefined;
  }

  /** The last range that begins at the offset or before it. */
  #lastFrom(offset: number): number {
    let [low, high] = [0, this.#ranges.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ranges[middle]?.fact.start ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
