import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { Failure } from '../../core/failure.ts';
import type { CommitId, Person } from '../../release/log.ts';
import { encodeCommit } from '../engine/commit.ts';
import { writeDurably } from '../engine/durable.ts';
import { createLayout } from '../engine/layout.ts';
import { newObject, type NewObject, type ObjectId } from '../engine/object-id.ts';
import { ObjectStore } from '../engine/object-store.ts';
import { branchRef } from '../engine/refs.ts';
import { encodeTree, type NewTreeItem } from '../engine/tree-object.ts';

export interface InitOptions {
  readonly branch: string;
  /** By path from the root, with `/`. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly message: string;
  /** Author and committer of the first commit. */
  readonly author: Person;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Makes a bare repository with one commit, as `git init --bare` lays it out; native git can read it, clone it and push to it.
 * @returns the commit
 * @throws Failure `invalid-input` where the folder exists and is not empty, or a path cannot stand in a tree
 */
export async function initBareRepository(path: string, options: InitOptions): Promise<CommitId> {
  const ref = branchRef(options.branch);
  if (existsSync(path) && readdirSync(path).length > 0) {
    throw new Failure('invalid-input', `${path} is not empty; a new repository needs a folder of its own`);
  }
  createLayout(path, ref);
  const objects: NewObject[] = [];
  const tree = addTree(foldersOf(options.files), objects);
  const content = {
    tree,
    parents: [],
    author: options.author,
    committer: options.author,
    at: options.now(),
    message: options.message,
  };
  const commit = newObject('commit', encodeCommit(content));
  const store = new ObjectStore(join(path, 'objects'));
  for (const object of [...objects, commit]) store.writeLoose(object);
  store.close();
  writeDurably(join(path, ref), `${commit.id}\n`);
  return commit.id as CommitId;
}

type Folder = Map<string, Folder | Uint8Array>;

function foldersOf(files: InitOptions['files']): Folder {
  const root: Folder = new Map();
  for (const [path, content] of Object.entries(files)) {
    const parts = path.split('/');
    const name = parts.pop() ?? '';
    let folder = root;
    for (const part of parts) {
      const inner = folder.get(part) ?? new Map<string, Folder | Uint8Array>();
      if (!(inner instanceof Map))
        throw new Failure('invalid-input', `${path}: "${part}" is both a file and a folder`);
      folder.set(part, inner);
      folder = inner;
    }
    if (folder.has(name)) throw new Failure('invalid-input', `${path} is both a file and a folder`);
    folder.set(name, typeof content === 'string' ? Buffer.from(content) : content);
  }
  return root;
}

function addTree(folder: Folder, objects: NewObject[]): ObjectId {
  const items: NewTreeItem[] = [];
  for (const [name, content] of folder) {
    if (content instanceof Map) {
      items.push({ name, mode: 'tree', id: addTree(content, objects) });
      continue;
    }
    const blob = newObject('blob', content);
    objects.push(blob);
    items.push({ name, mode: 'file', id: blob.id });
  }
  const tree = newObject('tree', encodeTree(items));
  objects.push(tree);
  return tree.id;
}
