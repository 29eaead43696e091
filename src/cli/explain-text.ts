import { dropRules, type Decision, type DroppedTag } from '../policy/election/decision.ts';
import { describeRule } from '../policy/election/describe.ts';
import type { Policy } from '../policy/model.ts';
import { clean } from './clean.ts';
import { count } from './problems.ts';
import type { Style } from './style.ts';

/** What each rule means, in the words of the text output. */
const words: Readonly<Record<(typeof dropRules)[number], string>> = {
  'not-a-tag': 'not a tag by the distribution spec',
  'default-exclusion': 'never elected unless named',
  excluded: 'matched by exclude',
  filtered: 'not matched by filterTags',
  unparsable: 'not a version of this kind',
  'out-of-range': 'outside the range',
  'no-match': 'not matched by the pattern',
  'not-promoted': 'not what the source of the promotion holds',
  'environment-tags': 'not taken by the environment',
  'no-creation-time': 'without a usable creation time',
  'too-young': 'not known for as long as minAge asks',
  'platform-missing': 'lacks a platform that the policy asks for',
  'no-digest': 'no digest to follow',
  'not-examined': 'not looked at: too many candidates',
  backwards: 'older than what is there',
  rejected: 'taken back before',
  outranked: 'good, but not the best',
};

/** A decision for people: the answer, then what was dropped, grouped by rule, near misses first, never a long list. */
export function describeDecision(decision: Decision, policy: Policy, limit: number, style: Style): string {
  const { elected, current, reason, considered, dropped, gates } = decision;
  const head = [
    `${style.bold(policy.name)}  ${clean(policy.image.spelled)}  ${clean(describeRule(policy.rule))}`,
    `current  ${clean(current.tag ?? current.digest ?? 'nothing')}`,
    `elected  ${elected === null ? style.yellow('nothing') : style.green(elected)}`,
    `because  ${clean(reason)}`,
    ...gates.map(({ gate, detail }) => `${style.yellow('stopped')}  ${gate}: ${clean(detail)}`),
    `${count(considered, 'tag')} considered`,
  ];
  return `${[...head, ...describeDropped(dropped, limit, style)].join('\n')}\n`;
}

/** Rules in the reverse of the order in which they are asked: what came nearest to being elected comes first. */
function describeDropped(dropped: readonly DroppedTag[], limit: number, style: Style): string[] {
  const byRule = Map.groupBy(dropped, ({ rule }) => rule);
  return dropRules.toReversed().flatMap((rule) => {
    const tags = byRule.get(rule) ?? [];
    if (tags.length === 0) return [];
    const shown = tags.slice(0, limit);
    const widest = shown.reduce((length, { tag }) => Math.max(length, tag.length), 0);
    const rest = tags.length - shown.length;
    return [
      `${style.bold(rule)} (${tags.length}): ${words[rule]}`,
      ...shown.map(
        ({ tag, detail }) => `  ${clean(tag).padEnd(Math.min(widest, 60))}  ${style.dim(clean(detail))}`,
      ),
      ...(rest > 0 ? [`  ... ${rest} more; --limit ${limit + rest} or -o json shows all`] : []),
    ];
  });
}
