import { Failure } from '../core/failure.ts';
import { parseTag } from '../image/tag.ts';
import { decide } from '../policy/election/decide.ts';
import type { Current, Decision, DecisionInput, Offer } from '../policy/election/decision.ts';
import type { ReadingsCache } from '../policy/election/readings.ts';
import type { ImageLookup } from './image-facts.ts';

/** More than any policy asks: creation times, platforms of the best candidates one by one, a digest, and all once more where a tag moved. */
const mostRounds = 64;

/**
 * Asks `decide`, answers what it needs to know, and asks again (architecture.md, idea 3). A digest that is a child of its tag's index counts as the
 * index's own (product.md, 3).
 * @throws Failure where the registry does not answer
 */
export async function elect(input: Asked, lookup: ImageLookup, readings: ReadingsCache): Promise<Decision> {
  const decision = await settle(input, lookup, readings);
  const whole = await withWholes(input, decision, lookup);
  return whole === undefined ? decision : settle(whole, lookup, readings);
}

type Asked = Omit<DecisionInput, 'facts'>;

/**
 * The same question with the digests of indexes in place of those of their children, where the decision says that a tag moved, or is followed to another
 * digest; `undefined` where there are none.
 */
async function withWholes(
  input: Asked,
  { elected, digest, failedCode }: Decision,
  lookup: ImageLookup,
): Promise<Asked | undefined> {
  const { current, past, promotion } = input;
  if (elected !== null && elected === current.tag && digest !== null && current.digest !== null) {
    const whole = { ...current, digest: await lookup.whole(elected, current.digest) };
    if (whole.digest === current.digest) return undefined;
    const isCurrent = (one: Current): boolean => one.tag === current.tag && one.digest === current.digest;
    return { ...input, current: whole, past: past.map((one) => (isCurrent(one) ? whole : one)) };
  }
  if (failedCode !== 'tag-moved' || promotion === undefined) return undefined;
  const offers = await Promise.all(promotion.offers.map(async (offer) => wholeOffer(offer, lookup)));
  const isChanged = offers.some((offer, index) => offer.digest !== promotion.offers[index]?.digest);
  return isChanged ? { ...input, promotion: { ...promotion, offers } } : undefined;
}

async function wholeOffer(offer: Offer, lookup: ImageLookup): Promise<Offer> {
  const tag = parseTag(offer.tag);
  if (tag === undefined || offer.digest === null) return offer;
  return { ...offer, digest: await lookup.whole(tag, offer.digest) };
}

async function settle(input: Asked, lookup: ImageLookup, readings: ReadingsCache): Promise<Decision> {
  for (let round = 0; round < mostRounds; round++) {
    const step = decide({ ...input, facts: lookup.facts() }, readings);
    if ('decision' in step) return step.decision;
    for (const query of step.needs) await lookup.answer(query);
  }
  throw new Failure('internal', `The election of policy ${input.policy.name} did not come to an end.`);
}
