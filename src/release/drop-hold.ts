import { dropNode } from '../yaml/drop.ts';
import type { Outline } from '../yaml/outline.ts';
import { readOutline } from '../yaml/read.ts';
import { scalarText } from '../yaml/scalar.ts';
import { child, children, find, nodeAt, pointerOf } from '../yaml/walk.ts';

export type Dropped = { readonly text: string } | { readonly refused: string };

/** The file without the `hold:` of an ImagePolicy (product.md, 2.1), or why that cannot be. */
export function dropPolicyHold(text: string, policy: string): Dropped {
  const read = readOutline(text);
  if ('error' in read) return { refused: `the file is no valid YAML (${read.error.message})` };
  const { outline } = read;
  for (const [document, { root }] of outline.documents.entries()) {
    const object = root === -1 ? undefined : policyNamed(outline, root, policy);
    const spec = object === undefined ? undefined : child(outline, object, 'spec');
    const hold = spec === undefined ? undefined : child(outline, spec, 'hold');
    if (hold !== undefined) return dropNode(text, document, pointerOf(outline, hold));
  }
  return { refused: 'it is not there' };
}

const annotation = 'tallyman.dev/hold';

/**
 * The file without the hold that the workload around a field has by annotation (product.md, 2.2), or why that cannot be.
 * @param document counted from 0
 * @param pointer of the field in it
 */
export function dropWorkloadHold(text: string, document: number, pointer: string): Dropped {
  const read = readOutline(text);
  if ('error' in read) return { refused: `the file is no valid YAML (${read.error.message})` };
  for (let around = pointer; around !== '';) {
    around = around.slice(0, around.lastIndexOf('/'));
    const place = `${around}/metadata/annotations/${annotation.replaceAll('/', '~1')}`;
    if (find(read.outline, document, place) !== undefined) return dropNode(text, document, place);
  }
  return { refused: 'it is not there' };
}

/** The object itself, or the one of that name among the items of a `List`. */
function policyNamed(outline: Outline, root: number, name: string): number | undefined {
  const items = child(outline, root, 'items');
  const list = items === undefined ? [] : children(outline, items);
  return [root, ...list].find(
    (object) => textAt(outline, object, 'kind') === 'ImagePolicy' && nameOf(outline, object) === name,
  );
}

function nameOf(outline: Outline, object: number): string | undefined {
  const metadata = child(outline, object, 'metadata');
  return metadata === undefined ? undefined : textAt(outline, metadata, 'name');
}

function textAt(outline: Outline, map: number, key: string): string | undefined {
  const found = child(outline, map, key);
  return found === undefined || nodeAt(outline, found).kind !== 'scalar'
    ? undefined
    : scalarText(outline, found);
}
