import type { DecisionInput } from './decision.ts';
import type { Policy } from '../model.ts';

/**
 * What the platform's owners demand of every release in an environment (product.md, 2.5). A policy can ask for more, never for less.
 * Checked when tallyman.yaml was loaded.
 */
export interface Guardrails {
  /** RE2, not anchored: no other tag is released there. Default: all are. */
  readonly tags?: string | undefined;
  /** Milliseconds for which a tag must have been known. Default 0. */
  readonly minAge?: number | undefined;
  /** Default: as the policy says. */
  readonly mode?: 'commit' | 'pullRequest' | undefined;
  /** Whether each image must carry a signature. Default: as the policy says. */
  readonly verify?: 'required' | undefined;
}

/** The policy as it counts under the rules of an environment: its own demands and theirs, the stricter of each. */
export function tighten(policy: Policy, { tags, minAge = 0 }: Guardrails): Policy {
  const isYounger = minAge > (policy.minAge ?? 0);
  if (tags === undefined && !isYounger) return policy;
  return {
    ...policy,
    ...(tags === undefined ? {} : { environmentTags: tags }),
    ...(isYounger ? { minAge } : {}),
  };
}

/** The same question, asked of the policy as it counts where the field is. */
export function underGuardrails(input: DecisionInput): DecisionInput {
  const rules = input.environment?.rules;
  const policy = rules === undefined ? input.policy : tighten(input.policy, rules);
  return policy === input.policy ? input : { ...input, policy };
}

/** A demand that this version cannot meet, so that nothing is released where it is made. */
export interface UnmetDemand {
  readonly key: 'mode' | 'verify';
  /** `rules.mode: pullRequest`. */
  readonly written: string;
  /** What this version lacks, for people. */
  readonly lacks: string;
}

export function unmetDemands({ mode, verify }: Guardrails): readonly UnmetDemand[] {
  return [...(mode === 'pullRequest' ? [pullRequests] : []), ...(verify === 'required' ? [signatures] : [])];
}

/** `rules.mode: pullRequest, but this version opens no pull requests`: one sentence part for all of them. */
export function describeUnmet(demands: readonly UnmetDemand[]): string {
  const written = demands.map((demand) => demand.written).join(' and ');
  const lacks = demands.map((demand) => demand.lacks).join(' and ');
  return `${written}, but this version ${lacks}`;
}

const pullRequests: UnmetDemand = {
  key: 'mode',
  written: 'rules.mode: pullRequest',
  lacks: 'opens no pull requests',
};
const signatures: UnmetDemand = {
  key: 'verify',
  written: 'rules.verify: required',
  lacks: 'checks no signatures',
};
