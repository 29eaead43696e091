import { compileGlob } from '../../core/glob.ts';
import type { Rule } from '../model.ts';
import { compilePattern } from '../patterns/pattern.ts';
import { parseRange } from '../versions/semver-range.ts';

/** What is wrong with the texts of a rule: which of its keys, and why. `undefined`: nothing. */
export function checkRule(
  rule: Rule,
): { readonly key: 'range' | 'pattern' | 'extract'; readonly error: string } | undefined {
  switch (rule.kind) {
    case 'semver': {
      const range = parseRange(rule.range);
      return 'error' in range ? { key: 'range', error: `bad semver range: ${range.error}` } : undefined;
    }
    case 'glob': {
      const glob = compileGlob(rule.pattern, 'tag');
      return 'error' in glob ? { key: 'pattern', error: `bad glob: ${glob.error}` } : undefined;
    }
    case 'regex': {
      const pattern = compilePattern(rule.pattern, rule.extract);
      if (!('error' in pattern)) return undefined;
      const what = pattern.in === 'pattern' ? 'bad regular expression' : 'bad extract template';
      return { key: pattern.in, error: `${what}: ${pattern.error}` };
    }
    case 'numeric':
    case 'alphabetical':
    case 'newest':
    case 'digest':
    case 'promote':
      return undefined;
    default:
      return rule satisfies never;
  }
}
