import type { NodeKind, NodeStyle, OutlineNode } from './outline.ts';

/** A node while its table is being built. */
export type OpenNode = { -readonly [Field in keyof OutlineNode]: OutlineNode[Field] };

/**
 * The one place where nodes are made, so that all have the same fields in the same order: the engine then treats
 * them as one class, which is what makes reading outlines fast.
 */
export function makeNode(
  kind: NodeKind,
  style: NodeStyle,
  parent: number,
  next: number,
  document: number,
  depth: number,
  keyStart: number,
  keyEnd: number,
  start: number,
  end: number,
  anchor: string | undefined,
  tag: string | undefined,
): OpenNode {
  return { kind, style, parent, next, document, depth, keyStart, keyEnd, start, end, anchor, tag };
}

/**
 * Where a block scalar's node ends: after its last line that is not blank, or after the header where there is none.
 * The body goes from `bodyStart` to `bodyEnd`; what follows it in the text is not looked at.
 */
export function blockScalarEnd(text: string, headerEnd: number, bodyStart: number, bodyEnd: number): number {
  let at = bodyEnd - 1;
  while (at >= bodyStart) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d) break;
    at--;
  }
  if (at < bodyStart) return headerEnd;
  let end = text.indexOf('\n', at);
  if (end === -1 || end > bodyEnd) end = bodyEnd;
  return text.charCodeAt(end - 1) === 0x0d ? end - 1 : end;
}

/** The node in a longer table: behind `index` nodes and `documents`, in a text that starts `by` earlier. */
export function shifted(node: OutlineNode, by: number, index: number, documents: number): OpenNode {
  return makeNode(
    node.kind,
    node.style,
    node.parent === -1 ? -1 : node.parent + index,
    node.next + index,
    node.document + documents,
    node.depth,
    node.keyStart === -1 ? -1 : node.keyStart + by,
    node.keyEnd === -1 ? -1 : node.keyEnd + by,
    node.start + by,
    node.end + by,
    node.anchor,
    node.tag,
  );
}
