import { fieldPointer } from '../../fields/field.ts';
import { readTagText } from '../../fields/image-text.ts';
import type { FieldFact, PartName } from '../../fields/model.ts';
import { partOf } from '../../fields/part.ts';
import { Reading } from '../../fields/reading.ts';
import { parseDigest } from '../../image/digest.ts';
import { parseTag } from '../../image/tag.ts';
import { decode } from '../../yaml/decode.ts';
import { readOutline } from '../../yaml/read.ts';
import { find } from '../../yaml/walk.ts';
import type { Binding } from '../model.ts';
import { fieldOf, type NamedValue } from './targeted-field.ts';

/** A field that only `targets` made one: what it held in older commits is found by its place alone. */
export interface WatchedField {
  /** The only file in which it is looked for; absent: in any, as files are renamed. */
  readonly file?: string;
  /** As `FieldFact.pointer`. */
  readonly pointer: string;
  /** Its parts by their pointers; absent: what stands there tells which part it is. */
  readonly parts?: readonly { readonly part: PartName; readonly pointer: string }[];
}

/** The fields of bindings that no reader of files recognises by itself. */
export function watchedBy(bindings: readonly Pick<Binding, 'via' | 'field'>[]): readonly WatchedField[] {
  return bindings
    .filter(({ via, field }) => via === 'targets' && field.kind === 'marked')
    .map(({ field: { pointer, parts } }) => ({
      pointer,
      parts: parts.map((part) => ({ part: part.part, pointer: part.pointer })),
    }));
}

/**
 * What the watched fields are in a file's content, but those that are recognised.
 * @param known the fields that were recognised in it
 */
export function watchedFields(
  bytes: Uint8Array,
  watched: readonly WatchedField[],
  known: readonly FieldFact[],
): readonly FieldFact[] {
  const pointers = new Set(known.map(({ pointer }) => pointer));
  const wanted = watched.filter(({ pointer }) => !pointers.has(pointer));
  const decoded = wanted.length === 0 ? { refused: '' } : decode(bytes);
  const read = 'text' in decoded ? readOutline(decoded.text) : { error: undefined };
  if ('error' in read) return [];
  const reading = new Reading(read.outline, 'yaml');
  const fields = wanted.flatMap((one) => fieldOf(valuesOf(reading, one), []) ?? []);
  // Copied, so that no slice keeps the whole text in memory.
  return JSON.parse(JSON.stringify(fields)) as FieldFact[];
}

function valuesOf(reading: Reading, { pointer, parts }: WatchedField): NamedValue[] {
  const several = reading.outline.documents.length > 1;
  const split = /^([0-9]*)(.*)$/s.exec(pointer);
  const document = several && split?.[1] ? Number(split[1]) : 0;
  const named = parts ?? [{ part: undefined, pointer: split?.[2] ?? pointer }];
  return named.flatMap(({ part, pointer: place }) => {
    const index = find(reading.outline, document, place);
    if (index === undefined || !reading.isText(index)) return [];
    const name = part ?? partIn(reading.text(index));
    return [{ document, part: partOf(reading, index, name), pointer: fieldPointer(reading, index) }];
  });
}

function partIn(text: string): PartName {
  if (parseDigest(text) !== undefined) return 'digest';
  return parseTag(readTagText(text).tag ?? '') === undefined ? 'image' : 'tag';
}
