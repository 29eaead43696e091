import { setImmediate } from 'node:timers/promises';

import { Failure } from '../../core/failure.ts';
import { orTooLarge } from '../../tree/too-large.ts';
import type { Tree, TreeEntry } from '../../tree/tree.ts';
import type { ObjectId } from './object-id.ts';
import type { ObjectStore } from './object-store.ts';
import { differences, findTreeItem, parseTree, type TreeItem } from './tree-object.ts';

/** Files over this size are listed but not read: no file with image fields is near it. */
export const maxFileBytes = 8 * 1024 * 1024;

/**
 * Parsed tree objects by id: what one commit shares with the next is not read again. Trees that the last two
 * generations did not touch are forgotten; a generation ends with each state of the branch, and earlier where a long
 * history is read, so that memory does not grow with it.
 */
export class TreeCache {
  #young = new Map<ObjectId, readonly TreeItem[]>();
  #old = new Map<ObjectId, readonly TreeItem[]>();
  /** In the young generation. */
  #items = 0;
  #restAt = 0;

  get(id: ObjectId): readonly TreeItem[] | undefined {
    const young = this.#young.get(id);
    if (young !== undefined) return young;
    const items = this.#old.get(id);
    if (items !== undefined) this.set(id, items);
    return items;
  }

  set(id: ObjectId, items: readonly TreeItem[]): void {
    this.#young.set(id, items);
    this.#items += items.length;
    if (this.#items > mostItems) this.age();
  }

  /** Called once for each new state of the branch. */
  age(): void {
    this.#old = this.#young;
    this.#young = new Map();
    this.#items = 0;
  }

  clear(): void {
    this.age();
    this.age();
  }

  /** Now and then something to wait for: who looks into thousands of commits leaves their turn to connections and other work. */
  rest(): Promise<void> | undefined {
    return performance.now() < this.#restAt ? undefined : this.#rest();
  }

  async #rest(): Promise<void> {
    await setImmediate();
    this.#restAt = performance.now() + busyMilliseconds;
  }
}

/** Of one generation: some 50 MB. */
const mostItems = 250_000;

/** The files of one commit of a git repository. */
export class GitTree implements Tree {
  readonly root: ObjectId;
  readonly #store: ObjectStore;
  readonly #cache: TreeCache;
  #entries: readonly TreeEntry[] | undefined;

  constructor(store: ObjectStore, root: ObjectId, cache: TreeCache = new TreeCache()) {
    this.#store = store;
    this.root = root;
    this.#cache = cache;
  }

  async list(): Promise<readonly TreeEntry[]> {
    return (this.#entries ??= this.listNow());
  }

  async entry(path: string): Promise<TreeEntry | undefined> {
    const rest = this.#cache.rest();
    if (rest !== undefined) await rest;
    const parts = path.split('/');
    const name = parts.pop();
    let id = this.root;
    let prefix = '';
    for (const part of parts) {
      const folder = findTreeItem(this.items(id, prefix), part, 'folder');
      if (folder === undefined) return undefined;
      id = folder.id;
      prefix += `${part}/`;
    }
    const item = findTreeItem(this.items(id, prefix), name ?? '', 'file');
    return item === undefined || item.mode === 'tree' ? undefined : { path, id: item.id, mode: item.mode };
  }

  /** The paths of files that are not the same in both; `undefined` where they are more than `most`. Folders that are equal are not looked into. */
  async changesFrom(other: GitTree, most: number): Promise<readonly string[] | undefined> {
    const rest = this.#cache.rest();
    if (rest !== undefined) await rest;
    const paths: string[] = [];
    const open: FolderPair[] = [{ prefix: '', depth: 0, mine: this.root, theirs: other.root }];
    for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
      const { prefix, depth, mine, theirs } = pair;
      if (depth > deepest) return undefined;
      const left = mine === undefined ? [] : this.items(mine, prefix);
      const right = theirs === undefined ? [] : other.items(theirs, prefix);
      for (const [a, b] of differences(left, right)) {
        const path = prefix + (a ?? b)?.name;
        const [folder, older] = [folderOf(a), folderOf(b)];
        if (folder !== undefined || older !== undefined)
          open.push({ prefix: `${path}/`, depth: depth + 1, mine: folder, theirs: older });
        if (isFile(a) || isFile(b)) paths.push(path);
        if (paths.length > most) return undefined;
      }
    }
    return paths;
  }

  listNow(): readonly TreeEntry[] {
    const entries: TreeEntry[] = [];
    this.#walk(this.root, '', 0, entries);
    return entries;
  }

  async read<Entry extends TreeEntry>(
    entries: readonly Entry[],
    visit: (entry: Entry, bytes: Uint8Array) => void,
    tooLarge?: (entry: Entry, failure: Failure) => void,
  ): Promise<void> {
    const { once, again } = byContent(entries);
    let pause = performance.now() + busyMilliseconds;
    for (const first of this.#store.inReadingOrder(once)) {
      const bytes = orTooLarge(() => this.#blob(first.id, first.path));
      const show = (file: Entry): void => {
        if (!(bytes instanceof Failure)) visit(file, bytes);
        else if (tooLarge === undefined) throw bytes;
        else tooLarge(file, bytes);
      };
      show(first);
      if (again.size > 0) again.get(first.id)?.forEach(show);
      if (performance.now() < pause) continue;
      await setImmediate(); // other work of the process gets its turn
      pause = performance.now() + busyMilliseconds;
    }
  }

  /** The items of a tree object of this commit. */
  items(id: ObjectId, path: string): readonly TreeItem[] {
    const known = this.#cache.get(id);
    if (known !== undefined) return known;
    const object = this.#store.read(id);
    if (object === undefined) throw missing('folder', path, id);
    if (object.type !== 'tree')
      throw new Failure('corrupt', `${path || 'the root'} is a ${object.type}, expected a tree (${id})`);
    const items = parseTree(id, object.bytes);
    this.#cache.set(id, items);
    return items;
  }

  #blob(id: ObjectId, path: string): Uint8Array {
    const object = this.#store.read(id);
    if (object === undefined) throw missing('file', path, id);
    if (object.type !== 'blob')
      throw new Failure('corrupt', `${path} is a ${object.type}, expected a file (${id})`, { file: path });
    if (object.bytes.length > maxFileBytes) {
      throw new Failure(
        'too-large',
        `${path} has ${object.bytes.length} bytes; files over ${maxFileBytes} are not read`,
        { file: path },
      );
    }
    return object.bytes;
  }

  #walk(id: ObjectId, prefix: string, depth: number, entries: TreeEntry[]): void {
    if (depth > deepest)
      throw new Failure(
        'too-large',
        `folders are nested deeper than ${deepest}, at ${prefix.slice(0, 80)}...`,
      );
    for (const { name, mode, id: item } of this.items(id, prefix)) {
      if (mode === 'tree') this.#walk(item, `${prefix}${name}/`, depth + 1, entries);
      else entries.push({ path: prefix + name, id: item, mode });
    }
    if (entries.length > mostFiles)
      throw new Failure('too-large', `the tree holds more than ${mostFiles} files`);
  }
}

/** Each content once, and what has the content of one before it. Of ten thousands of files few have. */
function byContent<Entry extends TreeEntry>(
  entries: readonly Entry[],
): { readonly once: readonly Entry[]; readonly again: ReadonlyMap<ObjectId, readonly Entry[]> } {
  const seen = new Set<ObjectId>();
  const again = new Map<ObjectId, Entry[]>();
  const once = entries.filter((entry) => {
    const isNew = seen.size < seen.add(entry.id).size;
    if (isNew) return true;
    const same = again.get(entry.id);
    if (same === undefined) again.set(entry.id, [entry]);
    else same.push(entry);
    return false;
  });
  return { once, again };
}

interface FolderPair {
  readonly prefix: string;
  readonly depth: number;
  /** `undefined`: only the other tree has the folder. */
  readonly mine: ObjectId | undefined;
  readonly theirs: ObjectId | undefined;
}

function folderOf(item: TreeItem | undefined): ObjectId | undefined {
  return item?.mode === 'tree' ? item.id : undefined;
}

function isFile(item: TreeItem | undefined): boolean {
  return item !== undefined && item.mode !== 'tree';
}

function missing(kind: string, path: string, id: ObjectId): Failure {
  return new Failure(
    'corrupt',
    `the ${kind} ${path || '(root)'} is not in the repository: object ${id} is missing`,
    { retryable: true },
  );
}

const deepest = 256;
const mostFiles = 1_000_000;
const busyMilliseconds = 15;
