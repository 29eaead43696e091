import { compareDecimals, parseDecimal } from '../versions/decimal.ts';
import type { Policy } from '../model.ts';
import { compareBytes, orderOf } from './order.ts';
import { compileScreen } from './candidates.ts';
import { compareVersions, parseVersion } from '../versions/version.ts';

/** What the target of a promotion holds and held, as tags. */
interface TargetTags {
  readonly now: string | null;
  /** Since the last lift. */
  readonly held: readonly string[];
}

type Ranks = Record<string, number>;

/**
 * The place of each tag in the order in which a promotion's source moves, as a number: greater is newer. The source policy's own order
 * counts where it is told by the text and what source and target hold now can be read in it; what cannot be read has no place then. Else the order in which
 * the source came to hold them counts, and what it never held has no place but by what the target held.
 * @param tags those that are asked for
 * @param held tags that the source has held, oldest first: the last is what it holds now
 */
export function rankTags(
  source: Policy | undefined,
  tags: readonly string[],
  held: readonly string[],
  target: TargetTags = { now: null, held: [] },
): Readonly<Ranks> {
  const distinct = [...new Set([...tags, ...held, ...target.held, target.now ?? ''])];
  const compare = source === undefined ? undefined : byText(source, distinct);
  const now = held.at(-1);
  const inTime = ranksInTime(held);
  if (compare === undefined || now === undefined) return inTime;
  const isRead = (tag: string): boolean => compare(tag, tag) === 0;
  const equals = groupEqual(distinct.filter(isRead).sort(compare), compare);
  const stands = target.now ?? '';
  // What a person put at the source on its way has no place among its versions, and must not be left for an older one.
  const isOrdered = isRead(now) && (isRead(stands) || !(stands in inTime));
  return isOrdered ? ranksInOrder(equals) : withOwn(inTime, equals, [stands, ...target.held]);
}

/** Sorted tags, those that are equal in one array. */
function groupEqual(
  sorted: readonly string[],
  compare: (a: string, b: string) => number,
): readonly (readonly string[])[] {
  const groups: string[][] = [];
  for (const tag of sorted) {
    const last = groups.at(-1);
    if (last?.[0] !== undefined && compare(last[0], tag) === 0) last.push(tag);
    else groups.push([tag]);
  }
  return groups;
}

function ranksInOrder(equals: readonly (readonly string[])[]): Ranks {
  const ranks = Object.create(null) as Ranks;
  for (const [rank, tags] of equals.entries()) for (const tag of tags) ranks[tag] = rank;
  return ranks;
}

/** By time, and what the target held is as new as whatever is not above it in the source's order: what was taken back there stays so. */
function withOwn(
  inTime: Readonly<Ranks>,
  equals: readonly (readonly string[])[],
  own: readonly string[],
): Ranks {
  const ranks = Object.assign(Object.create(null) as Ranks, inTime);
  const asked = new Set(own);
  let newest = -1;
  for (const tags of equals) {
    for (const tag of tags) newest = Math.max(newest, inTime[tag] ?? -1);
    for (const tag of tags) if (asked.has(tag)) ranks[tag] = newest;
  }
  return ranks;
}

/**
 * By the time at which they came. Whoever goes back to a value takes back what came after it: that value is no newer for it, but what was taken back is when it
 * comes once more.
 */
function ranksInTime(held: readonly string[]): Readonly<Ranks> {
  const ranks = Object.create(null) as Ranks;
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

/** Whether a tag can be read in the source's own order. */
export function isReadable(source: Policy, tag: string): boolean {
  return byText(source, [tag])?.(tag, tag) === 0;
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
