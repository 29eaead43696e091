import type { Current } from '../../policy/election/decision.ts';

/**
 * The value that a field held before the present one and that nobody took back since: whoever goes back to a value leaves all that came after it. So to go back
 * twice is to go back further, and never to what was left the first time. A digest that was added to a tag is no other value.
 * @param held newest first, the present one first
 * @returns `undefined` where there is none that far back
 */
export function previousOf(held: readonly Current[]): Current | undefined {
  const stands: Current[] = [];
  for (const value of held.toReversed()) {
    const place = stands.findIndex((one) => isSame(one, value));
    if (place >= 0) stands.splice(place);
    stands.push(value);
  }
  return stands.at(-2);
}

function isSame(a: Current, b: Current): boolean {
  return a.tag === b.tag && (a.digest === b.digest || (a.tag !== null && (!a.digest || !b.digest)));
}
