import type { Outline, OutlineNode } from './outline.ts';
import type { TextEdit } from './splice.ts';
import { children, nodeAt } from './walk.ts';

/**
 * The edit that takes a map's entry or a sequence's item away, with its line and what is written behind it there. The last one leaves an
 * empty `{}` or `[]`. Comment lines above it stay: nobody knows what they are about. `refused` where it cannot be done by a splice.
 */
export function removalOf(outline: Outline, index: number): TextEdit | { readonly refused: string } {
  const node = nodeAt(outline, index);
  if (node.parent === -1) return { refused: 'it is the whole document' };
  const parent = nodeAt(outline, node.parent);
  const siblings = children(outline, node.parent);
  if (siblings.length === 1) return emptied(outline, parent);
  return parent.style === 'flow' ? inFlow(outline, index, siblings) : inBlock(outline, node, parent);
}

function emptied({ text }: Outline, parent: OutlineNode): TextEdit | { readonly refused: string } {
  const source = parent.kind === 'map' ? '{}' : '[]';
  if (parent.style === 'flow') return { start: parent.start, end: parent.end, source };
  // `key:`, a line break, and the only entry below it; a comment behind the key stays where it is.
  const lineStart = text.lastIndexOf('\n', parent.start - 1);
  const isBelow = text.slice(lineStart + 1, parent.start).trim() === '';
  const colon = parent.keyEnd === -1 ? -1 : text.indexOf(':', parent.keyEnd);
  if (!isBelow || colon === -1 || parent.anchor !== undefined || parent.tag !== undefined)
    return { refused: 'it is the only one, and what it stands in cannot be left empty' };
  const behind = text.slice(colon + 1, lineEnd(text, colon));
  return { start: colon + 1, end: lineEnd(text, parent.end), source: ` ${source}${behind.trimEnd()}` };
}

/** With the comma behind it, or of the last one the comma before it. */
function inFlow(outline: Outline, index: number, siblings: readonly number[]): TextEdit {
  const at = siblings.indexOf(index);
  const [before, after] = [siblings[at - 1], siblings[at + 1]];
  const { start, end } = whole(nodeAt(outline, index));
  if (after !== undefined) return { start, end: whole(nodeAt(outline, after)).start, source: '' };
  return { start: before === undefined ? start : whole(nodeAt(outline, before)).end, end, source: '' };
}

function inBlock(
  { text }: Outline,
  node: OutlineNode,
  parent: OutlineNode,
): TextEdit | { readonly refused: string } {
  const { start, end } = whole(node);
  const mark = parent.kind === 'seq' ? text.lastIndexOf('-', start - 1) : start;
  const found = text.lastIndexOf('\n', mark - 1) + 1;
  const lineStart = found === 0 && text.startsWith('\ufeff') ? 1 : found;
  if (mark === -1 || text.slice(lineStart, mark).trim() !== '')
    return { refused: 'it does not begin on a line of its own' };
  const stop = lineEnd(text, end);
  const hasNext = stop < text.length;
  // Without a line break at the end, the one before it goes.
  return {
    start: hasNext ? lineStart : Math.max(0, lineStart - 1),
    end: hasNext ? stop + 1 : stop,
    source: '',
  };
}

/** From the key, where there is one, to the end of the value. */
function whole({ keyStart, start, end }: OutlineNode): { readonly start: number; readonly end: number } {
  return { start: keyStart === -1 ? start : keyStart, end };
}

/** Offset of the line break at or behind `offset`, or the end of the text. */
export function lineEnd(text: string, offset: number): number {
  const found = text.indexOf('\n', offset);
  return found === -1 ? text.length : found;
}
