import type { Tag } from '../../image/tag.ts';
import type { Screen } from './candidates.ts';
import type { Current, DecisionInput, DropRule, PromotionFacts, PromotionFailure } from './decision.ts';
import { describeRule } from './describe.ts';
import type { Survey } from './survey.ts';

/** Why a promotion cannot be decided at all; `undefined`: it can. */
export function promotionFailure<Key>({
  input,
  tags,
  screen,
}: Survey<Key>): PromotionFailure | string | undefined {
  const { promotion, current, past, policy } = input;
  if (promotion === undefined)
    return `${describeRule(policy.rule)} takes what another policy holds in git, and here is no git to read it from`;
  if (promotion.failed !== undefined) return promotion.failed;
  // What the target would not take in any case need not be mirrored.
  const best = newestAbove([current, ...past], promotion, (tag) => isTaken(screen, tag));
  if (best === undefined || promotion.waits !== undefined || tags.includes(best)) return undefined;
  const message = `${describeRule(policy.rule)} gives ${best}, and ${policy.image.spelled} has no such tag; mirror the image there first`;
  return { code: 'not-mirrored', message };
}

/** What the source held and does not give now is no candidate. */
export function notOffered<Key>({ tags, rules, input }: Survey<Key>): Map<number, DropRule> {
  const offered = new Set((input.promotion?.offers ?? []).map(({ tag }) => tag));
  const late = new Map<number, DropRule>();
  for (const [index, tag] of tags.entries()) {
    if (rules[index] === undefined && !offered.has(tag) && tag !== input.current.tag)
      late.set(index, 'not-promoted');
  }
  return late;
}

/** A tag that the registry gives another digest for than the source holds is another image. */
export function movedAtSource(
  { promotion, current, policy }: DecisionInput,
  tag: Tag,
  digest: string,
): PromotionFailure | undefined {
  const offer = promotion?.offers.find((one) => one.tag === tag);
  const stands = current.tag === tag && current.digest !== null;
  if (stands || offer === undefined || offer.digest === null || offer.digest === digest) return undefined;
  const message = `${describeRule(policy.rule)} gives ${tag}@${offer.digest}, and ${policy.image.spelled}:${tag} is ${digest}: another image. Push a new tag, or mirror the right image`;
  return { code: 'tag-moved', message };
}

function isTaken(screen: Screen, tag: string): boolean {
  return 'value' in screen.judge(tag) && screen.isAllowed(tag);
}

/** The newest offer of those that are above all that the field holds and held. */
function newestAbove(
  held: readonly Current[],
  { offers, ranks }: PromotionFacts,
  isWanted: (tag: string) => boolean,
): string | undefined {
  const rank = (tag: string | null): number =>
    tag !== null && Object.hasOwn(ranks, tag) ? (ranks[tag] ?? -1) : -1;
  const tags = new Set(held.map(({ tag }) => tag));
  let floor = -Infinity;
  for (const tag of tags) if (tag !== null && Object.hasOwn(ranks, tag)) floor = Math.max(floor, rank(tag));
  let best: string | undefined;
  for (const { tag } of offers)
    if (rank(tag) > floor && isWanted(tag) && (best === undefined || rank(tag) > rank(best))) best = tag;
  return best;
}
