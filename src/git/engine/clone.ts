import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { CommitId } from '../../release/log.ts';
import { parseCommit, type ParsedCommit } from './commit.ts';
import { diskFailure, writeDurably } from './durable.ts';
import type { TreeCache } from './git-tree.ts';
import { createLayout } from './layout.ts';
import { isObjectId, type ObjectId } from './object-id.ts';
import { ObjectStore } from './object-store.ts';
import { branchRef, readRef } from './refs.ts';
import { parseTree } from './tree-object.ts';

/**
 * The kept clone of one branch: a bare git repository on this machine's disk, which native git can read. Its branch names the last
 * commit that is here with all its trees and files; `shallow` lists the commits whose parents are not.
 * It is a cache: what is wrong with it is cured by `empty`. Whoever changes it holds the clone's lock.
 */
export class KeptClone {
  readonly directory: string;
  readonly #ref: string;
  #objects: ObjectStore;

  /** Opens the clone, or makes an empty one. @throws Failure `corrupt` where its packs cannot be read, `forbidden` */
  constructor(directory: string, branch: string) {
    this.directory = directory;
    this.#ref = branchRef(branch);
    if (!existsSync(join(directory, 'HEAD'))) createLayout(directory, this.#ref);
    this.#objects = new ObjectStore(join(directory, 'objects'));
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
      writeDurably(join(this.directory, 'shallow'), wanted.map((id) => `${id}\n`).join(''));
    if (this.tip() !== commit) writeDurably(join(this.directory, this.#ref), `${commit}\n`);
  }

  commit(id: CommitId): ParsedCommit | undefined {
    const object = this.#objects.read(id);
    return object?.type === 'commit' ? parseCommit(id, object.bytes) : undefined;
  }

  /**
   * Whether the commit is here with all its trees, and with all its files unless `files` is false. Trees in `trees` were
   * found complete before; what is read is added to it.
   */
  holds(id: CommitId, known: CompleteTrees, trees: TreeCache, files = true): boolean {
    const commit = this.commit(id);
    if (commit === undefined) return false;
    const seen = new Set<ObjectId>();
    const open = [commit.tree];
    for (let tree = open.pop(); tree !== undefined; tree = open.pop()) {
      if (seen.has(tree) || known.has(tree)) continue;
      seen.add(tree);
      let items = trees.get(tree);
      if (items === undefined) {
        const object = this.#objects.read(tree);
        if (object?.type !== 'tree') return false;
        items = parseTree(tree, object.bytes);
        trees.set(tree, items);
      }
      for (const item of items) {
        if (item.mode === 'tree') open.push(item.id);
        else if (files && item.mode !== 'submodule' && !this.#objects.has(item.id)) return false;
      }
    }
    if (!files) return true;
    if (known.size > mostKnown) known.clear();
    for (const tree of seen) known.add(tree);
    return true;
  }

  /** Throws everything away. Whoever still reads from open packs goes on. @throws Failure `forbidden` */
  empty(): void {
    emptyClone(this.directory);
    createLayout(this.directory, this.#ref);
    this.#objects = new ObjectStore(join(this.directory, 'objects'));
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

/** Trees that were found complete, with all below them. */
export type CompleteTrees = Set<ObjectId>;

const mostKnown = 200_000;

/** Deletes a clone's content, but not its lock. @throws Failure `forbidden` */
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
