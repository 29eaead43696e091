import { blockTextOf } from '../yaml/block-text.ts';
import { readOutline } from '../yaml/read.ts';
import type { YamlError } from '../yaml/parse.ts';
import { claimFor, fieldPointer } from './field.ts';
import type { FieldFact, MarkerFact, PartFact } from './model.ts';
import { Reading, type EmbeddedText } from './reading.ts';

/**
 * Reads the text of a literal block scalar as YAML (product.md, 4: `helm.values`). What is found there is found in the file: `fieldInFile` and the
 * like lead back. Read once, whoever asks.
 * @returns where and why the text is no YAML; `undefined` where the value is no literal block scalar, or has no map or list in it
 */
export function embed(
  file: Reading,
  index: number,
): EmbeddedText | { readonly error: YamlError } | undefined {
  const known = file.embedded.get(index);
  if (known !== undefined) return known;
  const block = file.isEmbedded ? undefined : blockTextOf(file.outline, index);
  if (block === undefined) return undefined;
  const read = readOutline(block.text);
  if ('error' in read) return { error: { ...read.error, offset: block.fileOffset(read.error.offset) } };
  const found: EmbeddedText = { index, block, reading: new Reading(read.outline, 'values', { file, block }) };
  file.embedded.set(index, found);
  return found;
}

/**
 * A field of the text as one of the file: named by the pointer of the block scalar, with that of the text behind it.
 * @param refused why it is not moved but by a marker; default: it is moved
 */
export function fieldInFile(
  file: Reading,
  text: EmbeddedText,
  field: FieldFact,
  refused?: string,
): FieldFact {
  const { pointer, parts } = field;
  return {
    ...field,
    document: file.node(text.index).document,
    pointer: joined(fieldPointer(file, text.index), pointer),
    parts: parts.map((part) => {
      const moved = partInFile(file, text, part);
      return refused === undefined ? moved : { ...moved, refused: moved.refused ?? refused };
    }),
    claim: claimFor(file, text.index),
  };
}

/** As `fieldInFile`. */
export function markerInFile(file: Reading, text: EmbeddedText, marker: MarkerFact): MarkerFact {
  const { document } = file.node(text.index);
  return { ...marker, document, target: partInFile(file, text, marker.target) };
}

function partInFile(file: Reading, { index, block }: EmbeddedText, part: PartFact): PartFact {
  const { start, end, anchor, pointer } = part;
  return {
    ...part,
    start: block.fileOffset(start),
    end: block.fileOffset(end),
    anchor: anchor === undefined ? undefined : block.fileOffset(anchor),
    pointer: joined(file.pointer(index), pointer),
    block: block.range,
  };
}

/** The text may have several documents, and its pointers then begin with a number. */
function joined(outer: string, inner: string): string {
  return inner === '' || inner.startsWith('/') ? outer + inner : `${outer}/${inner}`;
}
