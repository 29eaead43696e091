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
  return policies.flatMap((policy): Problem[] => {
    const from = sourceOf(policy);
    if (from === undefined) return [];
    const { name, place } = policy;
    if (!byName.has(from)) {
      const message = `${name} promotes from the policy "${from}", and there is none of that name${didYouMean(from, byName.keys())}. It elects nothing.`;
      return [{ code: 'unknown-policy', ...place, message, policy: name }];
    }
    const cycle = cycleOf(policy, byName);
    if (cycle === undefined) return [];
    const path = cycle.map((one) => `${one.name} (${formatPlace(one.place)})`).join(', which promotes from ');
    const message = `${name} promotes from itself in the end: ${path}, which promotes from ${name}. One of them must elect by itself.`;
    return [{ code: 'bad-policy', ...place, message, policy: name }];
  });
}

function sourceOf({ rule }: Policy): string | undefined {
  return rule.kind === 'promote' && rule.from.repository === undefined ? rule.from.policy : undefined;
}

/** The policies of the cycle that this one is in, itself first; `undefined` where it is in none. */
function cycleOf(start: Policy, byName: ReadonlyMap<string, Policy>): readonly Policy[] | undefined {
  const path = [start];
  const seen = new Set([start]);
  for (let at: Policy | undefined = start; ;) {
    const from = sourceOf(at);
    at = from === undefined ? undefined : byName.get(from);
    if (at === undefined) return undefined;
    if (at === start) return path;
    if (seen.has(at)) return undefined;
    seen.add(at);
    path.push(at);
  }
}
