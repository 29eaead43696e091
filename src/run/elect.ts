import { Failure } from '../core/failure.ts';
import { decide } from '../policy/election/decide.ts';
import type { Decision, DecisionInput } from '../policy/election/decision.ts';
import type { ReadingsCache } from '../policy/election/readings.ts';
import type { ImageLookup } from './image-facts.ts';

/** More than any policy asks: creation times, platforms of the best candidates one by one, a digest, and all once more where a tag moved. */
const mostRounds = 64;

/**
 * Asks `decide`, answers what it needs to know, and asks again (architecture.md, idea 3).
 * @throws Failure where the registry does not answer
 */
export async function elect(
  input: Omit<DecisionInput, 'facts'>,
  lookup: ImageLookup,
  readings: ReadingsCache,
): Promise<Decision> {
  for (let round = 0; round < mostRounds; round++) {
    const step = decide({ ...input, facts: lookup.facts() }, readings);
    if ('decision' in step) return step.decision;
    for (const query of step.needs) await lookup.answer(query);
  }
  throw new Failure('internal', `The election of policy ${input.policy.name} did not come to an end.`);
}
