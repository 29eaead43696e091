import type { Policy, Promotion } from '../../policy/model.ts';

/** Longer chains are cycles. */
const mostHops = 32;

/**
 * Whether a chain of promotions comes back to where it was. Each would wait for what the other holds, and take it as soon as a person moved one
 * of them. Chains over other repositories are not followed.
 */
export function isCycle({ repository, policy }: Promotion['from'], policies: readonly Policy[]): boolean {
  const seen = new Set<string>();
  let at = repository === undefined ? policy : undefined;
  while (at !== undefined) {
    if (seen.has(at)) return true;
    seen.add(at);
    const name: string = at;
    const rule = policies.find((one) => one.name === name)?.rule;
    at = rule?.kind === 'promote' && rule.from.repository === undefined ? rule.from.policy : undefined;
  }
  return false;
}

/** Along a chain of promotions, the policy at its start knows the order; `undefined` where that is in another repository. */
export function orderAtStart(source: Policy, policies: readonly Policy[]): Policy | undefined {
  let policy: Policy | undefined = source;
  for (let hops = 0; policy?.rule.kind === 'promote' && hops < mostHops; hops++) {
    const { from }: Promotion = policy.rule;
    if (from.repository !== undefined) return undefined;
    policy = policies.find(({ name }) => name === from.policy);
  }
  return policy;
}
