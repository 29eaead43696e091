import type { FieldFact, PartFact } from '../../fields/model.ts';
import { renderScalar } from '../../yaml/render.ts';
import type { EditedField } from './edit.ts';
import type { Wanted } from './new-value.ts';

/** A new entry. */
export interface Insertion {
  readonly offset: number;
  readonly source: string;
  readonly digest: string;
  /** Beside which it is inserted. */
  readonly tag: PartFact;
}

type Refused = { readonly refused: string };

/** Whether the tools that read such a map take a `digest` beside the tag. */
export function takesEntry(field: FieldFact): boolean {
  const tag = field.parts.find(({ part }) => part === 'tag');
  if (tag === undefined) return false;
  if (field.kind === 'kustomize') return tag.pointer.endsWith('/newTag');
  if (field.kind === 'oci') return tag.pointer.endsWith('/tag');
  const name = field.parts.find(({ part }) => part === 'name');
  return field.kind === 'helm' && tag.pointer.endsWith('/tag') && name?.pointer.endsWith('/image') !== true;
}

/** Whether a digest of the field would be an entry that is not there yet. */
export function lacksEntry(field: FieldFact): boolean {
  const hasDigest = field.digest !== undefined || field.parts.some(({ part }) => part === 'digest');
  return !hasDigest && takesEntry(field);
}

/** A new `digest` entry behind the tag, in the style of the tag's; `undefined` where none is wanted. */
export function insertDigest(
  { file, field, writes }: EditedField,
  { digest }: Wanted,
  text: string,
): Insertion | Refused | undefined {
  if (digest === null || field.digest !== undefined || !takesEntry(field)) return undefined;
  const tag = writes.find(({ part }) => part === 'tag');
  const existing = field.parts.find(({ part }) => part === 'digest');
  if (tag === undefined) return undefined;
  if (existing !== undefined) {
    if (writes.some(({ start }) => start === existing.start)) return undefined;
    return { refused: 'the policy pins, and its digest is written nowhere; write digest: "" to begin with' };
  }
  if (field.lendsTo !== undefined) return { refused: lent(field.lendsTo) };
  const found = tag.inFlow ? inFlow(tag, digest, text, file.endsWith('.json')) : inBlock(tag, digest, text);
  return 'refused' in found ? found : { ...found, digest, tag };
}

function lent(line: number): string {
  return `the policy pins, and the map at line ${line} merges this one in and has no digest of its own, so that it would get this one; write digest: "" there to begin with`;
}

type Found = Pick<Insertion, 'offset' | 'source'> | Refused;

/** On a line of its own where the tag's entry has one, else on its line; a comment behind the tag stays the tag's. */
function inFlow(tag: PartFact, digest: string, text: string, isJson: boolean): Found {
  const lineStart = text.lastIndexOf('\n', tag.start - 1) + 1;
  const lineEnd = endOfLine(text, tag.end);
  const key = /(["']?)[A-Za-z]+\1(\s*:\s*)(?:[!&]\S*\s+)*$/.exec(
    text.slice(Math.max(0, tag.start - 200), tag.start),
  );
  const [before = '', quote = '', colon = ': '] = key ?? [];
  const keyStart = tag.start - before.length;
  const name = isJson ? '"digest"' : `${quote}digest${quote}`;
  const value = renderScalar(digest, { style: isJson ? 'double' : styleOf(tag), inFlow: true });
  const entry = name + (colon.includes('\n') ? ': ' : colon) + value;
  const lead = keyStart >= lineStart ? text.slice(lineStart, keyStart) : undefined;
  const isFirst = lead !== undefined && /^[ \t]*$/.test(lead);
  const behind = text.slice(tag.end, lineEnd);
  if (/^[ \t]*,?[ \t]+#/.test(behind)) {
    if (key === null || lead === undefined) return elsewhere;
    return { offset: keyStart, source: `${entry},${isFirst ? lineBreakAt(text, lineEnd) + lead : ' '}` };
  }
  if (isFirst && /^[ \t]*,?[ \t]*$/.test(behind))
    return { offset: tag.end, source: `,${lineBreakAt(text, lineEnd)}${lead}${entry}` };
  const isTight = text[keyStart - 1] === ',' || /^,\S/.test(behind);
  return { offset: tag.end, source: `,${isTight ? '' : ' '}${entry}` };
}

/** A line of its own below the tag's, at the column of its key. */
function inBlock(tag: PartFact, digest: string, text: string): Found {
  const key = keyBefore(tag, text);
  if (key === undefined) return elsewhere;
  const offset = endOfLine(text, tag.end);
  const value = renderScalar(digest, { style: styleOf(tag), inFlow: false });
  const { indent, quote, colon } = key;
  return { offset, source: `${lineBreakAt(text, offset)}${indent}${quote}digest${quote}${colon}${value}` };
}

interface TagKey {
  /** What stands before it, with blanks for the dashes of a list. */
  readonly indent: string;
  readonly quote: string;
  /** With the blanks around it. */
  readonly colon: string;
}

/** On the tag's line, or on one above with nothing but comments in between; `undefined` where neither is so. */
function keyBefore({ start }: PartFact, text: string): TagKey | undefined {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const before = text.slice(lineStart, start);
  const beside =
    /^(\ufeff?)([ \t]*(?:-[ \t]+)*)(["']?)(?:newTag|tag)\3([ \t]*:[ \t]+)(?:[!&]\S*[ \t]+)*$/.exec(before);
  if (beside !== null) return tagKey(beside[2], beside[3], beside[4]);
  if (!/^[ \t]*(?:[!&]\S*[ \t]+)*$/.test(before)) return undefined;
  let end = lineStart - 1;
  for (let lines = 0; end >= 0 && lines < mostLinesBetween; lines++) {
    const from = text.lastIndexOf('\n', end - 1) + 1;
    const line = text.slice(from, end).replace(/\r$/, '');
    const above =
      /^(\ufeff?)([ \t]*(?:-[ \t]+)*)(["']?)(?:newTag|tag)\3([ \t]*:)(?:[ \t]+[!&]\S*)*(?:[ \t]+#.*|[ \t]*)$/.exec(
        line,
      );
    if (above !== null) return tagKey(above[2], above[3], `${above[4] ?? ':'} `);
    if (!/^[ \t]*(?:#.*|[!&]\S*[ \t]*)?$/.test(line)) return undefined;
    end = from - 1;
  }
  return undefined;
}

const mostLinesBetween = 20;

function tagKey(lead = '', quote = '', colon = ': '): TagKey {
  return { indent: lead.replaceAll('-', ' '), quote, colon };
}

/** An alias has none. */
function styleOf({ style }: PartFact): PartFact['style'] {
  return style === 'none' ? 'plain' : style;
}

const elsewhere: Refused = {
  refused:
    'the policy pins, and no place for a digest is found beside its key; write digest: "" below the tag to begin with',
};

/** Before the line break. */
function endOfLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  if (end === -1) return text.length;
  return text[end - 1] === '\r' ? end - 1 : end;
}

/** The line break at the end of a line; of the last line, the one that the file has elsewhere. */
function lineBreakAt(text: string, lineEnd: number): string {
  if (lineEnd < text.length) return text[lineEnd] === '\r' ? '\r\n' : '\n';
  return text.includes('\r\n') ? '\r\n' : '\n';
}
