import { Failure } from '../../core/failure.ts';
import type { CommitId, Person } from '../../release/log.ts';
import type { CommitDraft, FileChange } from '../repository.ts';
import type { CommitSigner } from '../signer.ts';
import { encodeCommit, parseCommit } from './commit.ts';
import { maxFileBytes } from './git-tree.ts';
import { newObject, type GitObject, type NewObject, type ObjectId, type ObjectReader } from './object-id.ts';
import { signedOff } from './sign-off.ts';
import { insertTreeItem, parseTree, type TreeItem } from './tree-object.ts';

export interface CommitMaker {
  /** Of drafts that name none. */
  readonly author: Person;
  readonly committer: Person;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly signer?: CommitSigner | undefined;
  /** Whether each message ends with `Signed-off-by` of its author. Default false. */
  readonly signOff?: boolean | undefined;
}

export interface BuiltCommits {
  readonly commits: readonly CommitId[];
  /** Everything that the commits need and their base does not hold, each once. */
  readonly objects: readonly NewObject[];
}

/**
 * Makes the drafts' commits, one on top of the other. Only the trees on the way to a changed file are made again, each a copy
 * with some ids exchanged, so modes and all other entries stay byte for byte.
 * @throws Failure `invalid-input` where a path is no regular file of the commit before (or, of a file to be created, is
 * there already), or a draft names it twice
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
    const author = draft.author ?? maker.author;
    const content = {
      tree,
      parents: [parent],
      author,
      committer: maker.committer,
      at: maker.now(),
      message: maker.signOff === true ? signedOff(draft.message, author) : draft.message,
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
    const created = new Map<string, Step[]>();
    const edited = Buffer.from(bytes);
    const folders = new Map<TreeItem, Step[]>();
    for (const step of steps) {
      const name = firstPart(step);
      const item = itemNamed(items, name, step.change);
      if (item === undefined) append(created, name, step);
      else if (name === step.rest) edited.write(this.#blob(item, step.change), item.idOffset, 20, 'hex');
      else if (item.mode === 'tree') append(folders, item, inside(step));
      else throw unfit(step.change.path, `"${item.name}" in it is a ${item.mode}, expected a folder`);
    }
    for (const [item, below] of folders) edited.write(this.#edit(item.id, below), item.idOffset, 20, 'hex');
    return this.#add(newObject('tree', this.#insert(edited, created)), id);
  }

  /** New files, and new folders on the way to them. */
  #insert(tree: Buffer, created: ReadonlyMap<string, readonly Step[]>): Buffer {
    let result = tree;
    for (const [name, steps] of created) {
      const [first] = steps;
      if (first?.rest === name) {
        const item = { name, mode: 'file', id: this.#newBlob(first.change) } as const;
        result = insertTreeItem(result, item);
        continue;
      }
      const below = Map.groupBy(steps.map(inside), firstPart);
      const folder = newObject('tree', this.#insert(Buffer.alloc(0), below));
      this.#objects.set(folder.id, folder);
      result = insertTreeItem(result, { name, mode: 'tree', id: folder.id });
    }
    return result;
  }

  #blob(item: TreeItem, change: FileChange): ObjectId {
    if (change.create === true)
      throw unfit(change.path, 'it was to be created, and is in the commit before already');
    if (item.mode !== 'file' && item.mode !== 'executable') {
      throw unfit(
        change.path,
        `it is a ${item.mode === 'tree' ? 'folder' : item.mode}, expected a regular file`,
      );
    }
    return this.#newBlob(change, item.id);
  }

  #newBlob(change: FileChange, before?: ObjectId): ObjectId {
    if (change.bytes.length > maxFileBytes)
      throw unfit(change.path, `its new content is over ${maxFileBytes} bytes`);
    return this.#add(newObject('blob', change.bytes), before);
  }

  #add(object: NewObject, before: ObjectId | undefined): ObjectId {
    if (object.id !== before) this.#objects.set(object.id, object);
    return object.id;
  }
}

/** `undefined` where the change makes it. */
function itemNamed(items: readonly TreeItem[], name: string, change: FileChange): TreeItem | undefined {
  const [item, another] = items.filter((item) => item.name === name);
  if (name.includes('\uFFFD')) throw unfit(change.path, 'its name is not clear UTF-8');
  if (another !== undefined)
    throw unfit(change.path, `"${name}" stands twice in its folder (git fsck tells)`);
  if (item === undefined && change.create !== true)
    throw unfit(change.path, 'it is not in the commit before');
  return item;
}

function firstPart({ rest }: Step): string {
  const slash = rest.indexOf('/');
  return slash < 0 ? rest : rest.slice(0, slash);
}

function inside(step: Step): Step {
  return { ...step, rest: step.rest.slice(step.rest.indexOf('/') + 1) };
}

function append<Key>(groups: Map<Key, Step[]>, key: Key, step: Step): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [step]);
  else group.push(step);
}

function unfit(path: string, why: string): Failure {
  return new Failure('invalid-input', `${path} cannot be changed: ${why}`, { file: path });
}
