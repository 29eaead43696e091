import type { Outline } from './outline.ts';
import { parse } from './parse.ts';
import { readOutline } from './read.ts';
import { removalOf } from './remove.ts';
import { applyEdits } from './splice.ts';
import { toValue } from './value.ts';
import { find } from './walk.ts';

/**
 * The text without one entry of a map or one item of a sequence, and a check by the other reader that it alone is gone. Nothing else
 * changes but the lines that it stood on.
 * @param document counted from 0
 * @param pointer JSON pointer in the document
 */
export function dropNode(
  text: string,
  document: number,
  pointer: string,
): { readonly text: string } | { readonly refused: string } {
  const read = readOutline(text);
  if ('error' in read) return { refused: `the file is no valid YAML (${read.error.message})` };
  const node = find(read.outline, document, pointer);
  if (node === undefined || pointer === '') return { refused: 'it is not there' };
  const edit = removalOf(read.outline, node);
  if ('refused' in edit) return edit;
  const after = applyEdits(text, [edit]);
  const parsed = parse(after);
  const expected = valuesOf(read.outline);
  const steps = pointer.split('/').slice(1);
  const isExact =
    expected !== undefined &&
    'outline' in parsed &&
    without(expected[document], steps.map(unescape)) &&
    same(valuesOf(parsed.outline), expected);
  return isExact ? { text: after } : { refused: 'it cannot be shown that nothing else would change' };
}

/** `undefined` where a document cannot be read as plain values. */
function valuesOf(outline: Outline): unknown[] | undefined {
  const values: unknown[] = [];
  for (const { root } of outline.documents) {
    const read = root === -1 ? { value: null } : toValue(outline, root);
    if ('error' in read) return undefined;
    values.push(read.value);
  }
  return values;
}

/** Takes the value at the path out of `value`, in place. */
function without(value: unknown, path: readonly string[]): boolean {
  const [step = '', ...rest] = path;
  if (typeof value !== 'object' || value === null) return false;
  if (rest.length > 0) return without((value as Record<string, unknown>)[step], rest);
  if (Array.isArray(value)) return value.splice(Number(step), 1).length === 1;
  return Reflect.deleteProperty(value, step);
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function unescape(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}
