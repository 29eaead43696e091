import type { Current } from '../../policy/election/decision.ts';
import type { HeldValue } from '../past/arrivals.ts';

/**
 * What a field held and nobody took back, with the time at which each came there last: `pick: soaked` chooses among it (product.md, 6.4). Taken back is
 * what gave way to something older, or to a value that had stood there before.
 * @param held newest first
 * @param rankOf the place in the field's order, greater is newer; `undefined`: it has none
 */
export function standsOf(
  held: readonly HeldValue[],
  rankOf: (value: Current) => number | undefined,
): readonly HeldValue[] {
  const first = new Map(held.map(({ value }, index) => [keyOf(value), index]));
  const seen = new Set<string>();
  const stands: HeldValue[] = [];
  let lowest = Infinity;
  let returnedTo = -1;
  for (const [index, one] of held.entries()) {
    const key = keyOf(one.value);
    const rank = rankOf(one.value);
    if (!seen.has(key) && returnedTo <= index && rank !== undefined && rank <= lowest) stands.push(one);
    seen.add(key);
    lowest = Math.min(lowest, rank ?? Infinity);
    returnedTo = Math.max(returnedTo, first.get(key) ?? -1);
  }
  return stands;
}

/** What all of several fields stood at, each time that of the last of them. */
export function commonStands(fields: readonly (readonly HeldValue[])[]): readonly HeldValue[] {
  const [first, ...others] = fields.map((stands) => new Map(stands.map((one) => [keyOf(one.value), one])));
  if (first === undefined) return [];
  return [...first.values()].flatMap(({ value, since }) => {
    let last = since;
    for (const other of others) {
      const there = other.get(keyOf(value));
      if (there === undefined) return [];
      last = Math.max(last, there.since);
    }
    return [{ value, since: last }];
  });
}

function keyOf({ tag, digest }: Current): string {
  return `${tag ?? ''}@${digest ?? ''}`;
}
