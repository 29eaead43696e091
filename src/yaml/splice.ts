import { Failure } from '../core/failure.ts';

/** Puts `source` in place of the characters from `start` to `end`; an insertion where both are equal. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly source: string;
}

/**
 * The text with every edit made, whatever their order. Nothing outside the edits changes.
 * @throws Failure `internal` where two edits overlap, two insert at one place, or one is outside the text
 */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const sorted = edits.toSorted((a, b) => a.start - b.start || a.end - b.end);
  let result = '';
  let done = 0;
  let previous: TextEdit | undefined;
  for (const edit of sorted) {
    if (edit.end < edit.start || edit.start < 0 || edit.end > text.length) {
      throw new Failure('internal', `An edit at ${edit.start}..${edit.end} is outside the text`);
    }
    if (edit.start < done || (previous?.start === edit.start && previous.end === edit.end)) {
      throw new Failure('internal', `Two edits overlap at offset ${edit.start}`);
    }
    result += text.slice(done, edit.start) + edit.source;
    done = edit.end;
    previous = edit;
  }
  return result + text.slice(done);
}
