import type { Screen } from './candidates.ts';
import { leftBehind, markOf } from './marks.ts';
import { compareTies, knownOf, singleRanking, type Ranking } from './order.ts';
import { ReadingsCache, type Readings } from './readings.ts';
import type { Current, DecisionInput, DropRule } from './decision.ts';
import type { Tag } from '../../image/tag.ts';

/** Every tag of the list with the rule that dropped it (or none) and its key in the policy's order (or none). */
export interface Survey<Key> {
  readonly input: DecisionInput;
  readonly screen: Screen;
  readonly ranking: Ranking<Key>;
  readonly tags: readonly string[];
  readonly rules: readonly (DropRule | undefined)[];
  readonly keys: readonly (Key | undefined)[];
  readonly current: Reading<Key>;
  /** Whether the environment's rules refuse the value that stands there, though the policy's own rules take it. */
  readonly barred: boolean;
  /** Only where the order's history is a mark. */
  readonly mark: { readonly key: Key; readonly tag: string } | undefined;
  /** What the field held since it first held the value now in git. */
  readonly left: readonly Current[];
  /** Whether the field has ever held a version of this policy. */
  readonly held: boolean;
  /** The same survey, for who wants it later. What follows from texts alone is read once more then, and not held until somebody asks: that is a key for each tag. */
  readonly again: () => Survey<Key>;
}

/**
 * A value from git as the policy reads it. The rules of the environment play no part: what the field holds or has held must not come
 * to allow more because a platform allows less (never backwards, nothing at or below the mark).
 */
export interface Reading<Key> {
  /** The policy's own rules would elect it. */
  readonly admitted: boolean;
  /** `undefined` as well where it is admitted but its creation time is not known. */
  readonly key: Key | undefined;
}

/** @param cache what elections before this one read from the tags; it plays no part in the answer */
export function survey<Key>(
  input: DecisionInput,
  screen: Screen,
  ranking: Ranking<Key>,
  cache: ReadingsCache,
): Survey<Key> {
  const { facts, current, past } = input;
  const reading = readValue(screen, ranking, current.tag);
  const keyOf = (tag: string) => readValue(screen, ranking, tag).key;
  const mark = ranking.history === 'mark' ? markOf(ranking, past, keyOf) : undefined;
  const left = leftBehind(current, past);
  const barred = reading.admitted && current.tag !== null && !screen.isAllowed(current.tag);
  const held = past.some(({ tag }) => readValue(screen, ranking, tag).admitted);
  const { rules: read, keys } = readingsOf(input, screen, ranking, cache);
  const rules = read.map((rule, index) => {
    const key = keys[index];
    if (rule !== undefined) return rule;
    return key === undefined
      ? ranking.missing
      : historyRule(input, ranking, facts.tags[index] ?? '', key, reading, mark?.key);
  });
  const again = ranking.inText ? readAgain(input, screen, ranking) : () => surveyed;
  const found = { tags: facts.tags, rules, keys, current: reading, barred, mark, left, held };
  const surveyed: Survey<Key> = { input, screen, ranking, ...found, again };
  return surveyed;
}

/** A function of its own: what is not named here is not held. */
function readAgain<Key>(input: DecisionInput, screen: Screen, ranking: Ranking<Key>): () => Survey<Key> {
  return () => survey(input, screen, ranking, new ReadingsCache());
}

/** Keys that are not in the text come from the facts, each time anew. */
function readingsOf<Key>(
  input: DecisionInput,
  screen: Screen,
  ranking: Ranking<Key>,
  cache: ReadingsCache,
): Pick<Readings<Key>, 'rules' | 'keys'> {
  const { policy, facts } = input;
  const { rule } = policy;
  const current = rule.kind === 'semver' && rule.relative !== undefined ? input.current.tag : null;
  if (ranking.inText) return cache.read(policy, current, facts.tags, screen, ranking);
  const { rules } = cache.read(policy, current, facts.tags, screen, singleRanking);
  const keys = rules.map((rule, index) => {
    const tag = facts.tags[index] ?? '';
    return rule === undefined ? ranking.read(tag, tag) : undefined;
  });
  return { rules, keys };
}

/** A value from git as the policy's own rules see it. */
export function readValue<Key>(screen: Screen, ranking: Ranking<Key>, tag: string | null): Reading<Key> {
  const verdict = tag === null ? undefined : screen.judge(tag);
  if (tag === null || verdict === undefined || 'rule' in verdict) return { admitted: false, key: undefined };
  const key = ranking.read(tag, verdict.value);
  if (key === undefined) return { admitted: ranking.history !== 'mark', key: undefined };
  return ranking.admits(key) ? { admitted: true, key } : { admitted: false, key: undefined };
}

/** The rules that look back: never backwards, and nothing at or below the mark but the value already there. */
function historyRule<Key>(
  input: DecisionInput,
  ranking: Ranking<Key>,
  tag: string,
  key: Key,
  current: Reading<Key>,
  mark: Key | undefined,
): DropRule | undefined {
  if (tag === input.current.tag) return undefined;
  if (current.admitted) {
    // Without the current value's time nobody can say that another one is newer.
    if (current.key === undefined) return input.policy.allowDowngrade ? undefined : 'backwards';
    const order = ranking.compare(key, current.key);
    if (order < 0) return input.policy.allowDowngrade ? undefined : 'backwards';
    if (order === 0 && ranking.history === 'mark') return 'outranked';
  }
  return mark !== undefined && ranking.compare(key, mark) <= 0 ? 'rejected' : undefined;
}

/** Index of the best tag that no rule has dropped, or -1. One pass: nothing is sorted. */
export function bestOf<Key>(surveyed: Survey<Key>, without: ReadonlyMap<number, DropRule>): number {
  const { tags, rules, keys, ranking, input } = surveyed;
  let best = -1;
  let bestKey: Key | undefined;
  for (let index = 0; index < tags.length; index++) {
    const key = keys[index];
    if (rules[index] !== undefined || key === undefined || without.has(index)) continue;
    const order = bestKey === undefined ? 1 : ranking.compare(key, bestKey);
    if (
      order > 0 ||
      (order === 0 && compareTies(tags[index] ?? '', tags[best] ?? '', input.current.tag) > 0)
    ) {
      best = index;
      bestKey = key;
    }
  }
  return best;
}

/**
 * Whether people left this very value behind. A value is a tag with its digest; where one of the two digests is not
 * known, the tag alone decides, for safety. Of a digest that stood alone and is no known tag, the digest decides.
 */
export function wasLeft<Key>(surveyed: Survey<Key>, index: number): boolean {
  const { tags, input } = surveyed;
  const tag = tags[index] ?? '';
  if (stays(surveyed, tag)) return false;
  const digest = knownOf(input.facts.digests, tag);
  return leftValues(surveyed, index).some(
    (value) =>
      (value.tag === tag &&
        (value.digest === null || digest === undefined || digest === null || value.digest === digest)) ||
      (isNameless(value) && value.digest === digest),
  );
}

/** Digests that stood alone and were left behind, and that nobody knows the version of. */
export function namelessLeft<Key>({ left }: Survey<Key>): readonly Current[] {
  return left.filter(isNameless);
}

function isNameless({ tag, digest }: Current): boolean {
  return (tag ?? '') === '' && digest !== null;
}

/** The candidates of which it depends on their digest whether people left them behind, and the digest is not known yet. */
export function undecided<Key>(surveyed: Survey<Key>): readonly Tag[] {
  const { tags, rules, input } = surveyed;
  if (input.past.every(({ digest }) => digest === null)) return [];
  const held = new Set(input.past.map(({ tag }) => tag));
  const asked = new Set<Tag>();
  for (const [index, tag] of tags.entries()) {
    if (rules[index] !== undefined || !held.has(tag) || stays(surveyed, tag)) continue;
    if (knownOf(input.facts.digests, tag) !== undefined) continue;
    const left = leftValues(surveyed, index).filter((value) => value.tag === tag);
    if (left.length > 0 && left.every(({ digest }) => digest !== null)) asked.add(tag as Tag);
  }
  return [...asked];
}

/** The value already there may stay, whatever happened to it before. Of a policy that follows a digest, the tag is no value yet. */
function stays<Key>({ input }: Survey<Key>, tag: string): boolean {
  return tag === input.current.tag && input.policy.rule.kind !== 'digest';
}

function leftValues<Key>(
  { ranking, keys, current, input, left }: Survey<Key>,
  index: number,
): readonly Current[] {
  const key = keys[index];
  const below = key !== undefined && current.key !== undefined && ranking.compare(key, current.key) < 0;
  return ranking.history === 'held' && !below ? input.past : left;
}
