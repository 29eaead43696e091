import { append } from '../core/append.ts';
import type { OutlineNode } from '../yaml/outline.ts';
import { embed, fieldInFile, markerInFile } from './embedded.ts';
import { lastStarted, readCommentMarkers } from './comment-markers.ts';
import type { FieldFact, MarkerFact } from './model.ts';
import { markerBraces } from './marker-search.ts';
import type { Reading } from './reading.ts';
import { recognise } from './recognise.ts';
import { addAllHelmMaps } from './recognisers/helm-values.ts';

/**
 * Reads the markers of ours that stand in the text of a literal block scalar, such as a patch in a kustomization, as if that were a file of its own; of the
 * image fields in it, only those with a marker are fields of the file (product.md, 4). What is meant as a marker and is part of a value is
 * a problem, here as everywhere. Flux 2 leaves its markers in such texts alone, and so do we.
 */
export function readEmbeddedMarkers(reading: Reading): MarkerFact[] {
  const { text } = reading.outline;
  const found: MarkerFact[] = [];
  const seen = new Set<number>();
  for (const offset of markerBraces(text)) {
    const index = lastStarted(reading, offset);
    if (index === -1 || seen.has(index)) continue;
    const { kind, style, end } = reading.node(index);
    if (kind !== 'scalar' || offset >= end || isInHeader(text, reading.node(index), offset)) continue;
    if (!isBehindValue(text, offset)) continue;
    seen.add(index);
    if (style === 'plain') {
      const why = 'it is part of the value, since no blank stands before the #; put one there';
      reading.problem('bad-marker', offset, `This marker is not applied: ${why}.`);
    } else if ((style === 'literal' || style === 'folded') && text.startsWith('"$t', offset + 1)) {
      append(found, inBlock(reading, index, offset));
    }
  }
  return found;
}

/** Behind the `|` or `>` a comment is a comment. */
function isInHeader(text: string, { style, start }: OutlineNode, offset: number): boolean {
  return (style === 'literal' || style === 'folded') && !text.slice(start, offset).includes('\n');
}

/** Whether the line has something, and then a `#`, before the offset. A long line of braces is not gone back through for each of them. */
function isBehindValue(text: string, offset: number): boolean {
  let end = offset;
  while (end > 0 && (text[end - 1] === ' ' || text[end - 1] === '\t')) end--;
  if (text[end - 1] !== '#') return false;
  const before = text.slice(text.lastIndexOf('\n', end - 1) + 1, end);
  return !/^[\s#]*$/.test(before);
}

function inBlock(reading: Reading, index: number, offset: number): MarkerFact[] {
  const text = embed(reading, index);
  if (text === undefined || 'error' in text) {
    const why = text === undefined ? 'it is folded' : text.error.message;
    const what = `it stands in a text that cannot be read as YAML: ${why}. Write the text as a literal block (|) of valid YAML, or give the image a value of its own`;
    reading.problem('bad-marker', offset, `This marker is not applied: ${what}.`);
    return [];
  }
  const inner = text.reading;
  const isKnown = inner.fields.length > 0;
  const known = new Set(isKnown ? inner.fields : []);
  if (!isKnown) {
    recognise(inner);
    addAllHelmMaps(inner);
  }
  const markers = readCommentMarkers(inner, 'tallyman');
  const marked = new Set(markers.map(({ target }) => target.start));
  const added = inner.fields.filter((field) => !known.has(field) && hasPart(field, marked));
  const ours = added.map((field) => fieldInFile(reading, text, field));
  append(reading.fields, ours);
  append(reading.problems, inner.problems);
  return markers.map((marker) => markerInFile(reading, text, marker));
}

function hasPart({ parts }: FieldFact, starts: ReadonlySet<number>): boolean {
  return parts.some(({ start }) => starts.has(start));
}
