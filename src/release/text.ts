/** The key of a release record's line (product.md, 6.1). */
export const recordKey = 'Tallyman-Release';

/**
 * Untrusted text as one safe line for a commit message: control and format characters (line breaks and those that turn
 * the writing direction included) become blanks, blanks are joined, and what is over `longest` characters is cut.
 */
export function oneLine(text: string, longest = 1024): string {
  // Cut first, so that the cost is bounded by what is kept and not by what was sent.
  const cleaned = text
    .slice(0, longest * 4)
    .toWellFormed()
    .replace(/[\p{C}\p{Z}\uFFFD]+/gu, ' ')
    .trim();
  return shorten(cleaned, longest);
}

/** At most `longest` code points, the last three of them dots where something was cut. */
export function shorten(text: string, longest: number): string {
  const points = Array.from(text);
  if (points.length <= longest) return text;
  return `${points.slice(0, Math.max(0, longest - 3)).join('')}...`;
}

/** The same text with no line in it that could be read as a release record. */
export function withoutRecords(text: string): string {
  return text.replaceAll(`${recordKey}:`, `${recordKey} :`);
}
