import type { Position } from '../core/position.ts';

/**
 * Gives the position of any offset of `text`. A byte order mark at the start is not counted, as editors do not show
 * it. The text is read only as far as the furthest offset that was asked for; a call then costs the logarithm of the number of lines.
 */
export function positionsOf(text: string): (offset: number) => Position {
  const index = new LineIndex(text);
  return (offset) => index.at(offset);
}

class LineIndex {
  readonly #text: string;
  /** Where each line starts, up to the first one that starts behind every offset asked for. */
  readonly #starts: number[];
  /** Offsets of the second halves of surrogate pairs in those lines. */
  readonly #pairs: number[] = [];

  constructor(text: string) {
    this.#text = text;
    this.#starts = [text.charCodeAt(0) === 0xfeff ? 1 : 0];
  }

  at(offset: number): Position {
    this.#readTo(offset);
    const line = countUpTo(this.#starts, offset);
    const start = this.#starts[line - 1] ?? 0;
    const pairs = this.#pairs;
    // Each pair before the offset and on its line is two code units but one code point.
    const wide = pairs.length === 0 ? 0 : countUpTo(pairs, offset - 1) - countUpTo(pairs, start - 1);
    return { line, column: offset - start - wide + 1 };
  }

  #readTo(offset: number): void {
    const starts = this.#starts;
    const known = starts[starts.length - 1] ?? 0;
    let last = known;
    while (last <= offset) {
      const lineBreak = this.#text.indexOf('\n', last);
      last = lineBreak === -1 ? behindAll : lineBreak + 1;
      starts.push(last);
    }
    if (last > known) this.#readPairs(known, last);
  }

  #readPairs(start: number, end: number): void {
    const lines = this.#text.slice(start, end);
    if (!/[\ud800-\udbff]/.test(lines)) return;
    for (const { index } of lines.matchAll(/[\ud800-\udbff][\udc00-\udfff]/g)) {
      this.#pairs.push(start + index + 1);
    }
  }
}

/** Where the line behind the last one starts: beyond any text that the engine can hold. */
const behindAll = 2 ** 31 - 1;

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
