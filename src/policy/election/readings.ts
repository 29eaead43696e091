import type { Screen } from './candidates.ts';
import type { DropRule } from './decision.ts';
import type { Policy } from '../model.ts';
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
  readonly #entries = new Map<string, ReadingsEntry>();
  #cycle = 0;
  #latest: ReadingsEntry | undefined;

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
    const entry: ReadingsEntry = this.#entries.get(id) ?? { readings: none, cycle: this.#cycle };
    // A policy has one order, so its keys are always of one type.
    const readings = extend(entry.readings as Readings<Key>, tags, screen, ranking);
    entry.readings = readings;
    this.#entries.set(id, entry);
    this.keep(entry);
    this.#latest = entry;
    return readings;
  }

  /** What was read since the last call, if anything was: the last of it. */
  takeLatest(): ReadingsEntry | undefined {
    const latest = this.#latest;
    this.#latest = undefined;
    return latest;
  }

  /** Counts as used in this cycle, though nothing had to be read: a decision was kept that came of it. */
  keep(entry: ReadingsEntry): void {
    entry.cycle = this.#cycle;
  }

  /** Ends a cycle: forgets what it did not use. */
  turn(): void {
    for (const [id, { cycle }] of this.#entries) if (cycle < this.#cycle) this.#entries.delete(id);
    this.#cycle++;
  }
}

/** What is kept for one policy; of no meaning outside. */
export interface ReadingsEntry {
  readings: Readings<unknown>;
  /** The last one that used it. */
  cycle: number;
}

const none: Readings<never> = { tags: [], rules: [], keys: [] };

/** The readings of `tags`: from those that are known, in whatever order, and by reading the others. */
function extend<Key>(
  known: Readings<Key>,
  tags: readonly string[],
  screen: Screen,
  ranking: Ranking<Key>,
): Readings<Key> {
  if (tags === known.tags) return known;
  const places = placesOf(tags, known.tags);
  // The new list is held, so that the texts of the old one can go.
  if (places === 'same') return { ...known, tags };
  const rules: (DropRule | undefined)[] = [];
  const keys: (Key | undefined)[] = [];
  for (let index = 0; index < tags.length; index++) {
    const tag = tags[index] ?? '';
    const place = places[index] ?? -1;
    if (place >= 0) {
      rules.push(known.rules[place]);
      keys.push(known.keys[place]);
      continue;
    }
    const verdict = screen.judge(tag);
    const key = 'value' in verdict ? ranking.read(tag, verdict.value) : undefined;
    keys.push(key);
    if ('rule' in verdict) rules.push(verdict.rule);
    else if (key === undefined) rules.push(ranking.missing);
    else if (!ranking.admits(key)) rules.push('out-of-range');
    else rules.push(screen.isAllowed(tag) ? undefined : 'environment-tags');
  }
  return { tags, rules, keys };
}

/** So many tags may have come or gone at one place before the lists are compared by a table. */
const lookahead = 32;

/**
 * Where each tag stood in the list before; -1: nowhere. Lists keep their order from one cycle to the next, so they are
 * walked side by side: a table of 100,000 texts would cost more than most elections.
 */
function placesOf(tags: readonly string[], before: readonly string[]): Int32Array | 'same' {
  const places = new Int32Array(tags.length).fill(-1);
  let table: Map<string, number> | undefined;
  let place = 0;
  let same = tags.length === before.length;
  for (let index = 0; index < tags.length; index++) {
    const tag = tags[index] ?? '';
    if (tag === before[place]) {
      places[index] = place++;
      continue;
    }
    same = false;
    if (before.length === 0) break;
    const gone = distanceOf(tag, before, place);
    if (gone !== undefined) {
      place += gone;
      places[index] = place++;
    } else if (distanceOf(before[place], tags, index) === undefined) {
      table ??= new Map(before.map((text, at) => [text, at]));
      places[index] = table.get(tag) ?? -1;
    }
  }
  return same ? 'same' : places;
}

function distanceOf(tag: string | undefined, list: readonly string[], from: number): number | undefined {
  for (let distance = 1; distance <= lookahead; distance++) {
    if (tag !== undefined && list[from + distance] === tag) return distance;
  }
  return undefined;
}
