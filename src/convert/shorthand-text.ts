import type { Policy, Rule } from '../policy/model.ts';
import { parseShorthand } from '../policy/document/shorthand.ts';

/**
 * A policy as the value of a `tallyman.dev/policy` annotation (product.md, 2.2); `undefined` where it says more than one can hold.
 */
export function shorthandText({
  rule,
  filter,
  exclude,
  excludePatterns = [],
  platforms,
  digest,
}: Policy): string | undefined {
  const says = filter !== undefined || exclude.length > 0 || platforms.length > 0;
  // `latest` is excluded by default here (docs/imagepolicy.md).
  const excludes = excludePatterns.some((pattern) => pattern !== '^(?i:latest)$');
  if (says || excludes || (digest === 'pin' && rule.kind !== 'digest')) return undefined;
  const text = textOf(rule);
  // What does not come back as it was is left to a file.
  const read = text === undefined ? undefined : parseShorthand(text);
  return read !== undefined && 'rule' in read && JSON.stringify(read.rule) === JSON.stringify(rule)
    ? text
    : undefined;
}

function textOf(rule: Rule): string | undefined {
  switch (rule.kind) {
    case 'semver':
      return rule.strict || rule.relative !== undefined ? undefined : `semver:${rule.range}`;
    case 'glob':
      return `glob:${rule.pattern}${orderOf(rule.order)}`;
    case 'regex':
      return rule.extract === undefined ? `regex:${rule.pattern}${orderOf(rule.order)}` : undefined;
    case 'numeric':
    case 'alphabetical':
      return `${rule.kind}:${rule.order}`;
    case 'newest':
      return 'newest:';
    case 'digest':
      return `digest:${rule.tag}`;
    case 'promote':
      return undefined;
  }
}

function orderOf(order: string): string {
  return order === 'newest' ? '' : ` order=${order}`;
}
