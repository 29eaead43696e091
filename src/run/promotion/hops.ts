import type { Policy, Promotion } from '../../policy/model.ts';

/** Longer chains are cycles. */
const mostHops = 32;

type From = Promotion['from'];

/** A policy's source; one that is written with the name of its own repository is one of this repository. */
export function sourceOf({ from }: Pick<Promotion, 'from'>, self: string | undefined): From {
  return self !== undefined && from.repository === self ? { policy: from.policy } : from;
}

/**
 * Whether a chain of promotions comes back to where it was. Each would wait for what the other holds, and take it as soon as a person moved one
 * of them. Chains over other repositories are not followed.
 * @param self the name of the repository that the policies are in
 */
export function isCycle(
  { repository, policy }: From,
  policies: readonly Policy[],
  self: string | undefined,
): boolean {
  const seen = new Set<string>();
  let at = repository === undefined ? policy : undefined;
  while (at !== undefined) {
    if (seen.has(at)) return true;
    seen.add(at);
    const name: string = at;
    const rule = policies.find((one) => one.name === name)?.rule;
    const from = rule?.kind === 'promote' ? sourceOf(rule, self) : undefined;
    at = from?.repository === undefined ? from?.policy : undefined;
  }
  return false;
}

/**
 * Along a chain of promotions, the policy at its start knows the order; `undefined` where that is in another repository.
 * @param self the name of the repository that the policies are in
 */
export function orderAtStart(
  source: Policy,
  policies: readonly Policy[],
  self: string | undefined,
): Policy | undefined {
  let policy: Policy | undefined = source;
  for (let hops = 0; policy?.rule.kind === 'promote' && hops < mostHops; hops++) {
    const from: From = sourceOf(policy.rule, self);
    if (from.repository !== undefined) return undefined;
    policy = policies.find(({ name }) => name === from.policy);
  }
  return policy;
}
