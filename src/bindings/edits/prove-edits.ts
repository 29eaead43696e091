import { BlockText } from '../../yaml/block-text.ts';
import { prove, type PlannedEdit, type ProofOptions } from '../../yaml/proof.ts';
import { applyEdits } from '../../yaml/splice.ts';
import type { FieldEdit } from '../model.ts';

/**
 * As `prove`. Edits in the text of a block scalar (`FieldEdit.block`) are proven twice: in that text, as if it were a file of its own, and in the file, where
 * they change that one scalar.
 */
export function proveEdits(
  before: string,
  after: string,
  edits: readonly FieldEdit[],
  options: ProofOptions,
): string | undefined {
  const planned: PlannedEdit[] = edits.filter(({ block }) => block === undefined);
  const embedded = edits.filter(({ block }) => block !== undefined);
  for (const group of Map.groupBy(embedded, ({ block }) => block?.start).values()) {
    const whole = wholeBlock(before, group, options);
    if (typeof whole === 'string') return whole;
    planned.push(whole);
  }
  return prove(before, after, planned, options);
}

/** The edits of one block scalar as one edit of it, or why they are not what was planned. */
function wholeBlock(file: string, edits: readonly FieldEdit[], options: ProofOptions): PlannedEdit | string {
  const range = edits[0]?.block;
  if (range === undefined) return 'an edit has no block';
  const { start, end, indent, tail } = range;
  const before = new BlockText(file, range);
  const inside = edits.map((edit) => ({
    start: before.insideOffset(edit.start),
    end: before.insideOffset(edit.end),
    source: edit.source.replaceAll(`\n${' '.repeat(indent)}`, '\n'),
    new: edit.new,
  }));
  const after = applyEdits(before.text, inside);
  const reason = prove(before.text, after, inside, { ...options, scanned: false });
  if (reason !== undefined) return `in the text at line ${lineOf(file, start)}: ${reason}`;
  const shifted = edits.map((edit) => ({ ...edit, start: edit.start - start, end: edit.end - start }));
  const source = applyEdits(file.slice(start, end), shifted);
  return { start, end, source, new: after.replaceAll('\r\n', '\n') + tail };
}

function lineOf(file: string, offset: number): number {
  return file.slice(0, offset).split('\n').length;
}
