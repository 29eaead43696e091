import { Failure } from '../../core/failure.ts';
import type { StateStore } from '../../state/store.ts';
import { SharedAges, type AgeWitness } from './shared-ages.ts';

/**
 * Tells the other branches what the records of this one know of the age of digests that they asked about (product.md, 3). After a run, since
 * nothing in it waits for that. A Failure is none of the run: the question stays, and the next run answers it.
 * @param watched the names of repository and branch
 */
export async function answerAges(
  state: StateStore,
  watched: readonly [repository: string, branch: string],
  history: AgeWitness,
  now: number,
): Promise<void> {
  try {
    await new SharedAges(state).answer(JSON.stringify(watched), history, now);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
}
