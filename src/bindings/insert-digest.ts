import type { FieldFact, PartFact } from '../fields/model.ts';
import { renderScalar } from '../yaml/render.ts';
import type { EditedField } from './edit.ts';
import type { Wanted } from './new-value.ts';

interface Insertion {
  readonly offset: number;
  readonly source: string;
  readonly digest: string;
}

/** Whether the tools that read such a map take a `digest` beside the tag. */
export function takesEntry(field: FieldFact): boolean {
  const tag = field.parts.find(({ part }) => part === 'tag');
  if (tag === undefined) return false;
  if (field.kind === 'kustomize') return tag.pointer.endsWith('/newTag');
  if (field.kind === 'oci') return tag.pointer.endsWith('/tag');
  const name = field.parts.find(({ part }) => part === 'name');
  return field.kind === 'helm' && tag.pointer.endsWith('/tag') && name?.pointer.endsWith('/image') !== true;
}

/** A new `digest` entry behind the tag, in the style of the tag's; `undefined` where none is wanted. */
export function insertDigest(
  { field, writes }: EditedField,
  { digest }: Wanted,
  text: string,
): Insertion | { readonly refused: string } | undefined {
  if (digest === null || field.digest !== undefined || !takesEntry(field)) return undefined;
  const tag = writes.find(({ part }) => part === 'tag');
  const existing = field.parts.find(({ part }) => part === 'digest');
  if (tag === undefined) return undefined;
  if (existing !== undefined) {
    if (writes.some(({ start }) => start === existing.start)) return undefined;
    return { refused: 'the policy pins, and its digest is written nowhere; write digest: "" to begin with' };
  }
  return tag.inFlow ? inFlow(tag, digest, text) : inBlock(tag, digest, text);
}

function inFlow(tag: PartFact, digest: string, text: string): Insertion {
  const key = /(["']?)[A-Za-z]+\1[ \t]*(:[ \t]*)$/.exec(text.slice(Math.max(0, tag.start - 200), tag.start));
  const quote = key?.[1] ?? '';
  const colon = key?.[2] ?? ': ';
  const value = renderScalar(digest, { style: tag.style, inFlow: true });
  return { offset: tag.end, source: `, ${quote}digest${quote}${colon}${value}`, digest };
}

/** A line of its own below the tag's, at the column of its key. */
function inBlock(tag: PartFact, digest: string, text: string): Insertion | { readonly refused: string } {
  const lineStart = text.lastIndexOf('\n', tag.start - 1) + 1;
  const before =
    /^(\ufeff?)([ \t]*(?:-[ \t]+)*)(["']?)(?:newTag|tag)\3([ \t]*:[ \t]+)(?:[!&]\S*[ \t]+)*$/.exec(
      text.slice(lineStart, tag.start),
    );
  if (before === null)
    return {
      refused: 'the policy pins, and a digest can only be inserted where key and tag stand on one line',
    };
  const [, , lead = '', quote = '', colon = ': '] = before;
  const indent = lead.replaceAll('-', ' ');
  const end = text.indexOf('\n', tag.end);
  const hasReturn = end > 0 && text[end - 1] === '\r';
  const offset = end === -1 ? text.length : hasReturn ? end - 1 : end;
  const lineBreak = hasReturn || (end === -1 && text.includes('\r\n')) ? '\r\n' : '\n';
  const value = renderScalar(digest, { style: tag.style, inFlow: false });
  return { offset, source: `${lineBreak}${indent}${quote}digest${quote}${colon}${value}`, digest };
}
