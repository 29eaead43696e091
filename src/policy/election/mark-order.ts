import { compileScreen } from './candidates.ts';
import type { Policy } from '../model.ts';
import { numberRanking, orderOf, textRanking, versionRanking, type Ranking } from './order.ts';
import { readValue } from './survey.ts';
import { tooMuchWork } from './work.ts';

/** The order in which a policy sees what a field held, where the highest version is all that counts of it (product.md, 6.2). */
export interface MarkOrder {
  /**
   * The items whose tags the policy's own rules take, the highest first, equal ones as they came: the first that the field really held
   * is its mark. `undefined` where it would cost too much to tell.
   */
  sort<Item>(items: readonly Item[], tagOf: (item: Item) => string): readonly Item[] | undefined;
}

/**
 * Whether the highest version that a field held is all that counts of what it held: what a run releases is above all that was there before it.
 * `false`: each value counts by itself, and the order in which they came.
 */
export function hasMark({ rule, allowDowngrade }: Policy): boolean {
  const order = orderOf(rule);
  // What a promotion's source comes to hold once more is newer than it was.
  return !allowDowngrade && order !== 'newest' && order !== 'none' && order !== 'promotion';
}

/**
 * The order of a policy whose mark can be told from the tags alone; `undefined` where more than the highest of them counts.
 * @param current the tag that stands there now, for rules that are relative to it
 */
export function markOrder(policy: Policy, current: string | null): MarkOrder | undefined {
  const { rule } = policy;
  // What may go backwards is only stopped by the values that people left, whatever their order.
  if (policy.allowDowngrade) return undefined;
  const order = orderOf(rule);
  if (order === 'semver') return orderBy(policy, versionRanking(rule, current));
  if (order === 'numeric') return orderBy(policy, numberRanking(rule));
  return order === 'alphabetical' ? orderBy(policy, textRanking(rule)) : undefined;
}

function orderBy<Key>(policy: Policy, ranking: Ranking<Key>): MarkOrder {
  const screen = compileScreen(policy);
  return {
    sort(items, tagOf) {
      const tags = items.map(tagOf);
      if (tooMuchWork(screen.steps, tags) !== undefined) return undefined;
      const keyed = items.flatMap((item, index) => {
        const { key } = readValue(screen, ranking, tags[index] ?? null);
        return key === undefined ? [] : [{ item, key }];
      });
      return keyed.sort((a, b) => ranking.compare(b.key, a.key)).map(({ item }) => item);
    },
  };
}
