import type { Promotion, Rule } from '../model.ts';

/** The rule for people, in the words of its own file: `semver ~1.4`, `glob main-* by newest`. */
export function describeRule(rule: Rule): string {
  switch (rule.kind) {
    case 'semver':
      return rule.relative === undefined
        ? `semver ${rule.range}${rule.strict ? ' (strict)' : ''}`
        : `${rule.relative.level} updates of the current version${rule.relative.prerelease === 'same' ? ' with its pre-release text' : ''}`;
    case 'glob':
      return `glob ${rule.pattern} by ${rule.order}`;
    case 'regex':
      return `regex ${rule.pattern}${rule.extract === undefined ? '' : ` as ${rule.extract}`} by ${rule.order}`;
    case 'numeric':
    case 'alphabetical':
      return `${rule.kind} ${rule.order}`;
    case 'newest':
      return 'newest';
    case 'digest':
      return `digest of ${rule.tag}`;
    case 'promote':
      return `promotion from ${describeSource(rule)}`;
    default:
      return rule satisfies never;
  }
}

/** `web-staging`, or `fleet/web-staging`. */
export function describeSource({ from }: Promotion): string {
  return from.repository === undefined ? from.policy : `${from.repository}/${from.policy}`;
}
