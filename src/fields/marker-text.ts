import { didYouMean, nearest } from '../core/nearest.ts';
import type { MarkerFact, PartName } from './model.ts';

export type MarkerText = Pick<MarkerFact, 'dialect' | 'policy' | 'part'>;

const dialects = { $tallyman: 'tallyman', $imagepolicy: 'flux2' } as const;
const parts = ['tag', 'name', 'digest'] as const satisfies readonly PartName[];

/**
 * Reads a comment as a marker (product.md, 2.3): its JSON and nothing else, after the `#`s and blanks.
 * @param comment with its `#`
 * @returns the marker, why the comment is meant as one and is none, or `undefined` for any other comment
 */
export function readMarkerText(comment: string): MarkerText | { readonly wrong: string } | undefined {
  const body = comment.replace(/^[#\s]+/, '').trimEnd();
  const keys = Object.keys(dialects);
  const value = parseObject(body);
  if (value === undefined) {
    if (!/\{\s*["']?\$(?:tallyman|imagepolicy)["']?\s*:/.test(body)) return undefined;
    return { wrong: 'the comment must be the JSON object and nothing else, as in # {"$tallyman": "web"}' };
  }
  const found = Object.entries(value).filter(([key]) => keys.includes(key));
  const [entry] = found;
  if (entry === undefined) {
    const typo = Object.keys(value).find((key) => key.startsWith('$') && nearest(key, keys) !== undefined);
    return typo === undefined
      ? undefined
      : { wrong: `there is no marker "${typo}"${didYouMean(typo, keys)}` };
  }
  if (found.length > 1) return { wrong: 'it names two policies, and one value follows one policy' };
  if (!Object.values(value).every((member) => typeof member === 'string')) {
    return { wrong: 'every value in it must be text in double quotes' };
  }
  return readSetter(dialects[entry[0] as keyof typeof dialects], String(entry[1]));
}

function parseObject(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith('{') || !text.endsWith('}')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** `web:tag` of ours, `namespace:name:tag` of Flux 2. */
function readSetter(dialect: MarkerText['dialect'], setter: string): MarkerText | { readonly wrong: string } {
  const pieces = setter.split(':');
  const length = dialect === 'flux2' ? 2 : 1;
  const name = pieces.slice(0, length);
  const [suffix, ...more] = pieces.slice(length);
  if (name.length < length || name.some((piece) => piece === '' || piece !== piece.trim())) {
    const shape = dialect === 'flux2' ? 'namespace:name' : 'name';
    return {
      wrong: `"${setter}" names no policy; it must be ${shape}, with :tag, :name or :digest where wanted`,
    };
  }
  const policy = name.join(':');
  if (suffix === undefined) return { dialect, policy, part: 'image' };
  const part = parts.find((known) => known === suffix);
  if (part === undefined || more.length > 0) {
    const wrong = [suffix, ...more].join(':');
    const hint = didYouMean(wrong, parts) || '; it can be :tag, :name or :digest';
    return { wrong: `"${setter}" ends in the unknown part ":${wrong}"${hint}` };
  }
  return { dialect, policy, part };
}
