import { Failure } from '../../core/failure.ts';
import type { TreeEntry } from '../../tree/tree.ts';
import type { ObjectId } from './object-id.ts';

export type TreeMode = TreeEntry['mode'] | 'tree';

export interface TreeItem {
  /** UTF-8; other bytes become U+FFFD, and then the name cannot be edited by. */
  readonly name: string;
  readonly mode: TreeMode;
  readonly id: ObjectId;
  /** Where the 20 bytes of the id stand in the tree object. */
  readonly idOffset: number;
}

/**
 * Reads a tree object. Names come from strangers: such as would leave the tree or hide in `.git` are refused, as are
 * unknown modes, and entries that are not in git's order (so that no name stands twice).
 * @throws Failure `corrupt`
 */
export function parseTree(id: ObjectId, bytes: Uint8Array): readonly TreeItem[] {
  const raw = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const items: TreeItem[] = [];
  let last: NameSpan | undefined;
  for (let at = 0; at < raw.length;) {
    const space = placeOf(raw, 0x20, at);
    const nul = placeOf(raw, 0, space + 1);
    if (nul + 21 > raw.length) throw damaged(id, 'it ends in the middle of an entry');
    const modeText = raw.toString('latin1', at, space);
    const mode = modesByText.get(modeText);
    if (mode === undefined) throw damaged(id, `unknown mode ${JSON.stringify(modeText.slice(0, 12))}`);
    const name = raw.toString('utf8', space + 1, nul);
    if (isForbiddenName(name)) throw damaged(id, `the name ${JSON.stringify(name)} is not allowed in a tree`);
    const span = { from: space + 1, to: nul, isFolder: mode === 'tree' };
    if (last !== undefined && compareNames(raw, last, span) >= 0)
      throw damaged(id, `the entry ${JSON.stringify(name)} is out of order or stands twice`);
    last = span;
    items.push({ name, mode, id: raw.toString('hex', nul + 1, nul + 21), idOffset: nul + 1 });
    at = nul + 21;
  }
  return items.slice(); // without the room that growing leaves: most folders are small, and kept
}

/** A name in a tree object. */
interface NameSpan {
  readonly from: number;
  readonly to: number;
  /** Folders are sorted as if a slash stood behind them. */
  readonly isFolder: boolean;
}

function compareNames(raw: Buffer, a: NameSpan, b: NameSpan): number {
  for (let at = 0; ; at++) {
    const [one, other] = [nameByte(raw, a, at), nameByte(raw, b, at)];
    if (one !== other) return one - other;
    if (one === -1) return 0;
  }
}

function nameByte(raw: Buffer, { from, to, isFolder }: NameSpan, at: number): number {
  const place = from + at;
  if (place < to) return raw[place] ?? -1;
  return place === to && isFolder ? 0x2f : -1;
}

/** The end where there is none. Names are short: to ask the engine takes longer. */
function placeOf(raw: Buffer, byte: number, from: number): number {
  let at = from;
  while (at < raw.length && raw[at] !== byte) at++;
  return at;
}

/**
 * The folder, or what is no folder, of that name. Items are in git's order, so that few are looked at even in folders of
 * thousands; for names that are not ASCII all are, as texts do not sort as their bytes do.
 */
export function findTreeItem(
  items: readonly TreeItem[],
  name: string,
  kind: 'folder' | 'file',
): TreeItem | undefined {
  const isWanted = (item: TreeItem | undefined): boolean =>
    item?.name === name && (item.mode === 'tree') === (kind === 'folder');
  if (items.length < 16 || !/^[ -~]*$/.test(name)) return items.find(isWanted);
  const key = kind === 'folder' ? `${name}/` : name;
  let low = 0;
  for (let high = items.length; low < high;) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item !== undefined && (item.mode === 'tree' ? `${item.name}/` : item.name) < key) low = middle + 1;
    else high = middle;
  }
  return isWanted(items[low]) ? items[low] : undefined;
}

/**
 * The items of two trees that differ, side by side where they have the same name. Both are in git's order, so that one pass is
 * enough. Names that are no UTF-8 may come apart: then both are told, and nothing is missed.
 */
export function* differences(
  left: readonly TreeItem[],
  right: readonly TreeItem[],
): Generator<readonly [TreeItem | undefined, TreeItem | undefined]> {
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const [a, b] = [left[i], right[j]];
    const order = a === undefined ? 1 : b === undefined ? -1 : compareItems(a, b);
    if (order <= 0) i++;
    if (order >= 0) j++;
    if (order === 0 && a?.id === b?.id && a?.mode === b?.mode) continue;
    yield [order <= 0 ? a : undefined, order >= 0 ? b : undefined];
  }
}

function compareItems(a: TreeItem, b: TreeItem): number {
  if (a.name === b.name && (a.mode === 'tree') === (b.mode === 'tree')) return 0;
  const [left, right] = [a, b].map(({ name, mode }) => Buffer.from(mode === 'tree' ? `${name}/` : name));
  // Names that became equal when they were decoded.
  return Buffer.compare(left ?? nothing, right ?? nothing) || -1;
}

const nothing = Buffer.alloc(0);

export interface NewTreeItem {
  readonly name: string;
  readonly mode: TreeMode;
  readonly id: ObjectId;
}

/**
 * The bytes of a tree object, in git's order.
 * @throws Failure `invalid-input` for a name that no tree may hold, or that stands twice
 */
export function encodeTree(items: readonly NewTreeItem[]): Buffer {
  const rows = items.map((item) => ({
    item,
    key: Buffer.from(item.mode === 'tree' ? `${item.name}/` : item.name),
  }));
  rows.sort((a, b) => Buffer.compare(a.key, b.key));
  const names = new Set<string>();
  const parts: Buffer[] = [];
  for (const { item } of rows) {
    if (isForbiddenName(item.name) || item.name.includes('\0') || names.has(item.name)) {
      throw new Failure(
        'invalid-input',
        `the name ${JSON.stringify(item.name)} is not allowed in a tree, or stands twice`,
      );
    }
    names.add(item.name);
    parts.push(Buffer.from(`${modeTexts[item.mode]} ${item.name}\0`), Buffer.from(item.id, 'hex'));
  }
  return Buffer.concat(parts);
}

/**
 * A tree object with one entry more, in git's order; the others keep their bytes, whatever their names are made of. For names that are in the
 * tree already, or that no tree may hold: Failure `invalid-input`.
 */
export function insertTreeItem(tree: Buffer, item: NewTreeItem): Buffer {
  const entry = encodeTree([item]);
  const key = sortKey(entry);
  let at = 0;
  while (at < tree.length) {
    const end = tree.indexOf(0, at) + 21;
    const order = Buffer.compare(sortKey(tree.subarray(at, end)), key);
    if (order === 0) throw new Failure('invalid-input', `the name ${JSON.stringify(item.name)} stands twice`);
    if (order > 0) break;
    at = end;
  }
  return Buffer.concat([tree.subarray(0, at), entry, tree.subarray(at)]);
}

/** What git sorts an entry by: its name, and for folders a slash behind it. */
function sortKey(entry: Buffer): Buffer {
  const space = entry.indexOf(0x20);
  const name = entry.subarray(space + 1, entry.indexOf(0, space + 1));
  return entry.toString('latin1', 0, space).endsWith('40000')
    ? Buffer.concat([name, Buffer.from('/')])
    : name;
}

const modeTexts = {
  file: '100644',
  executable: '100755',
  symlink: '120000',
  submodule: '160000',
  tree: '40000',
} as const satisfies Record<TreeMode, string>;

const modesByText = new Map<string, TreeMode>([
  ['100644', 'file'],
  ['100664', 'file'], // written by very old versions of git
  ['100755', 'executable'],
  ['120000', 'symlink'],
  ['160000', 'submodule'],
  ['40000', 'tree'],
  ['040000', 'tree'], // written by some old hosts
]);

function isForbiddenName(name: string): boolean {
  if (name.length > 4 && !name.includes('/')) return false;
  return name === '' || name === '.' || name === '..' || name.includes('/') || name.toLowerCase() === '.git';
}

function damaged(id: ObjectId, why: string): Failure {
  return new Failure('corrupt', `tree ${id} is damaged: ${why}`);
}
