import { describeRule } from './describe.ts';
import { dropRules, type DropRule } from './decision.ts';
import type { Survey } from './survey.ts';

/** Why this tag: one sentence. */
export function whyElected<Key>(
  surveyed: Survey<Key>,
  elected: number,
  late: ReadonlyMap<number, DropRule>,
): string {
  const { tags, rules, ranking, input } = surveyed;
  const candidates = rules.filter((rule, index) => rule === undefined && !late.has(index)).length;
  const tag = tags[elected] ?? '';
  const among = candidates === 1 ? 'the only candidate' : `${ranking.best} of ${candidates} candidates`;
  const already = tag === input.current.tag ? ' already' : '';
  return `${tag} is${already} ${among} for ${describeRule(input.policy.rule)}`;
}

/** Why nothing: one sentence that counts the rules, nearest miss first. */
export function whyNothing<Key>(surveyed: Survey<Key>, late: ReadonlyMap<number, DropRule>): string {
  const { tags, rules, input, current } = surveyed;
  const what = describeRule(input.policy.rule);
  if (tags.length === 0) return `the image has no tags, so there is nothing for ${what}`;
  const counts = new Map<DropRule, number>();
  for (let index = 0; index < rules.length; index++) {
    const rule = late.get(index) ?? rules[index] ?? 'outranked';
    counts.set(rule, (counts.get(rule) ?? 0) + 1);
  }
  const counted = dropRules
    .toReversed()
    .filter((rule) => counts.has(rule))
    .map((rule) => `${counts.get(rule) ?? 0} ${rule}`)
    .join(', ');
  if (current.admitted && current.key === undefined) {
    return `nothing is elected: the creation time of the current value ${input.current.tag ?? ''} is not known, so nothing can be shown to be newer; set the field to a tag of the registry once, or allowDowngrade: true (${counted})`;
  }
  if (current.admitted && !tags.some((tag) => tag === input.current.tag)) {
    return `the current value ${input.current.tag ?? ''} is not in the registry's list, and no tag there can follow it (${counted})`;
  }
  return `none of ${tags.length} tags is a candidate for ${what} (${counted})`;
}
