import { describe, expect, it } from 'vitest';
import { ProofBudget } from '../../src/bindings/edits/proof-budget.ts';

/** How many files of one length are parsed in full. */
function parsed(length: number, planned?: number): number {
  const budget = new ProofBudget(planned);
  let count = 0;
  while (budget.take(length) > 0) count++;
  return count;
}

describe('ProofBudget', () => {
  it.each([
    ['all files of a run of 256 Ki', 4096, 64 * 4096, 64],
    ['a run of which nothing is known: the first 256 Ki', 4096, undefined, 64],
    ['a run that is larger: the first 32 Ki', 4096, 64 * 4096 + 1, 8],
    ['no file over 64 Ki', 65_537, undefined, 0],
  ])('parses %s', (_, length, planned, count) => {
    expect(parsed(length, planned)).toBe(count);
  });
});
