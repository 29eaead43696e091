import { compileGlob } from '../../core/glob.ts';
import type { Rule } from '../model.ts';

const referrer = /^sha256-[0-9a-f]+(?:\.[a-z]+)?$/;

/**
 * Whether a tag is never elected unless a policy names it: cosign's signatures, attestations and SBOMs, the referrer
 * tags of the distribution spec, and `latest` (product.md, 3).
 */
export function isExcludedByDefault(tag: string): boolean {
  switch (tag.charCodeAt(tag.length - 1)) {
    case 103: // g
      return tag.endsWith('.sig');
    case 116: // t
      return tag.endsWith('.att') || tag === 'latest';
    case 109: // m
      return tag.endsWith('.sbom');
    default:
      return tag.startsWith('sha256-') && referrer.test(tag);
  }
}

/** The tags that a rule names in full: those of `digest`, and of a glob those that it spells without wildcards. */
export function namedTags(rule: Rule): ReadonlySet<string> {
  if (rule.kind === 'digest') return new Set([rule.tag]);
  if (rule.kind !== 'glob') return new Set();
  const glob = compileGlob(rule.pattern, 'tag');
  return 'error' in glob ? new Set() : glob.literals;
}
