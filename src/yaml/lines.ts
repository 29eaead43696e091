import type { Position } from '../core/position.ts';

/**
 * Gives the position of any offset of `text`. A byte order mark at the start is not counted, as editors do not show
 * it. The index is built at the first call; a call then costs the logarithm of the number of lines.
 */
export function positionsOf(text: string): (offset: number) => Position {
  let starts: readonly number[] | undefined;
  let pairs: readonly number[] = [];
  return (offset) => {
    if (starts === undefined) {
      starts = lineStarts(text);
      pairs = surrogatePairs(text);
    }
    const line = countUpTo(starts, offset);
    const start = starts[line - 1] ?? 0;
    // Each pair before the offset and on its line is two code units but one code point.
    const wide = pairs.length === 0 ? 0 : countUpTo(pairs, offset - 1) - countUpTo(pairs, start - 1);
    return { line, column: offset - start - wide + 1 };
  };
}

function lineStarts(text: string): readonly number[] {
  const starts = [text.charCodeAt(0) === 0xfeff ? 1 : 0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Offsets of the second halves of surrogate pairs. */
function surrogatePairs(text: string): readonly number[] {
  const offsets: number[] = [];
  for (const match of text.matchAll(/[\ud800-\udbff][\udc00-\udfff]/g)) offsets.push(match.index + 1);
  return offsets;
}

/** How many of the sorted `values` are at most `limit`; at least 1 for line starts, as offsets are never before the first. */
function countUpTo(values: readonly number[], limit: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
