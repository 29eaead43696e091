import { addField } from '../fields/field.ts';
import type { FieldFact } from '../fields/model.ts';
import type { Reading } from '../fields/reading.ts';

/** Where the parts of an image stand in values, as paths of keys between dots; `undefined` or empty: nowhere. */
export interface ImagePaths {
  readonly registry?: string | undefined;
  /** With no `tag`, the whole reference. */
  readonly repository: string;
  readonly tag?: string | undefined;
  readonly digest?: string | undefined;
}

/** The text at a path of keys between dots. Keys that hold a dot, and lists, cannot be named so. */
export function valueAt(reading: Reading, values: number, path: string): number | undefined {
  const keys = path.split('.');
  let at: number | undefined = values;
  for (const key of keys.slice(0, -1)) {
    at = reading.child(at, key);
    if (at === undefined) return undefined;
  }
  return reading.textChild(at, keys.at(-1) ?? '');
}

/**
 * The image field that paths into values name: the one that was recognised there, or a new one of the reading.
 * @returns the path at which there is no text, where there is none
 */
export function fieldByPaths(
  reading: Reading,
  values: number,
  paths: ImagePaths,
): FieldFact | { readonly missing: string } {
  const nodes = new Map<string, number>();
  for (const [part, path = ''] of Object.entries(paths) as [keyof ImagePaths, string | undefined][]) {
    if (path === '') continue;
    const node = valueAt(reading, values, path);
    // A digest is written where its key is; without the key the tag is enough.
    if (node === undefined && part !== 'digest') return { missing: path };
    if (node !== undefined) nodes.set(part, node);
  }
  const [repository = -1, tag, digest] = [nodes.get('repository'), nodes.get('tag'), nodes.get('digest')];
  const registry = reading.text(nodes.get('registry'));
  const known = fieldOf(reading, tag ?? repository);
  if (tag === undefined) return known ?? added(reading, repository, { image: repository });
  const written = reading.text(repository);
  const name = registry === '' ? written : `${registry}/${written}`;
  if (known !== undefined) return { ...known, name };
  return added(reading, tag, { tag, digest }, name);
}

function fieldOf(reading: Reading, node: number): FieldFact | undefined {
  const { start } = reading.node(node);
  return reading.fields.find(({ parts }) => parts.some((part) => part.start === start));
}

function added(
  reading: Reading,
  node: number,
  parts: { readonly image?: number; readonly tag?: number; readonly digest?: number | undefined },
  name?: string,
): FieldFact | { readonly missing: string } {
  addField(reading, { kind: 'helm', index: reading.node(node).parent, parts, name });
  return fieldOf(reading, node) ?? { missing: reading.pointer(node) };
}
