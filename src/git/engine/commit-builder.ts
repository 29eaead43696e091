import { Failure } from '../../core/failure.ts';
import type { CommitId, Person } from '../../release/log.ts';
import type { CommitDraft, FileChange } from '../repository.ts';
import type { CommitSigner } from '../signer.ts';
import { encodeCommit, parseCommit } from './commit.ts';
import { maxFileBytes } from './git-tree.ts';
import { newObject, type GitObject, type NewObject, type ObjectId, type ObjectReader } from './object-id.ts';
import { parseTree, type TreeItem } from './tree-object.ts';

export interface CommitMaker {
  /** Of drafts that name none. */
  readonly author: Person;
  readonly committer: Person;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly signer?: CommitSigner | undefined;
}

export interface BuiltCommits {
  readonly commits: readonly CommitId[];
  /** Everything that the commits need and their base does not hold, each once. */
  readonly objects: readonly NewObject[];
}

/**
 * Makes the drafts' commits, one on top of the other. Only the trees on the way to a changed file are made again, each a copy
 * with some ids exchanged, so modes and all other entries stay byte for byte.
 * @throws Failure `invalid-input` where a path is no regular file of the commit before, or a draft names it twice
 */
export async function buildCommits(
  reader: ObjectReader,
  base: CommitId,
  drafts: readonly CommitDraft[],
  maker: CommitMaker,
): Promise<BuiltCommits> {
  const objects = new Map<ObjectId, NewObject>();
  const trees = new TreeEditor(reader, objects);
  const baseObject = trees.read(base, 'commit');
  let tree = parseCommit(base, baseObject.bytes).tree;
  let parent = base;
  const commits: CommitId[] = [];
  for (const draft of drafts) {
    tree = trees.apply(tree, draft.changes);
    const content = {
      tree,
      parents: [parent],
      author: draft.author ?? maker.author,
      committer: maker.committer,
      at: maker.now(),
      message: draft.message,
    };
    const signature = await maker.signer?.sign(encodeCommit(content));
    const commit = newObject('commit', encodeCommit(content, signature));
    objects.set(commit.id, commit);
    parent = commit.id as CommitId;
    commits.push(parent);
  }
  return { commits, objects: [...objects.values()] };
}

/** Changes by their path's first part; a file has no rest. */
type Step = { readonly rest: string; readonly change: FileChange };

class TreeEditor {
  readonly #reader: ObjectReader;
  readonly #objects: Map<ObjectId, NewObject>;

  constructor(reader: ObjectReader, objects: Map<ObjectId, NewObject>) {
    this.#reader = reader;
    this.#objects = objects;
  }

  apply(root: ObjectId, changes: readonly FileChange[]): ObjectId {
    const paths = new Set(changes.map((change) => change.path));
    if (paths.size !== changes.length)
      throw new Failure('invalid-input', 'one commit changes the same file twice');
    return this.#edit(
      root,
      changes.map((change) => ({ rest: change.path, change })),
    );
  }

  read(id: ObjectId, type: GitObject['type']): GitObject {
    const object = this.#objects.get(id) ?? this.#reader.read(id);
    if (object?.type === type) return object;
    throw new Failure('corrupt', `the ${type} ${id} is not in the repository`, { retryable: true });
  }

  #edit(id: ObjectId, steps: readonly Step[]): ObjectId {
    if (steps.length === 0) return id;
    const { bytes } = this.read(id, 'tree');
    const items = parseTree(id, bytes);
    const edited = Buffer.from(bytes);
    const folders = new Map<TreeItem, Step[]>();
    for (const { rest, change } of steps) {
      const slash = rest.indexOf('/');
      const item = itemNamed(items, slash < 0 ? rest : rest.slice(0, slash), change.path);
      if (slash < 0) {
        edited.write(this.#blob(item, change), item.idOffset, 20, 'hex');
        continue;
      }
      if (item.mode !== 'tree')
        throw unfit(change.path, `"${item.name}" in it is a ${item.mode}, expected a folder`);
      const inside = { rest: rest.slice(slash + 1), change };
      folders.set(item, [...(folders.get(item) ?? []), inside]);
    }
    for (const [item, inside] of folders) edited.write(this.#edit(item.id, inside), item.idOffset, 20, 'hex');
    return this.#add(newObject('tree', edited), id);
  }

  #blob(item: TreeItem, change: FileChange): ObjectId {
    if (item.mode !== 'file' && item.mode !== 'executable') {
      throw unfit(
        change.path,
        `it is a ${item.mode === 'tree' ? 'folder' : item.mode}, expected a regular file`,
      );
    }
    if (change.bytes.length > maxFileBytes)
      throw unfit(change.path, `its new content is over ${maxFileBytes} bytes`);
    return this.#add(newObject('blob', change.bytes), item.id);
  }

  #add(object: NewObject, before: ObjectId): ObjectId {
    if (object.id !== before) this.#objects.set(object.id, object);
    return object.id;
  }
}

function itemNamed(items: readonly TreeItem[], name: string, path: string): TreeItem {
  const [item, another] = items.filter((item) => item.name === name);
  if (item === undefined || another !== undefined || name.includes('\uFFFD')) {
    throw unfit(path, item === undefined ? 'it is not in the commit before' : 'its name is not clear UTF-8');
  }
  return item;
}

function unfit(path: string, why: string): Failure {
  return new Failure('invalid-input', `${path} cannot be changed: ${why}`, { file: path });
}
