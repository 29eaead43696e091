import { parseDuration } from '../../core/duration.ts';
import { didYouMean } from '../../core/nearest.ts';
import { parsePlatform, platformHint, type Platform } from '../../image/platform.ts';
import { checkName } from '../../policy/name.ts';
import type { AnnotationOptions } from '../../policy/document/shorthand.ts';
import { shorten } from '../../release/text.ts';

/** What one annotation says, or why it cannot be used: `error` is wrong, `unsupported` is right and not carried out. */
export type ReadOption =
  { readonly options: AnnotationOptions } | { readonly error: string } | { readonly unsupported: string };

type Reader = (value: string) => ReadOption;

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['digest', (value) => oneOf(value, ['pin', 'keep'], (digest) => ({ digest }))],
  ['on-revert', (value) => oneOf(value, ['skip', 'hold'], (onRevert) => ({ onRevert }))],
  ['min-age', readMinAge],
  ['platforms', readPlatforms],
  ['mode', readMode],
  ['group', readGroup],
]);

/** Reads an annotation that says how a workload moves (product.md, 2.2); `undefined` for `policy` and `hold`, which are none of these. */
export function readOption(key: string, value: string): ReadOption | undefined {
  return readers.get(key)?.(value.trim());
}

function oneOf<Word extends string>(
  value: string,
  words: readonly Word[],
  toOptions: (word: Word) => AnnotationOptions,
): ReadOption {
  const found = words.find((word) => word === value);
  if (found !== undefined) return { options: toOptions(found) };
  return { error: `${quoted(value)} is not ${words.join(' or ')}${didYouMean(value, words)}` };
}

function readMinAge(value: string): ReadOption {
  const minAge = parseDuration(value);
  if (minAge !== undefined) return { options: { minAge } };
  return { error: `${quoted(value)} is no duration; expected one such as 24h or 1h30m` };
}

function readPlatforms(value: string): ReadOption {
  const platforms: Platform[] = [];
  const texts = value.split(/[\s,]+/, mostPlatforms + 1).filter((text) => text !== '');
  if (texts.length === 0)
    return { error: 'it names no platform; expected a list such as linux/amd64, linux/arm64' };
  if (texts.length > mostPlatforms) return { error: `it names more than ${mostPlatforms} platforms` };
  for (const text of texts) {
    const platform = parsePlatform(text);
    if (platform === undefined)
      return {
        error: `${quoted(text)} is no platform; expected os/architecture[/variant]${platformHint(text)}`,
      };
    platforms.push(platform);
  }
  return { options: { platforms } };
}

/** More than any image has. */
const mostPlatforms = 50;

function readMode(value: string): ReadOption {
  if (value === 'commit') return { options: {} };
  if (value === 'pullRequest') return { unsupported: 'mode: pullRequest' };
  const hint = pullRequestWords.has(value.toLowerCase())
    ? ' (did you mean "pullRequest"?)'
    : didYouMean(value, ['commit', 'pullRequest']);
  return { error: `${quoted(value)} is not commit or pullRequest${hint}` };
}

/** What other tools call it. */
const pullRequestWords: ReadonlySet<string> = new Set(['pr', 'mr', 'pull', 'merge-request', 'mergerequest']);

function readGroup(value: string): ReadOption {
  const wrong = checkName(value);
  return wrong === undefined ? { options: { group: value } } : { error: wrong };
}

/** The value may be of any length. */
function quoted(value: string): string {
  return `"${shorten(value.slice(0, 200), 60)}"`;
}
