import type { Brand } from '../core/brand.ts';

/** A tag by the distribution spec: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`. */
export type Tag = Brand<string, 'Tag'>;

export function parseTag(text: string): Tag | undefined {
  return isTag(text) ? (text as Tag) : undefined;
}

/** Letter by letter: lists have hundreds of thousands, and calling a pattern takes three times as long as reading one. */
function isTag(text: string): boolean {
  const { length } = text;
  if (length === 0 || length > 128 || kinds[text.charCodeAt(0)] !== first) return false;
  for (let at = 1; at < length; at++) if ((kinds[text.charCodeAt(at)] ?? never) === never) return false;
  return true;
}

const never = 0;
const later = 1;
const first = 2;
/** By code unit, where it may stand in a tag. */
const kinds = Uint8Array.from({ length: 128 }, (_, code) => {
  const letter = String.fromCharCode(code);
  return /\w/.test(letter) ? first : /[.-]/.test(letter) ? later : never;
});
