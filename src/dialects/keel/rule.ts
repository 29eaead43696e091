import { didYouMean } from '../../core/nearest.ts';
import { parseTag } from '../../image/tag.ts';
import { compilePattern } from '../../policy/patterns/pattern.ts';
import type { Rule, TagFilter } from '../../policy/model.ts';
import { checkRule } from '../../policy/document/rule-check.ts';
import { starGlob } from '../glob-text.ts';

/** What the rule of a Keel policy depends on, beside its own text. */
export interface KeelContext {
  /** `matchPreRelease`: a new version must have the pre-release text of the current one. */
  readonly samePrerelease: boolean;
  readonly matchTag: boolean;
  /** The tag that the field holds now: `force` with `matchTag` follows it. */
  readonly current: string | undefined;
}

export type KeelRule =
  | { readonly rule: Rule; readonly filter: TagFilter | undefined }
  | { readonly error: string }
  | { readonly unsupported: string }
  /** `never`, or nothing. */
  | { readonly unmanaged: true };

const levels = ['all', 'major', 'minor', 'patch'] as const;
const words = [...levels, 'force', 'never', 'glob:PATTERN', 'regexp:PATTERN'];
/** Keel asks for two or three numbers: `1` is no version there. */
const twoParts: TagFilter = { pattern: '[.]', extract: undefined };
const anyVersion = '>=0.0.0-0';

/** Reads `keel.sh/policy` (docs/dialects.md says what differs). */
export function readKeelRule(text: string, context: KeelContext): KeelRule {
  if (text === '' || text === 'never') return { unmanaged: true };
  const level = levels.find((known) => known === text);
  if (level !== undefined) {
    const prerelease = level !== 'all' && context.samePrerelease ? 'same' : 'any';
    const relative = { level, prerelease } as const;
    return { rule: { kind: 'semver', range: anyVersion, strict: false, relative }, filter: twoParts };
  }
  if (text === 'force') return force(context);
  const pieces = text.split(':');
  const [kind = '', pattern = ''] = pieces;
  if (pieces.length !== 2 || (kind !== 'glob' && kind !== 'regexp')) {
    return {
      error: `"${text}" is no policy of Keel; expected ${words.join(', ')}${didYouMean(text, words)}`,
    };
  }
  const rule: Rule =
    kind === 'glob'
      ? { kind, pattern: starGlob(pattern), order: 'alphabetical' }
      : { kind: 'regex', pattern, extract: comparedGroup(pattern), order: 'alphabetical' };
  const wrong = checkRule(rule);
  return wrong === undefined ? { rule, filter: undefined } : { error: wrong.error };
}

function force({ matchTag, current }: KeelContext): KeelRule {
  if (!matchTag) {
    const tag = parseTag(current ?? '');
    const follow = tag === undefined ? 'digest:TAG' : `digest:${tag}`;
    return {
      unsupported: `force takes any tag in any order, which has no equal; write tallyman.dev/policy with "${follow}" to follow one tag by its digest (matchTag: "true" in Keel), "newest:GLOB" for the image that was created last, or a semver range`,
    };
  }
  const tag = parseTag(current ?? '');
  if (tag === undefined) {
    return {
      error: 'force with matchTag follows the tag that stands in the field, and none can be read there',
    };
  }
  return { rule: { kind: 'digest', tag }, filter: undefined };
}

/** Keel orders by the group `compare`, where the pattern has one. */
function comparedGroup(pattern: string): string | undefined {
  const extract = '${compare}';
  return 'error' in compilePattern(pattern, extract) ? undefined : extract;
}
