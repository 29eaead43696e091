import { blockIndent } from './block-scalar.ts';
import type { Outline } from './outline.ts';
import { nodeAt } from './walk.ts';
import { scalarText } from './scalar.ts';

/** Where a literal block scalar stands in its file, and by how many columns its lines are indented. Plain JSON. */
export interface BlockRange {
  /** From the `|` to the end of the last line that is not blank, as `OutlineNode` has it. */
  readonly start: number;
  readonly end: number;
  readonly indent: number;
  /** What the value has behind those lines: line breaks, by the header's `-` or `+`. */
  readonly tail: string;
}

/** The lines of a literal block scalar without their indentation, as a text of its own whose offsets lead back to the file. */
export class BlockText {
  readonly range: BlockRange;
  /** Line breaks are as in the file. */
  readonly text: string;
  /** Where each line starts in `text`, and in the file. */
  readonly #inside: number[] = [];
  readonly #inFile: number[] = [];

  /** @param file the text that `range` is about */
  constructor(file: string, range: BlockRange) {
    this.range = range;
    const lines: string[] = [];
    let length = 0;
    let at = file.indexOf('\n', range.start) + 1;
    while (at > 0 && at <= range.end) {
      const lineBreak = file.indexOf('\n', at);
      const end = lineBreak === -1 || lineBreak >= range.end ? range.end : lineBreak + 1;
      const from = at + indentOf(file, at, Math.min(end, at + range.indent));
      this.#inside.push(length);
      this.#inFile.push(from);
      lines.push(file.slice(from, end));
      length += end - from;
      if (end === range.end) break;
      at = end;
    }
    this.text = lines.join('');
  }

  /** Offset in the file of an offset in `text`. */
  fileOffset(offset: number): number {
    const line = lastUpTo(this.#inside, offset);
    return (this.#inFile[line] ?? this.range.end) + offset - (this.#inside[line] ?? 0);
  }

  /** Offset in `text` of an offset in the file that is in one of its lines, behind the indentation. */
  insideOffset(offset: number): number {
    const line = lastUpTo(this.#inFile, offset);
    return (this.#inside[line] ?? 0) + offset - (this.#inFile[line] ?? 0);
  }
}

/** The text in a literal block scalar; `undefined` for every other value. */
export function blockTextOf(outline: Outline, index: number): BlockText | undefined {
  const { style, start, end } = nodeAt(outline, index);
  if (style !== 'literal') return undefined;
  const indent = blockIndent(outline, index);
  const value = scalarText(outline, index);
  const lines = new BlockText(outline.text, { start, end, indent, tail: '' }).text.replaceAll('\r\n', '\n');
  const tail = value.slice(lines.length);
  return value.startsWith(lines) ? new BlockText(outline.text, { start, end, indent, tail }) : undefined;
}

/**
 * Where the one line of a block scalar stands that is its whole value (`image: >-` with the reference below it); `undefined` where it has more
 * lines, or a line break at its end.
 */
export function blockLine(
  outline: Outline,
  index: number,
): { readonly start: number; readonly end: number } | undefined {
  const { end } = nodeAt(outline, index);
  const value = scalarText(outline, index);
  const start = end - value.length;
  const isWhole = value !== '' && !value.includes('\n') && outline.text.startsWith(value, start);
  return isWhole && outline.text[start - 1] === ' ' ? { start, end } : undefined;
}

function indentOf(file: string, at: number, most: number): number {
  let end = at;
  while (end < most && file.charCodeAt(end) === 0x20) end++;
  return end - at;
}

/** Index of the last of the sorted `values` that is at most `limit`; 0 where none is. */
function lastUpTo(values: readonly number[], limit: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}
