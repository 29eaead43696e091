import type { Outline, OutlineNode } from './outline.ts';
import { decodeFlowScalar } from './scalar.ts';

/** Indexes of the values in a map or sequence, in order; none for other nodes. */
export function children(outline: Outline, index: number): number[] {
  const found: number[] = [];
  const end = nodeAt(outline, index).next;
  for (let at = index + 1; at < end; at = nodeAt(outline, at).next) found.push(at);
  return found;
}

/**
 * The decoded key of a map's entry. `undefined` where the node is in no map, or its key is a collection, an alias or
 * a block scalar.
 */
export function keyText(outline: Outline, index: number): string | undefined {
  const { keyStart, keyEnd } = nodeAt(outline, index);
  return keyStart === -1 ? undefined : keyTextAt(outline.text, keyStart, keyEnd);
}

/** As `keyText`, for a source range. */
export function keyTextAt(text: string, start: number, end: number): string | undefined {
  if (start === end) return '';
  switch (text.charCodeAt(start)) {
    case 0x22: // "
      return decodeFlowScalar(text.slice(start, end), 'double');
    case 0x27: // '
      return decodeFlowScalar(text.slice(start, end), 'single');
    case 0x2a: // *
    case 0x5b: // [
    case 0x7b: // {
    case 0x7c: // |
    case 0x3e: // >
      return undefined;
    default:
      return decodeFlowScalar(text.slice(start, end), 'plain');
  }
}

/** Index of the value that a map has under a key; `undefined` where it has none, or the node is no map. */
export function child(outline: Outline, index: number, key: string): number | undefined {
  const map = nodeAt(outline, index);
  if (map.kind !== 'map') return undefined;
  for (let at = index + 1; at < map.next; at = nodeAt(outline, at).next) {
    if (hasKey(outline.text, nodeAt(outline, at), key)) return at;
  }
  return undefined;
}

/** What `child` finds under each key of a map. */
export function childrenByKey(outline: Outline, index: number): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const at of children(outline, index)) {
    const key = keyText(outline, at);
    if (key !== undefined && !found.has(key)) found.set(key, at);
  }
  return found;
}

/** JSON pointer (RFC 6901) of a node in its document: `/spec/containers/0/image`. The root is the empty text. */
export function pointerOf(outline: Outline, index: number): string {
  let pointer = '';
  let at = index;
  for (let node = nodeAt(outline, at); node.parent !== -1; node = nodeAt(outline, at)) {
    pointer = `/${escapePointer(stepOf(outline, at, node))}${pointer}`;
    at = node.parent;
  }
  return pointer;
}

/** One step of a JSON pointer as it is written there. */
export function escapePointer(step: string): string {
  return step.includes('~') || step.includes('/') ? step.replaceAll('~', '~0').replaceAll('/', '~1') : step;
}

/** Index of the node at a JSON pointer in a document (counted from 0). */
export function find(outline: Outline, document: number, pointer: string): number | undefined {
  let at: number | undefined = outline.documents[document]?.root ?? -1;
  if (at === -1 || (pointer !== '' && !pointer.startsWith('/'))) return undefined;
  for (const step of pointer.split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (nodeAt(outline, at).kind === 'map') at = child(outline, at, key);
    else at = /^(?:0|[1-9][0-9]{0,8})$/.test(step) ? children(outline, at)[Number(step)] : undefined;
    if (at === undefined) return undefined;
  }
  return at;
}

/** @throws RangeError where the index is not in the table: a bug of the caller */
export function nodeAt(outline: Outline, index: number): OutlineNode {
  const node = outline.nodes[index];
  if (node === undefined) throw new RangeError(`no node ${index} in an outline of ${outline.nodes.length}`);
  return node;
}

function hasKey(text: string, node: OutlineNode, key: string): boolean {
  if (node.keyEnd - node.keyStart === key.length && text.startsWith(key, node.keyStart)) {
    return keyTextAt(text, node.keyStart, node.keyEnd) === key;
  }
  const first = text.charCodeAt(node.keyStart);
  const decoded = first === 0x22 || first === 0x27 || text.slice(node.keyStart, node.keyEnd).includes('\n');
  return decoded && keyTextAt(text, node.keyStart, node.keyEnd) === key;
}

function stepOf(outline: Outline, index: number, node: OutlineNode): string {
  if (nodeAt(outline, node.parent).kind === 'map') {
    return keyText(outline, index) ?? outline.text.slice(node.keyStart, node.keyEnd);
  }
  let position = 0;
  for (let at = node.parent + 1; at < index; at = nodeAt(outline, at).next) position++;
  return String(position);
}
