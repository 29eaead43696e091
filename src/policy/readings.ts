import type { Screen } from './candidates.ts';
import type { DropRule } from './decision.ts';
import type { Policy } from './model.ts';
import type { Ranking } from './order.ts';

/** What a policy's text makes of each tag of a list: the rule that drops it (or none), and its key in the policy's order (or none). */
export interface Readings<Key> {
  readonly tags: readonly string[];
  readonly rules: readonly (DropRule | undefined)[];
  readonly keys: readonly (Key | undefined)[];
}

/**
 * Keeps readings from one election to the next, so that only tags that are new to a policy are read. A reading depends on
 * the tag and the policy alone, so the decision is the same with and without. It holds the last list of each policy that was used since the last turn
 * but one: it grows with the tags of the policies, and what is gone is forgotten.
 */
export class ReadingsCache {
  #last = new Map<string, Readings<unknown>>();
  #next = new Map<string, Readings<unknown>>();

  /** @param current the field's tag, where the policy's rule is relative to it; otherwise `null` */
  read<Key>(
    policy: Policy,
    current: string | null,
    tags: readonly string[],
    screen: Screen,
    ranking: Ranking<Key>,
  ): Readings<Key> {
    // All of the policy: a key that left something out would be wrong, and one too many costs a reading.
    const id = JSON.stringify([current, policy]);
    // A policy has one order, so its keys are always of one type.
    const known = (this.#next.get(id) ?? this.#last.get(id)) as Readings<Key> | undefined;
    const readings = extend(known ?? none, tags, screen, ranking);
    this.#next.set(id, readings);
    return readings;
  }

  /** Ends a cycle: forgets what it did not use. */
  turn(): void {
    this.#last = this.#next;
    this.#next = new Map();
  }
}

const none: Readings<never> = { tags: [], rules: [], keys: [] };

/** The readings of `tags`: from those that are known, in whatever order, and by reading the others. */
function extend<Key>(
  known: Readings<Key>,
  tags: readonly string[],
  screen: Screen,
  ranking: Ranking<Key>,
): Readings<Key> {
  const start = sameStart(known.tags, tags);
  // The new list is held, so that the texts of the old one can go.
  if (start === tags.length && start === known.tags.length) return { ...known, tags };
  const rules = known.rules.slice(0, start);
  const keys = known.keys.slice(0, start);
  const places = new Map<string, number>();
  for (let place = start; place < known.tags.length; place++) places.set(known.tags[place] ?? '', place);
  for (let index = start; index < tags.length; index++) {
    const tag = tags[index] ?? '';
    const place = places.get(tag);
    if (place !== undefined) {
      rules.push(known.rules[place]);
      keys.push(known.keys[place]);
      continue;
    }
    const verdict = screen.judge(tag);
    const key = 'value' in verdict ? ranking.read(tag, verdict.value) : undefined;
    keys.push(key);
    if ('rule' in verdict) rules.push(verdict.rule);
    else if (key === undefined) rules.push(ranking.missing);
    else rules.push(ranking.admits(key) ? undefined : 'out-of-range');
  }
  return { tags, rules, keys };
}

function sameStart(a: readonly string[], b: readonly string[]): number {
  const length = Math.min(a.length, b.length);
  let index = 0;
  while (index < length && a[index] === b[index]) index++;
  return index;
}
