import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { CommitId } from '../../release/log.ts';
import type { ParsedCommit } from './commit-view.ts';
import { parseCommit } from './commit.ts';
import { diskFailure, errorCode, writeForNow } from './durable.ts';
import type { TreeCache } from './git-tree.ts';
import { createLayout } from './layout.ts';
import { isObjectId, type ObjectId } from './object-id.ts';
import { ObjectStore } from './object-store.ts';
import { branchRef, readRef } from './refs.ts';
import { parseTree, type TreeItem } from './tree-object.ts';

/**
 * The kept clone of one branch: a bare git repository on this machine's disk, which native git can read. Its branch names the last
 * commit that is here with all its trees and files; `shallow` lists the commits whose parents are not.
 * It is a cache: what is wrong with it is cured by `emptyClone`. Whoever changes it holds the clone's lock.
 */
export class KeptClone {
  readonly directory: string;
  readonly #ref: string;
  readonly #objects: ObjectStore;
  readonly #isNew: boolean;

  /** Opens the clone, or makes an empty one. @throws Failure `corrupt` where its packs cannot be read, `disk` */
  constructor(directory: string, branch: string) {
    this.directory = directory;
    this.#ref = branchRef(branch);
    this.#isNew = holdsNothing(directory);
    // We never read it, but native git takes a folder without it for no repository.
    if (readHead(directory) !== `ref: ${this.#ref}`) createLayout(directory, this.#ref, writeForNow);
    this.#objects = new ObjectStore(join(directory, 'objects'));
  }

  /** Whether nothing was there when it was opened, and nothing came since. */
  get isEmpty(): boolean {
    return this.#isNew && this.#objects.packs().length === 0;
  }

  get objects(): ObjectStore {
    return this.#objects;
  }

  tip(): CommitId | undefined {
    return readRef(this.directory, this.#ref)?.id;
  }

  shallow(): readonly CommitId[] {
    const path = join(this.directory, 'shallow');
    if (!existsSync(path)) return [];
    return readFileSync(path, 'utf8').split('\n').filter(isObjectId) as CommitId[];
  }

  /** `commit` is here in full now. `edge` are the commits that the fetch declared shallow. */
  moveTip(commit: CommitId, edge: readonly CommitId[]): void {
    const old = this.shallow();
    const wanted = this.#edgeOf(commit, new Set([...old, ...edge]));
    if (wanted.join() !== old.join())
      writeForNow(join(this.directory, 'shallow'), wanted.map((id) => `${id}\n`).join(''));
    if (this.tip() !== commit) writeForNow(join(this.directory, this.#ref), `${commit}\n`);
  }

  commit(id: CommitId): ParsedCommit | undefined {
    const object = this.#objects.read(id);
    return object?.type === 'commit' ? parseCommit(id, object.bytes) : undefined;
  }

  /**
   * Whether the commit is here with all its trees, and with all its files unless `files` is false. Trees in `known` were
   * found complete in this sense before; what is found is added to it.
   */
  holds(id: CommitId, known: CompleteTrees, trees: TreeCache, files = true): boolean {
    const commit = this.commit(id);
    if (commit === undefined) return false;
    const seen = new Set<ObjectId>();
    const open = [commit.tree];
    for (let tree = open.pop(); tree !== undefined; tree = open.pop()) {
      if (seen.has(tree) || known.has(tree)) continue;
      seen.add(tree);
      const items = this.#items(tree, trees);
      if (items === undefined) return false;
      for (const item of items) {
        if (item.mode === 'tree') open.push(item.id);
        else if (files && item.mode !== 'submodule' && !this.#objects.has(item.id)) return false;
      }
    }
    if (known.size > mostKnown) known.clear();
    for (const tree of seen) known.add(tree);
    return true;
  }

  /** Everything that the tip needs: commits down to the shallow edge, trees, files. */
  reachable(trees: TreeCache): ReadonlySet<ObjectId> {
    const found = new Set<ObjectId>();
    const open: { id: ObjectId; kind: 'commit' | 'tree' }[] = [];
    const visit = (id: ObjectId | undefined, kind: 'commit' | 'tree'): void => {
      if (id === undefined || found.has(id)) return;
      found.add(id);
      open.push({ id, kind });
    };
    visit(this.tip(), 'commit');
    const edge = new Set(this.shallow());
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next.kind === 'commit') {
        const commit = this.commit(next.id as CommitId);
        visit(commit?.tree, 'tree');
        if (!edge.has(next.id as CommitId))
          for (const parent of commit?.parents ?? []) visit(parent, 'commit');
        continue;
      }
      for (const item of this.#items(next.id, trees) ?? []) {
        if (item.mode === 'tree') visit(item.id, 'tree');
        else found.add(item.id);
      }
    }
    return found;
  }

  /** Removes what a killed process left half-done. */
  sweep(): void {
    const folders = ['.', 'refs/heads', 'objects/pack', historyFolder];
    for (const folder of folders.map((name) => join(this.directory, name))) {
      // What stands in the place of a folder is told by whoever looks for something in it.
      const names = statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder) : [];
      const isDebris = (name: string): boolean =>
        name.endsWith('.tmp') || (name.endsWith('.pack') && !names.includes(name.replace(/\.pack$/, '.idx')));
      for (const name of names.filter(isDebris)) rmSync(join(folder, name), { force: true });
    }
  }

  #items(tree: ObjectId, trees: TreeCache): readonly TreeItem[] | undefined {
    const known = trees.get(tree);
    if (known !== undefined) return known;
    const object = this.#objects.read(tree);
    if (object?.type !== 'tree') return undefined;
    const items = parseTree(tree, object.bytes);
    trees.set(tree, items);
    return items;
  }

  /** Where the history of `tip`, as far as it is here, ends: in one of `candidates`, or before a parent that is not here. */
  #edgeOf(tip: CommitId, candidates: ReadonlySet<CommitId>): CommitId[] {
    const found = new Set<CommitId>();
    const seen = new Set<CommitId>();
    const open = [tip];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (seen.has(id)) continue;
      seen.add(id);
      const parents = this.commit(id)?.parents ?? [];
      if (candidates.has(id) || !parents.every((parent) => this.#objects.has(parent))) found.add(id);
      else open.push(...parents);
    }
    return [...found].sort();
  }
}

function holdsNothing(directory: string): boolean {
  try {
    return !existsSync(directory) || readdirSync(directory).every((name) => name === lockFolder);
  } catch (error) {
    throw diskFailure(error, 'read', directory);
  }
}

function readHead(directory: string): string | undefined {
  const path = join(directory, 'HEAD');
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw diskFailure(error, 'read', path);
  }
}

/** Trees that were found complete, with all below them. */
export type CompleteTrees = Set<ObjectId>;

const mostKnown = 200_000;

/** Deletes a clone's content, but not its lock. @throws Failure `disk` */
export function emptyClone(directory: string): void {
  try {
    const names = existsSync(directory) ? readdirSync(directory) : [];
    // HEAD goes first: without it the rest is no clone, wherever this is cut off.
    for (const name of ['HEAD', ...names.filter((name) => name !== lockFolder)]) {
      rmSync(join(directory, name), { recursive: true, force: true });
    }
  } catch (error) {
    throw diskFailure(error, 'delete', directory);
  }
}

/** Within the clone: what native git does not know. */
export const lockFolder = 'tallyman-lock';
export const historyFolder = 'tallyman-history';
