import { didYouMean } from '../core/nearest.ts';
import { formatPlace } from '../core/position.ts';
import type { Problem } from '../core/problem.ts';
import type { Policy } from '../policy/model.ts';

/**
 * Promotions from policies of the same repository that are not there, and chains that come back to where they began (product.md, 6.4). What another
 * repository holds is only known to a run.
 */
export function promotionProblems(policies: readonly Policy[]): readonly Problem[] {
  const byName = new Map<string, Policy>(policies.map((policy) => [policy.name, policy]));
  const cycles = cyclesIn(policies, byName);
  return policies.flatMap((policy): Problem[] => {
    const from = sourceOf(policy);
    if (from === undefined) return [];
    const { name, place } = policy;
    if (!byName.has(from)) {
      const message = `${name} promotes from the policy "${from}", and there is none of that name${didYouMean(from, byName.keys())}. It elects nothing.`;
      return [{ code: 'unknown-policy', ...place, message, policy: name }];
    }
    const cycle = cycles.get(policy);
    if (cycle === undefined) return [];
    const message = `${name} promotes from itself in the end: ${cycle}. One of them must elect by itself.`;
    return [{ code: 'bad-policy', ...place, message, policy: name }];
  });
}

function sourceOf({ rule }: Policy): string | undefined {
  return rule.kind === 'promote' && rule.from.repository === undefined ? rule.from.policy : undefined;
}

/** Every policy that is in a cycle, with the words for it. Each policy is looked at once, however long the chains are. */
function cyclesIn(
  policies: readonly Policy[],
  byName: ReadonlyMap<string, Policy>,
): ReadonlyMap<Policy, string> {
  const words = new Map<Policy, string>();
  const done = new Set<Policy>();
  for (const start of policies) {
    const path: Policy[] = [];
    const places = new Map<Policy, number>();
    let at: Policy | undefined = start;
    while (at !== undefined && !done.has(at)) {
      done.add(at);
      places.set(at, path.length);
      path.push(at);
      const from = sourceOf(at);
      at = from === undefined ? undefined : byName.get(from);
    }
    const first = at === undefined ? undefined : places.get(at);
    if (first === undefined) continue;
    const cycle = path.slice(first);
    const told = describe(cycle);
    for (const policy of cycle) words.set(policy, told);
  }
  return words;
}

/** Members of a cycle that a message names. */
const mostNamed = 5;

function describe(cycle: readonly Policy[]): string {
  const named = cycle.slice(0, mostNamed).map((one) => `${one.name} (${formatPlace(one.place)})`);
  const more = cycle.length > mostNamed ? `, and so on over ${cycle.length - mostNamed} more` : '';
  return `${named.join(', which promotes from ')}${more}, which promotes from ${cycle[0]?.name ?? ''}`;
}
