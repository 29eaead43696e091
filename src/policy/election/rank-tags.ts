import { compareDecimals, parseDecimal } from '../versions/decimal.ts';
import type { Policy } from '../model.ts';
import { compareBytes, orderOf } from './order.ts';
import { compileScreen } from './candidates.ts';
import { compareVersions, parseVersion } from '../versions/version.ts';

/**
 * The place of each tag in the order in which a promotion's source moves, as a number: greater is newer. The source policy's own order
 * counts where it is told by the text and what the source holds now can be read in it; what cannot be read has no place then. Else the order in which
 * the source came to hold them counts, and what it never held has no place.
 * @param held tags that the source has held, oldest first: the last is what it holds now
 */
export function rankTags(
  source: Policy | undefined,
  tags: readonly string[],
  held: readonly string[],
): Readonly<Record<string, number>> {
  const distinct = [...new Set(tags)];
  const compare = source === undefined ? undefined : byText(source, distinct);
  const now = held.at(-1);
  const ranks: Record<string, number> = Object.create(null) as Record<string, number>;
  if (compare === undefined || now === undefined || compare(now, now) !== 0) {
    return Object.assign(ranks, ranksInTime(held));
  }
  let rank = -1;
  let before: string | undefined;
  for (const tag of distinct.filter((one) => compare(one, one) === 0).sort(compare)) {
    if (before === undefined || compare(before, tag) !== 0) rank++;
    ranks[tag] = rank;
    before = tag;
  }
  return ranks;
}

/**
 * By the time at which they came. Whoever goes back to a value takes back what came after it: that value is no newer for it, but what was taken back is when it
 * comes once more.
 */
function ranksInTime(held: readonly string[]): Readonly<Record<string, number>> {
  const ranks: Record<string, number> = Object.create(null) as Record<string, number>;
  const stands: string[] = [];
  const standing = new Set<string>();
  for (const [index, tag] of held.entries()) {
    if (standing.has(tag)) {
      for (; stands.at(-1) !== tag; stands.pop()) standing.delete(stands.at(-1) ?? tag);
      continue;
    }
    stands.push(tag);
    standing.add(tag);
    ranks[tag] = index;
  }
  return ranks;
}

/** Whether the source's order is in the text of its tags. */
export function isTold({ rule }: Policy): boolean {
  const order = orderOf(rule);
  return order === 'semver' || order === 'numeric' || order === 'alphabetical';
}

function byText(source: Policy, tags: readonly string[]): ((a: string, b: string) => number) | undefined {
  const screen = compileScreen(source);
  const values = new Map<string, string>();
  for (const tag of tags) {
    const verdict = screen.judge(tag);
    if ('value' in verdict) values.set(tag, verdict.value);
  }
  const value = (tag: string): string => values.get(tag) ?? tag;
  switch (orderOf(source.rule)) {
    case 'semver': // also what the source's filter would not take is a version to be compared with
      return comparing(tags, (tag) => parseVersion(value(tag), false), compareVersions, 1);
    case 'numeric': {
      const sign = source.rule.kind === 'numeric' && source.rule.order === 'desc' ? -1 : 1;
      return comparing(tags, (tag) => parseDecimal(value(tag)), compareDecimals, sign);
    }
    case 'alphabetical': {
      const sign = source.rule.kind === 'alphabetical' && source.rule.order === 'desc' ? -1 : 1;
      return comparing(tags, (tag) => values.get(tag), compareBytes, sign);
    }
    case 'newest':
    case 'none':
    case 'promotion':
      return undefined;
  }
}

/** A tag that cannot be read is not even equal to itself. */
function comparing<Key>(
  tags: readonly string[],
  read: (tag: string) => Key | undefined,
  compare: (a: Key, b: Key) => number,
  sign: 1 | -1,
): (a: string, b: string) => number {
  const keys = new Map<string, Key>();
  for (const tag of tags) {
    const key = read(tag);
    if (key !== undefined) keys.set(tag, key);
  }
  return (a, b) => {
    const [left, right] = [keys.get(a), keys.get(b)];
    return left === undefined || right === undefined ? Number.NaN : sign * compare(left, right);
  };
}
