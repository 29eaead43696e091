import type { SourceObject } from '../dialects/model.ts';
import type { Outline } from '../yaml/outline.ts';
import { renderScalar } from '../yaml/render.ts';
import type { TextEdit } from '../yaml/splice.ts';
import { child, find, nodeAt } from '../yaml/walk.ts';

/**
 * The edit that adds annotations to an object, in the file's own style: in front of its annotations, or with the key `annotations` in front
 * of its metadata.
 * @returns why there is no place for them, where there is none
 */
export function annotate(
  outline: Outline,
  { document, pointer }: SourceObject,
  annotations: readonly (readonly [key: string, value: string])[],
): TextEdit | { readonly refused: string } {
  const object = find(outline, document, pointer);
  const metadata = object === undefined ? undefined : child(outline, object, 'metadata');
  if (metadata === undefined || nodeAt(outline, metadata).kind !== 'map')
    return { refused: 'it has no metadata' };
  const existing = child(outline, metadata, 'annotations');
  const map = existing ?? metadata;
  const { kind, style, start, next, anchor } = nodeAt(outline, map);
  if (kind !== 'map') return { refused: 'its annotations are no map' };
  if (anchor !== undefined)
    return { refused: `its annotations or metadata are repeated elsewhere (&${anchor})` };
  const inFlow = style === 'flow';
  const entries = annotations.map(
    ([key, value]) => `${key}: ${renderScalar(value, { style: 'double', inFlow })}`,
  );
  const first = map + 1 < next ? nodeAt(outline, map + 1).keyStart : undefined;
  if (inFlow) {
    const text = existing === undefined ? `annotations: {${entries.join(', ')}}` : entries.join(', ');
    const at = first ?? start + 1;
    return { start: at, end: at, source: first === undefined ? text : `${text}, ` };
  }
  if (first === undefined) return { refused: 'its annotations are not written' };
  const indent = indentAt(outline.text, first);
  const end = outline.text.indexOf('\n', nodeAt(outline, map).keyEnd);
  if (indent === undefined || end === -1 || end > first)
    return { refused: 'its first key does not stand on a line of its own' };
  // At the end of the line of the map's own key, so that comments stay with the entries that they are about.
  const hasReturn = outline.text[end - 1] === '\r';
  const at = hasReturn ? end - 1 : end;
  const lines = existing === undefined ? ['annotations:', ...entries.map((entry) => `  ${entry}`)] : entries;
  return {
    start: at,
    end: at,
    source: lines.map((line) => `${hasReturn ? '\r\n' : '\n'}${indent}${line}`).join(''),
  };
}

/** The blanks before an offset, where there is nothing else on its line. */
function indentAt(text: string, offset: number): string | undefined {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  return /^ *$/.test(line) ? line : undefined;
}
