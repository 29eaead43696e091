import { formatPlatform } from '../../image/platform.ts';
import { describeRule } from './describe.ts';
import { dropRules, type DecisionInput, type DroppedTag, type DropRule } from './decision.ts';
import { compareBytes, compareTies } from './order.ts';
import type { Survey } from './survey.ts';

/**
 * Every tag but the elected one, with the rule that dropped it: those that came furthest first, among them the
 * policy's order, best first; where there is no key to compare, byte order, last first.
 * @param late rules that were found after the survey, by index
 */
export function traceOf<Key>(
  surveyed: Survey<Key>,
  elected: number,
  late: ReadonlyMap<number, DropRule>,
): readonly DroppedTag[] {
  const { tags, rules } = surveyed;
  const groups = new Map<DropRule, number[]>();
  for (let index = 0; index < tags.length; index++) {
    if (index === elected) continue;
    const rule = late.get(index) ?? rules[index] ?? 'outranked';
    const group = groups.get(rule);
    if (group === undefined) groups.set(rule, [index]);
    else group.push(index);
  }
  const best = bestFirst(surveyed);
  const dropped: DroppedTag[] = [];
  for (const rule of dropRules.toReversed()) {
    for (const index of (groups.get(rule) ?? []).sort(best)) {
      dropped.push({ tag: tags[index] ?? '', rule, detail: detailOf(surveyed, rule, index, elected) });
    }
  }
  return dropped;
}

/** The rules that keep back what the policy itself would take. */
const keeping: ReadonlySet<DropRule> = new Set(['rejected', 'too-young', 'platform-missing', 'no-digest']);

/** The best tag, by the policy's order, that the policy itself would take and a candidate rule keeps back. */
export function keptBackOf<Key>(
  surveyed: Survey<Key>,
  late: ReadonlyMap<number, DropRule>,
): DroppedTag | undefined {
  const { tags, rules } = surveyed;
  const better = bestFirst(surveyed);
  let best: { readonly index: number; readonly rule: DropRule } | undefined;
  for (let index = 0; index < tags.length; index++) {
    const rule = late.get(index) ?? rules[index];
    if (rule === undefined || !keeping.has(rule)) continue;
    if (best === undefined || better(index, best.index) < 0) best = { index, rule };
  }
  if (best === undefined) return undefined;
  const { index, rule } = best;
  return { tag: tags[index] ?? '', rule, detail: detailOf(surveyed, rule, index, -1) };
}

/** Compares by index: the policy's order; where there is no key to compare, byte order, last first. */
function bestFirst<Key>({ tags, keys, ranking, input }: Survey<Key>): (a: number, b: number) => number {
  return (a, b) => {
    const left = keys[a];
    const right = keys[b];
    const [tag = '', other = ''] = [tags[a], tags[b]];
    if (left === undefined || right === undefined) return compareBytes(other, tag);
    return ranking.compare(right, left) || compareTies(other, tag, input.current.tag);
  };
}

function detailOf<Key>(surveyed: Survey<Key>, rule: DropRule, index: number, elected: number): string {
  const { input, tags, mark } = surveyed;
  const tag = tags[index] ?? '';
  switch (rule) {
    case 'not-a-tag':
      return 'no tag by the distribution spec: letters, digits, _ . - and at most 128 of them';
    case 'default-exclusion':
      return 'signatures, attestations, SBOMs, referrer tags and latest are elected only where a policy names them';
    case 'excluded':
      return `matches exclude "${surveyed.screen.excludedBy(tag) ?? ''}"`;
    case 'filtered':
      return `does not match filterTags "${input.policy.filter?.pattern ?? ''}"`;
    case 'unparsable':
      return `cannot be read for ${describeRule(input.policy.rule)}`;
    case 'out-of-range':
    case 'no-match':
      return `is not in ${describeRule(input.policy.rule)}`;
    case 'not-promoted':
      return `is not what ${describeRule(input.policy.rule)} gives`;
    case 'environment-tags':
      return `the environment ${input.environment?.name ?? ''} takes only tags that match "${input.policy.environmentTags ?? ''}"`;
    case 'no-creation-time':
      return 'the image tells no creation time, or one before 2013';
    case 'backwards':
      return surveyed.current.key === undefined
        ? `cannot be shown to be newer than the current value ${input.current.tag ?? ''}, whose creation time is not known`
        : `below the current value ${input.current.tag ?? ''}`;
    case 'rejected':
      return mark === undefined || mark.tag === tag || surveyed.rules[index] === undefined
        ? 'this field held it before, and somebody took it back'
        : `not above ${mark.tag}, which this field held before`;
    case 'too-young':
      return tooYoung(surveyed.input, tag);
    case 'platform-missing':
      return `its image lacks one of ${input.policy.platforms.map(formatPlatform).join(', ')}`;
    case 'not-examined':
      return 'the election ended before this tag was looked at';
    case 'no-digest':
      return 'the registry listed the tag but has no digest for it';
    case 'outranked':
      return outranked(surveyed, index, elected);
    default:
      return rule satisfies never;
  }
}

function outranked<Key>(surveyed: Survey<Key>, index: number, elected: number): string {
  const { tags, keys, ranking, input, current, rules } = surveyed;
  const key = keys[index];
  const winner = tags[elected];
  const best = keys[elected];
  if (rules[index] === 'outranked' && current.key !== undefined && winner === undefined) {
    return `equal to the current value ${input.current.tag ?? ''}, which wins every tie`;
  }
  if (winner === undefined) return 'a better tag could not be elected, and none stands in for it';
  if (key === undefined || best === undefined || ranking.compare(key, best) !== 0)
    return `${winner} is better`;
  if (tags[index] === winner) return `${winner} is listed more than once`;
  const why =
    winner === input.current.tag
      ? 'the current value wins a tie'
      : 'the longer spelling, then the last in byte order, wins a tie';
  return `equal to ${winner} in the policy's order; ${why}`;
}

function tooYoung({ facts, policy, environment }: DecisionInput, tag: string): string {
  const seen = facts.seen?.[tag];
  if (seen === undefined || seen === null) return 'nothing tells how long this tag has existed';
  const { minAge = 0 } = policy;
  const by = environment?.rules?.minAge === minAge ? ` by minAge of the environment ${environment.name}` : '';
  return `known since ${new Date(seen).toISOString()}; old enough at ${new Date(seen + minAge).toISOString()}${by}`;
}
