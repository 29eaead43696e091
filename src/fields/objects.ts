import { lookup, lookupAny } from './merged.ts';
import type { ObjectHead, Reading } from './reading.ts';

/** The object that a node belongs to: the nearest map around it with `apiVersion` and `kind`. */
export function objectOf(reading: Reading, index: number): ObjectHead | undefined {
  for (let at = index; at !== -1; at = reading.node(at).parent) {
    const head = headOf(reading, at);
    if (head !== undefined) return head;
  }
  return undefined;
}

/** The objects of the file: roots of documents, and the items of a `List`. */
export function objectsOf(reading: Reading): readonly ObjectHead[] {
  return (reading.objects ??= findObjects(reading));
}

function findObjects(reading: Reading): ObjectHead[] {
  const found: ObjectHead[] = [];
  for (const { root } of reading.outline.documents) {
    const head = root === -1 ? undefined : headOf(reading, root);
    if (head === undefined) continue;
    found.push(head);
    const items = head.kind.endsWith('List') ? reading.child(root, 'items') : undefined;
    if (items === undefined) continue;
    for (let at = items + 1; at < reading.node(items).next; at = reading.node(at).next) {
      const item = headOf(reading, at);
      if (item !== undefined) found.push(item);
    }
  }
  return found;
}

function headOf(reading: Reading, index: number): ObjectHead | undefined {
  const known = reading.heads.get(index);
  if (known !== undefined) return known ?? undefined;
  const head = readHead(reading, index);
  reading.heads.set(index, head ?? null);
  return head;
}

function readHead(reading: Reading, index: number): ObjectHead | undefined {
  if (reading.node(index).kind !== 'map') return undefined;
  const find = reading.hasMerges ? lookup : ownText;
  const kind = find(reading, index, 'kind');
  const apiVersion = kind === undefined ? undefined : find(reading, index, 'apiVersion');
  if (kind === undefined || apiVersion === undefined) return undefined;
  const metadata = lookupAny(reading, index, 'metadata');
  const name = metadata === undefined ? undefined : lookup(reading, metadata, 'name');
  return { index, kind: reading.text(kind), apiVersion: reading.text(apiVersion), name: reading.text(name) };
}

function ownText(reading: Reading, index: number, key: string): number | undefined {
  return reading.textChild(index, key);
}
