import type { Rule } from '../../policy/model.ts';
import { checkRule } from '../../policy/document/rule-check.ts';
import { starGlob } from '../glob-text.ts';

/** What a tag filter of Flux v1 says in our terms. */
export interface Flux1Rule {
  readonly rule: Rule;
  /** RE2: Flux v1 never takes `latest`, in any case, unless the glob is exactly that. */
  readonly excludePatterns: readonly string[];
}

const anyLatest = ['^(?i:latest)$'];

/**
 * Reads the value of a filter: `semver:R`, `regexp:R` or `regex:R`, `glob:P`, or a glob without a prefix. No filter is `glob:*`. An
 * invalid one is an error; Flux v1 lets it match everything.
 */
export function readFlux1Pattern(text: string): Flux1Rule | { readonly error: string } {
  const rule = ruleOf(text);
  const wrong = checkRule(rule);
  if (wrong !== undefined) return { error: wrong.error };
  const isLatest = rule.kind === 'glob' && rule.pattern.toLowerCase() === 'latest';
  return { rule, excludePatterns: isLatest ? [] : anyLatest };
}

function ruleOf(text: string): Rule {
  const prefix = /^(?:semver|regexp|regex|glob):/.exec(text)?.[0] ?? '';
  const value = text.slice(prefix.length);
  switch (prefix) {
    case 'semver:':
      return { kind: 'semver', range: value, strict: false };
    case 'regexp:':
    case 'regex:':
      return { kind: 'regex', pattern: value, extract: undefined, order: 'newest' };
    default:
      return { kind: 'glob', pattern: starGlob(value), order: 'newest' };
  }
}
