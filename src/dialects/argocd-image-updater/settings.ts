import { compileGlob } from '../../core/glob.ts';
import { didYouMean } from '../../core/nearest.ts';
import { parsePlatform } from '../../image/platform.ts';
import { parseRepository, type RepositoryName } from '../../image/reference.ts';
import { parseTag } from '../../image/tag.ts';
import type { Rule } from '../../policy/model.ts';
import { checkRule } from '../../policy/document/rule-check.ts';
import { compilePattern } from '../../policy/patterns/pattern.ts';
import { pathMatchGlob } from '../glob-text.ts';
import type { PolicyDetail } from '../make-policy.ts';

/** What is set for one image, as text; each from the nearest level that sets it. */
export interface ImageSettings {
  readonly strategy: string | undefined;
  readonly allowTags: string | undefined;
  readonly ignoreTags: readonly string[];
  readonly platforms: readonly string[];
}

/** Which of the settings an error is about. */
export type SettingKey = 'image' | 'strategy' | 'allowTags' | 'ignoreTags' | 'platforms';

export interface ImageRule {
  readonly rule: Rule;
  readonly detail: PolicyDetail;
}

export interface SettingError {
  readonly key: SettingKey;
  readonly error: string;
}

/** `<image>[:<constraint>]`: the constraint stands where a tag would, and may hold blanks and operators, but no slash. */
export function splitImage(
  text: string,
): { readonly image: RepositoryName; readonly constraint: string | undefined } | undefined {
  const colon = text.indexOf(':', text.lastIndexOf('/') + 1);
  const image = parseRepository(colon < 0 ? text : text.slice(0, colon));
  if (image === undefined) return undefined;
  const constraint = colon < 0 ? '' : text.slice(colon + 1).trim();
  return { image, constraint: constraint === '' ? undefined : constraint };
}

/** What a strategy with its constraint and filters means in our terms. */
export function readSettings(
  settings: ImageSettings,
  constraint: string | undefined,
): ImageRule | SettingError {
  const rule = ruleOf((settings.strategy ?? 'semver').toLowerCase(), constraint);
  if ('error' in rule) return rule;
  const filter = filterOf(settings.allowTags);
  if (filter !== undefined && 'error' in filter) return filter;
  const exclude = settings.ignoreTags.map((glob) => pathMatchGlob(glob.trim())).filter((glob) => glob !== '');
  for (const glob of exclude) {
    const compiled = compileGlob(glob, 'tag');
    if ('error' in compiled) return { key: 'ignoreTags', error: `bad glob "${glob}": ${compiled.error}` };
  }
  const platforms = settings.platforms.map((text) => ({ text, platform: parsePlatform(text.trim()) }));
  const wrong = platforms.find(({ platform }) => platform === undefined);
  if (wrong !== undefined) {
    return { key: 'platforms', error: `"${wrong.text}" is no platform; expected os/architecture[/variant]` };
  }
  return {
    rule,
    detail: {
      ...(filter === undefined ? {} : { filter: { ...filter, extract: undefined } }),
      exclude,
      platforms: platforms.flatMap(({ platform }) => platform ?? []),
      ...(rule.kind === 'digest' ? { digest: 'pin' } : {}),
    },
  };
}

const strategies = ['semver', 'newest-build', 'alphabetical', 'digest'];

function ruleOf(strategy: string, constraint: string | undefined): Rule | SettingError {
  switch (strategy) {
    case 'semver': {
      const rule: Rule = { kind: 'semver', range: constraint ?? '*', strict: false };
      const wrong = checkRule(rule);
      return wrong === undefined ? rule : { key: 'image', error: wrong.error };
    }
    case 'newest-build':
    case 'latest':
    case 'date':
      return { kind: 'newest' };
    case 'alphabetical':
    case 'name':
      return { kind: 'alphabetical', order: 'asc' };
    case 'digest': {
      const tag = parseTag(constraint ?? '');
      if (tag !== undefined) return { kind: 'digest', tag };
      return {
        key: 'image',
        error: 'the strategy digest follows a tag: write it behind the image, as in IMAGE:TAG',
      };
    }
    default:
      return {
        key: 'strategy',
        error: `"${strategy}" is no update strategy; expected ${strategies.join(', ')}${didYouMean(strategy, strategies)}`,
      };
  }
}

function filterOf(text: string | undefined): { readonly pattern: string } | SettingError | undefined {
  if (text === undefined || text.trim() === '' || text.trim().toLowerCase() === 'any') return undefined;
  const colon = text.indexOf(':');
  if (text.slice(0, colon).trim().toLowerCase() !== 'regexp') {
    return {
      key: 'allowTags',
      error: `"${text}" is neither any nor regexp:PATTERN, so it would allow no tag`,
    };
  }
  const pattern = text.slice(colon + 1).trim();
  const compiled = compilePattern(pattern, undefined);
  return 'error' in compiled
    ? { key: 'allowTags', error: `bad regular expression: ${compiled.error}` }
    : { pattern };
}
