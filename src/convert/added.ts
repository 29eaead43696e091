import type { Outline } from '../yaml/outline.ts';
import { readOutline } from '../yaml/read.ts';
import { toValue } from '../yaml/value.ts';

/**
 * Shows that the values of a file are the same but for `tallyman.dev/...` annotations that were added.
 * @returns why that is not so, or `undefined` where it is proven
 */
export function onlyAnnotated(before: Outline, after: string): string | undefined {
  const read = readOutline(after);
  if ('error' in read) return `the file cannot be read after the edit: ${read.error.message}`;
  const [old, now] = [valuesOf(before), valuesOf(read.outline)];
  if (old === undefined || now === undefined)
    return 'the values of the file cannot be compared (merge keys, tags or too many)';
  return JSON.stringify(old.map(strip)) === JSON.stringify(now.map(strip))
    ? undefined
    : 'other values would change';
}

/**
 * Shows that nothing but comments was added to a file.
 * @returns why that is not so, or `undefined` where it is proven
 */
export function onlyCommented(before: Outline, after: string): string | undefined {
  const read = readOutline(after);
  if ('error' in read) return `the file cannot be read after the edit: ${read.error.message}`;
  const [old, now] = [before, read.outline].map(({ text, nodes }) =>
    nodes.map(({ kind, style, parent, anchor, start, end, keyStart, keyEnd }) => {
      const value = kind === 'scalar' || kind === 'alias' ? text.slice(start, end) : '';
      return [kind, style, parent, anchor, value, keyStart === -1 ? '' : text.slice(keyStart, keyEnd)];
    }),
  );
  return JSON.stringify(old) === JSON.stringify(now) ? undefined : 'more than comments would change';
}

const mostNodes = 200_000;

function valuesOf(outline: Outline): unknown[] | undefined {
  const values: unknown[] = [];
  for (const { root } of outline.documents) {
    const read = root === -1 ? { value: null } : toValue(outline, root, { nodes: mostNodes });
    if ('error' in read) return undefined;
    values.push(read.value);
  }
  return values;
}

/** Without our annotations, and without an annotations map that held nothing else. */
function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => strip(item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key]) => !key.startsWith('tallyman.dev/'))
    .map(([key, member]) => [key, strip(member)] as const)
    .filter(([key, member]) => key !== 'annotations' || Object.keys(Object(member) as object).length > 0);
  return Object.fromEntries(entries);
}
