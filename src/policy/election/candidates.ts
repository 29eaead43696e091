import { Failure } from '../../core/failure.ts';
import type { Glob } from '../../core/glob.ts';
import { parseTag } from '../../image/tag.ts';
import type { DropRule } from './decision.ts';
import { isExcludedByDefault, namedTags } from './default-exclusions.ts';
import type { Policy } from '../model.ts';
import { compilePattern, type Pattern } from '../patterns/pattern.ts';
import { compileTagGlob } from '../patterns/tag-glob.ts';

/** What a policy's own text says about a tag: the value that the order is read from, or the rule that drops it. */
export type Verdict = { readonly value: string } | { readonly rule: DropRule };

/** The candidate rules that need nothing but the tag's text. The order's own rules come after them. */
export interface Screen {
  judge(tag: string): Verdict;
  /** Which glob of `exclude`, or which of `excludePatterns`, a tag matches. */
  excludedBy(tag: string): string | undefined;
  /** Whether the field's environment takes the tag. Asked of what the policy itself takes. */
  isAllowed(tag: string): boolean;
  /** Steps of RE2's programs that each character of each tag may cost: the patterns of the policy and of the environment together. */
  readonly steps: number;
}

/**
 * What it says of a tag depends on the policy alone: readings are kept by it (readings.ts).
 * @throws Failure `internal` where the policy was not checked before: `loadPolicy` lets no bad pattern through
 */
export function compileScreen(policy: Policy): Screen {
  const excluded = policy.exclude.map((pattern) => ({ pattern, glob: globOf(policy, pattern) }));
  const filter = policy.filter && patternOf(policy, policy.filter.pattern, policy.filter.extract);
  const named = namedTags(policy.rule);
  const barred = (policy.excludePatterns ?? []).map((source) => ({
    source,
    pattern: patternOf(policy, source, undefined),
  }));
  const { judge: kind, steps } = kindOf(policy);
  const allowed =
    policy.environmentTags === undefined ? undefined : patternOf(policy, policy.environmentTags, undefined);
  return {
    judge(tag) {
      if (parseTag(tag) === undefined) return notATag;
      if (isExcludedByDefault(tag) && !named.has(tag)) return defaultExclusion;
      if (excluded.some(({ glob }) => glob.matches(tag))) return isExcluded;
      if (barred.some(({ pattern }) => pattern.matches(tag))) return isExcluded;
      const value = filter === undefined ? tag : filter.value(tag);
      if (value === undefined) return isFiltered;
      return kind(tag, value);
    },
    excludedBy: (tag) =>
      excluded.find(({ glob }) => glob.matches(tag))?.pattern ??
      barred.find(({ pattern }) => pattern.matches(tag))?.source,
    isAllowed: (tag) => allowed?.matches(tag) ?? true,
    steps: barred.reduce(
      (sum, { pattern }) => sum + pattern.steps,
      steps + (filter?.steps ?? 0) + (allowed?.steps ?? 0),
    ),
  };
}

const notATag: Verdict = { rule: 'not-a-tag' };
const defaultExclusion: Verdict = { rule: 'default-exclusion' };
const isExcluded: Verdict = { rule: 'excluded' };
const isFiltered: Verdict = { rule: 'filtered' };
const noMatch: Verdict = { rule: 'no-match' };

/** Globs and regular expressions look at the whole tag; what `filterTags` extracted is for the order. */
function kindOf(policy: Policy): {
  readonly judge: (tag: string, value: string) => Verdict;
  readonly steps: number;
} {
  const { rule } = policy;
  if (rule.kind === 'digest')
    return { judge: (tag, value) => (tag === rule.tag ? { value } : noMatch), steps: 0 };
  if (rule.kind === 'glob') {
    const glob = globOf(policy, rule.pattern);
    return { judge: (tag, value) => (glob.matches(tag) ? { value } : noMatch), steps: 0 };
  }
  if (rule.kind === 'regex') {
    const pattern = patternOf(policy, rule.pattern, rule.extract);
    const extracts = rule.extract !== undefined && rule.extract !== '';
    return {
      judge: (tag, value) => {
        const found = pattern.value(tag);
        return found === undefined ? noMatch : { value: extracts ? found : value };
      },
      steps: pattern.steps,
    };
  }
  return { judge: (_tag, value) => ({ value }), steps: 0 };
}

function globOf(policy: Policy, pattern: string): Glob {
  const glob = compileTagGlob(pattern);
  if ('error' in glob) throw unchecked(policy, glob.error);
  return glob;
}

function patternOf(policy: Policy, source: string, extract: string | undefined): Pattern {
  const pattern = compilePattern(source, extract);
  if ('error' in pattern) throw unchecked(policy, pattern.error);
  return pattern;
}

function unchecked(policy: Policy, error: string): Failure {
  return new Failure('internal', `policy ${policy.name} was used without being checked: ${error}`);
}
