/**
 * Steps of RE2's programs times characters of tags that one election may cost at worst: about a second. RE2 is linear, but the worst patterns
 * that it takes cost every step of their program for every character, which over a long list is minutes.
 */
const mostWork = 40_000_000;

/**
 * Whether patterns may cost too much over a list of tags. It looks at the whole list, whatever is known of its tags from before, so that the
 * answer is always the same.
 * @param steps of the policy's patterns that JavaScript's own engine does not run
 * @returns why nothing is elected, or `undefined`
 */
export function tooMuchWork(steps: number, tags: readonly string[]): string | undefined {
  if (steps === 0) return undefined;
  const characters = tags.reduce((sum, tag) => sum + tag.length, 0);
  if (steps * characters <= mostWork) return undefined;
  const share = Math.max(1, Math.floor(mostWork / steps));
  return `the policy's and the environment's regular expressions compile to ${steps} steps, which is too many for ${tags.length} tags of ${characters} characters (at most ${share} characters); anchor them with ^ and $, do not repeat groups, and write classes that do not overlap with what follows, so that they need no steps`;
}
