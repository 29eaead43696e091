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

/**
 * The fields of a text that is quoted or folded, which are found so that somebody is told of them, and never edited: no offset in it leads back to the file.
 * They stand where the text stands. None where the value is a literal block, no text, or no YAML.
 * @param find adds the fields of the text to its reading
 * @param refused why they are not edited
 */
export function fieldsOfOtherText(
  file: Reading,
  index: number,
  find: (text: Reading) => void,
  refused: string,
): FieldFact[] {
  const { kind, style, start, end } = file.node(index);
  if (file.isEmbedded || kind !== 'scalar' || style === 'literal') return [];
  const read = readOutline(file.text(index));
  if ('error' in read) return [];
  const text = new Reading(read.outline, 'values', { file, block: { fileOffset: () => start } });
  find(text);
  const outer = { whole: fieldPointer(file, index), inDocument: file.pointer(index) };
  const claim = claimFor(file, index);
  return text.fields
    .filter(({ name }) => name !== undefined)
    .map((field) => ({
      ...field,
      document: file.node(index).document,
      pointer: joined(outer.whole, field.pointer),
      parts: field.parts.map((part) => {
        const pointer = joined(outer.inDocument, part.pointer);
        return { ...part, pointer, start, end, anchor: undefined, refused };
      }),
      claim,
    }));
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
