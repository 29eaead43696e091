import { satisfies } from '../../image/platform.ts';
import type { Tag } from '../../image/tag.ts';
import type { DecisionInput, DropRule, Query } from './decision.ts';

/** Candidates that are looked at by rules that cost requests, for one image and cycle (product.md, 3). */
export const mostExamined = 20;

/** Whether a candidate passes the rules that cost requests, or what must be known to tell. */
export type Examination = 'passes' | { readonly drops: DropRule } | { readonly needs: Query };

/**
 * Applies the candidate rules that cost requests to one tag. They are asked best-first, so that a best tag that fails does not
 * starve a good one below it. Offline, what is not told is not there.
 */
export function examine(input: DecisionInput, tag: Tag): Examination {
  const age = examineAge(input, tag);
  return age === 'passes' ? examinePlatforms(input, tag) : age;
}

/** By `minAge`: how long the tag has been known with its present digest. */
export function examineAge({ policy, facts, offline, now }: DecisionInput, tag: Tag): Examination {
  if (policy.minAge === undefined) return 'passes';
  const seen = facts.seen !== undefined && Object.hasOwn(facts.seen, tag) ? facts.seen[tag] : undefined;
  if (seen === undefined && offline !== true) return { needs: { kind: 'age', tag } };
  const isOld = seen !== undefined && seen !== null && now() - seen >= policy.minAge;
  return isOld ? 'passes' : { drops: 'too-young' };
}

function examinePlatforms(input: DecisionInput, tag: Tag): Examination {
  const { platforms } = input.policy;
  if (platforms.length === 0) return 'passes';
  const known = input.facts.platforms;
  const offered = known !== undefined && Object.hasOwn(known, tag) ? known[tag] : undefined;
  if (offered === undefined && input.offline !== true) return { needs: { kind: 'platforms', tag } };
  const has = platforms.every((wanted) => (offered ?? []).some((one) => satisfies(one, wanted)));
  return has ? 'passes' : { drops: 'platform-missing' };
}
