import type { Current, Past } from './decision.ts';
import type { Ranking } from './order.ts';

/**
 * The mark: the highest key, in the policy's order, among the values that the field has held and that the policy's
 * rules still admit (product.md, 6.2). `undefined` where there is none.
 */
export function markOf<Key>(
  ranking: Ranking<Key>,
  past: Past,
  keyOf: (tag: string) => Key | undefined,
): { readonly key: Key; readonly tag: string } | undefined {
  let mark: { readonly key: Key; readonly tag: string } | undefined;
  for (const { tag } of past) {
    const key = tag === null ? undefined : keyOf(tag);
    if (tag === null || key === undefined) continue;
    if (mark === undefined || ranking.compare(key, mark.key) > 0) mark = { key, tag };
  }
  return mark;
}

/**
 * Every value that the field has held since it first held the one now in git. They were left behind, so somebody took
 * them back, whatever the policy's order says of them.
 */
export function leftBehind(current: Current, past: Past): readonly Current[] {
  const since = past.findLastIndex((value) => same(value, current));
  return since <= 0 ? [] : past.slice(0, since).filter((value) => !same(value, current));
}

function same(a: Current, b: Current): boolean {
  return (a.tag ?? '') === (b.tag ?? '') && a.digest === b.digest;
}
