/** A set of characters: inclusive ranges of code points, in order, none touching the next. */
export type CharSet = readonly (readonly [low: number, high: number])[];

const last = 0x10ffff;

export function charSet(...ranges: readonly (readonly [number, number])[]): CharSet {
  const merged: [number, number][] = [];
  for (const [low, high] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const before = merged.at(-1);
    if (before !== undefined && low <= before[1] + 1) before[1] = Math.max(before[1], high);
    else merged.push([low, high]);
  }
  return merged;
}

export function union(...sets: readonly CharSet[]): CharSet {
  return charSet(...sets.flat());
}

export function complement(set: CharSet): CharSet {
  const ranges: [number, number][] = [];
  let next = 0;
  for (const [low, high] of set) {
    if (low > next) ranges.push([next, low - 1]);
    next = high + 1;
  }
  if (next <= last) ranges.push([next, last]);
  return ranges;
}

export function overlaps(a: CharSet, b: CharSet): boolean {
  return a.some(([low, high]) => b.some(([from, to]) => low <= to && from <= high));
}

/**
 * The set with the other case of its letters. `undefined` where a character outside ASCII is in it: those fold in ways
 * that are not worth repeating here.
 */
export function foldCase(set: CharSet): CharSet | undefined {
  const folded: [number, number][] = [];
  for (const [low, high] of set) {
    if (high > 0x7f) return undefined;
    folded.push([low, high]);
    const upper: [number, number] = [Math.max(low, 65), Math.min(high, 90)];
    const lower: [number, number] = [Math.max(low, 97), Math.min(high, 122)];
    if (upper[0] <= upper[1]) folded.push([upper[0] + 32, upper[1] + 32]);
    if (lower[0] <= lower[1]) folded.push([lower[0] - 32, lower[1] - 32]);
  }
  // Two letters of ASCII have a third case: the Kelvin sign and the long s.
  if (overlaps(folded, [[75, 75]])) folded.push([0x212a, 0x212a]);
  if (overlaps(folded, [[83, 83]])) folded.push([0x17f, 0x17f]);
  return charSet(...folded);
}

/** The set in the syntax of JavaScript, for an expression with the flag `u`. */
export function toClass(set: CharSet): string {
  const ranges = set.map(([low, high]) => (low === high ? code(low) : `${code(low)}-${code(high)}`));
  return set.length === 1 && set[0]?.[0] === set[0]?.[1] ? ranges.join('') : `[${ranges.join('')}]`;
}

function code(value: number): string {
  return `\\u{${value.toString(16)}}`;
}
