import { Failure } from '../../core/failure.ts';
import { compareDecimals, parseDecimal, type Decimal } from '../versions/decimal.ts';
import type { DropRule, ImageFacts } from './decision.ts';
import type { Direction, Order, Rule } from '../model.ts';
import { levelFilter } from '../versions/relative-level.ts';
import { parseRange } from '../versions/semver-range.ts';
import { compareVersions, parseVersion, type Version } from '../versions/version.ts';

/** How a policy orders its candidates: a key is read from each, and the greater key is the better candidate. */
export interface Ranking<Key> {
  /** `undefined`: there is none, and `missing` is the rule that drops the tag. */
  read(tag: string, value: string): Key | undefined;
  readonly missing: DropRule;
  /** Whether the policy takes this key at all; `out-of-range` drops the others. */
  admits(key: Key): boolean;
  compare(a: Key, b: Key): number;
  /** Whether the key is read from the tag's text alone, and so never changes. */
  readonly inText: boolean;
  readonly history: History;
  /** For people: what the best candidate is called. */
  readonly best: string;
}

/**
 * How a policy remembers what people left behind (product.md, 6.2).
 * `mark`: nothing at or below the highest version that the field held; the order is in the text.
 * `held`: no value above the current one that the field held before: whoever left a newer value went back.
 * `returned`: no value that the field held since it first held the one now in git; the tag may move back in the registry.
 */
export type History = 'mark' | 'held' | 'returned';

export type OrderName = Order | 'none' | 'promotion';

export function orderOf(rule: Rule): OrderName {
  switch (rule.kind) {
    case 'semver':
    case 'numeric':
    case 'alphabetical':
    case 'newest':
      return rule.kind;
    case 'glob':
    case 'regex':
      return rule.order;
    case 'digest':
      return 'none';
    case 'promote':
      return 'promotion';
    default:
      return rule satisfies never;
  }
}

/**
 * Versions; with a range only for the kind `semver`. Equal are those that differ in spelling or build only.
 * @param current the tag that stands there now, for rules that are relative to it
 */
export function versionRanking(rule: Rule, current: string | null): Ranking<Version> {
  const strict = rule.kind === 'semver' && rule.strict;
  const range = rule.kind === 'semver' ? parseRange(rule.range) : { admits: () => true };
  if ('error' in range)
    throw new Failure('internal', `a range was used without being checked: ${range.error}`);
  const near =
    rule.kind === 'semver' && rule.relative !== undefined ? levelFilter(rule.relative, current) : () => true;
  return {
    read: (_tag, value) => parseVersion(value, strict),
    missing: 'unparsable',
    admits: (version) => range.admits(version) && near(version),
    compare: compareVersions,
    inText: true,
    history: 'mark',
    best: 'the highest version',
  };
}

export function numberRanking(rule: Rule): Ranking<Decimal> {
  const direction = rule.kind === 'numeric' ? rule.order : 'asc';
  return {
    read: (_tag, value) => parseDecimal(value),
    missing: 'unparsable',
    admits: () => true,
    compare: directed(compareDecimals, direction),
    inText: true,
    history: 'mark',
    best: direction === 'asc' ? 'the largest number' : 'the smallest number',
  };
}

export function textRanking(rule: Rule): Ranking<string> {
  const direction = rule.kind === 'alphabetical' ? rule.order : 'asc';
  return {
    read: (_tag, value) => value,
    missing: 'unparsable',
    admits: () => true,
    compare: directed(compareBytes, direction),
    inText: true,
    history: 'mark',
    best: direction === 'asc' ? 'the last in byte order' : 'the first in byte order',
  };
}

/** 2013-01-01: no image is older, so an older time is one that a reproducible build made up. */
const firstPlausible = Date.UTC(2013, 0, 1);

export function creationRanking(facts: ImageFacts): Ranking<number> {
  return {
    read: (tag) => {
      const created = knownOf(facts.created, tag);
      return created === undefined || created === null || created < firstPlausible ? undefined : created;
    },
    missing: 'no-creation-time',
    admits: () => true,
    compare: (a, b) => a - b,
    inText: false,
    history: 'held',
    best: 'the newest image',
  };
}

/** By the source's own order, and nothing else is admitted. */
export function promotionRanking(ranks: Readonly<Record<string, number>>): Ranking<number> {
  return {
    read: (tag) => knownOf(ranks, tag),
    missing: 'not-promoted',
    admits: () => true,
    compare: (a, b) => a - b,
    inText: false,
    history: 'mark',
    best: 'the newest',
  };
}

/** For `digest`: there is one candidate at most. */
export const singleRanking: Ranking<true> = {
  read: () => true,
  missing: 'no-match',
  admits: () => true,
  compare: () => 0,
  inText: true,
  history: 'returned',
  best: 'the named tag',
};

/**
 * The last word where two keys are equal, so that the order is total: the current value wins; then the longer
 * spelling (`1.2.0` says more than `1.2`); then byte order, the later one wins.
 */
export function compareTies(a: string, b: string, current: string | null): number {
  if (a === b) return 0;
  if (a === current) return 1;
  if (b === current) return -1;
  return a.length - b.length || compareBytes(a, b);
}

/** Tags are ASCII, so the order of code units is the order of bytes. */
export function compareBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Tags such as `constructor` are keys like any other: only own properties count. */
export function knownOf<Value>(record: Readonly<Record<string, Value>>, tag: string): Value | undefined {
  return Object.hasOwn(record, tag) ? record[tag] : undefined;
}

function directed<Key>(
  compare: (a: Key, b: Key) => number,
  direction: Direction,
): (a: Key, b: Key) => number {
  return direction === 'asc' ? compare : (a, b) => compare(b, a);
}
