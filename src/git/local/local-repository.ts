import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Failure } from '../../core/failure.ts';
import type { CommitId, LoggedCommit, Person } from '../../release/log.ts';
import type { CommitDraft, ConfigRepository, Publication, Snapshot } from '../repository.ts';
import type { CommitSigner } from '../signer.ts';
import { buildCommits } from '../engine/commit-builder.ts';
import { CommitGraph } from '../engine/commit-graph.ts';
import type { ParsedCommit } from '../engine/commit-view.ts';
import { parseCommit } from '../engine/commit.ts';
import { GitTree, TreeCache } from '../engine/git-tree.ts';
import { ObjectStore } from '../engine/object-store.ts';
import { branchRef, listBranches, missingBranch, readRef } from '../engine/refs.ts';
import { findGitDirectory } from './git-directory.ts';
import { updateRef } from './update-ref.ts';
import { writeObjects } from './write-objects.ts';

export interface LocalRepositoryOptions {
  /** The name given in tallyman.yaml. */
  readonly name: string;
  /** Of a bare repository, or of a checkout. */
  readonly path: string;
  readonly branch: string;
  readonly author: Person;
  readonly committer: Person;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly signer?: CommitSigner | undefined;
  /** Whether each commit ends with `Signed-off-by` of its author. Default false. */
  readonly signOff?: boolean | undefined;
}

/**
 * A config repository on this machine's disk. Objects are read in place (loose, packs, alternates) and written as `writeObjects` has it; then the branch is moved by compare and swap under git's own lock file. No git binary takes part, and no hooks of the repository
 * run: where one may refuse a push (`pre-receive`, `update`, `reference-transaction`), nothing is pushed past it. A branch that a work tree
 * has checked out is refused, as git refuses it, unless `receive.denyCurrentBranch` says otherwise.
 */
export function openLocalRepository(options: LocalRepositoryOptions): ConfigRepository {
  return new LocalRepository(options);
}

class LocalRepository implements ConfigRepository {
  readonly name: string;
  readonly #options: LocalRepositoryOptions;
  readonly #ref: string;
  readonly #trees = new TreeCache();
  #store: ObjectStore | undefined;
  #commits: CommitGraph<ParsedCommit> | undefined;
  #last: LocalSnapshot | undefined;

  constructor(options: LocalRepositoryOptions) {
    this.name = options.name;
    this.#options = options;
    this.#ref = branchRef(options.branch);
  }

  async sync(signal?: AbortSignal): Promise<Snapshot> {
    if (signal?.aborted === true) throw new Failure('aborted', `looking at ${this.name} was stopped`);
    const { common } = findGitDirectory(this.#options.path);
    const ref = readRef(common, this.#ref);
    if (ref === undefined)
      throw missingBranch(`${this.name} (${this.#options.path})`, this.#options.branch, listBranches(common));
    if (this.#last?.commit === ref.id) return this.#last;
    const store = (this.#store ??= new ObjectStore(join(common, 'objects')));
    this.#commits ??= new CommitGraph((id) => commitIn(store, id));
    this.#trees.age();
    this.#last = new LocalSnapshot(this.#options.branch, ref.id, {
      store,
      trees: this.#trees,
      commits: this.#commits,
      shallowFile: join(common, 'shallow'),
    });
    return this.#last;
  }

  async publish(base: Snapshot, drafts: readonly CommitDraft[], signal?: AbortSignal): Promise<Publication> {
    const { common, checkedOut, guards, sharing } = findGitDirectory(this.#options.path);
    const store = (this.#store ??= new ObjectStore(join(common, 'objects')));
    const ref = readRef(common, this.#ref);
    if (ref?.id !== base.commit) return { kind: 'raced' };
    if (checkedOut.has(ref.name)) return { kind: 'refused', words: checkedOutWords(this.#options) };
    if (guards.length > 0) return { kind: 'refused', words: guardWords(this.#options, guards) };
    const { commits, objects } = await buildCommits(store, base.commit, drafts, this.#options);
    const newId = commits.at(-1);
    if (newId === undefined) return { kind: 'pushed', commits: [] };
    if (signal?.aborted === true) throw new Failure('aborted', `the commit to ${this.name} was stopped`);
    const { committer, now } = this.#options;
    const logLine = `${committer.name} <${committer.email}> ${Math.floor(now() / 1000)} +0000\tpush`;
    const release = await writeObjects(store, objects, sharing);
    const update = { ref: ref.name, oldId: base.commit, newId, logLine, sharing };
    const outcome = await updateRef(common, update).finally(release);
    if (outcome === 'raced') return { kind: 'raced' };
    if (outcome === 'moved') return { kind: 'pushed', commits };
    return { kind: 'raced', locked: `${join(common, ref.name)}.lock exists` };
  }

  async close(): Promise<void> {
    this.#store?.close();
    this.#store = this.#commits = undefined;
    this.#last = undefined;
  }
}

interface Sources {
  readonly store: ObjectStore;
  readonly trees: TreeCache;
  readonly commits: CommitGraph<ParsedCommit>;
  readonly shallowFile: string;
}

class LocalSnapshot implements Snapshot {
  readonly branch: string;
  readonly commit: CommitId;
  readonly tree: GitTree;
  readonly #from: Sources;

  constructor(branch: string, commit: CommitId, from: Sources) {
    this.branch = branch;
    this.commit = commit;
    this.#from = from;
    this.tree = this.#treeOf(commit);
  }

  async history(since: number): Promise<readonly LoggedCommit[]> {
    const { commits, incomplete } = this.#from.commits.walk(this.commit, since);
    if (incomplete.length > 0) {
      const horizon = shallowCommits(this.#from.shallowFile);
      const broken = incomplete.find((commit) => !horizon.has(commit.id));
      if (broken !== undefined)
        throw new Failure(
          'corrupt',
          `the repository lacks a parent of commit ${broken.id}; run \`git fsck\` in it`,
        );
    }
    return commits;
  }

  async prepare(): Promise<void> {
    // everything is on this disk already
  }

  async prepareFiles(): Promise<void> {
    // as above
  }

  async changes(newer: CommitId, older: CommitId, most: number): Promise<readonly string[] | undefined> {
    return this.#treeOf(newer).changesFrom(this.#treeOf(older), most);
  }

  async commitBytes(commits: readonly CommitId[]): Promise<ReadonlyMap<CommitId, Uint8Array>> {
    return new Map(
      commits.flatMap((id) => {
        const object = this.#from.store.read(id);
        return object?.type === 'commit' ? [[id, object.bytes] as const] : [];
      }),
    );
  }

  async at(commit: CommitId): Promise<GitTree> {
    return this.#treeOf(commit);
  }

  #treeOf(id: CommitId): GitTree {
    const commit = this.#from.commits.get(id);
    if (commit === undefined)
      throw new Failure('corrupt', `commit ${id} is not in the repository; run \`git fsck\` in it`);
    return new GitTree(this.#from.store, commit.tree, this.#from.trees);
  }
}

function commitIn(store: ObjectStore, id: CommitId): ParsedCommit | undefined {
  const object = store.read(id);
  if (object === undefined) return undefined;
  if (object.type !== 'commit') throw new Failure('corrupt', `${id} is a ${object.type}, expected a commit`);
  return parseCommit(id, object.bytes);
}

/** Where a shallow clone ends. */
function shallowCommits(path: string): ReadonlySet<string> {
  try {
    return new Set(readFileSync(path, 'utf8').split('\n'));
  } catch {
    return new Set();
  }
}

function checkedOutWords(options: LocalRepositoryOptions): string {
  return (
    `branch ${options.branch} is checked out in a work tree of ${options.path}, which would then disagree with it; ` +
    'use a bare repository, or set receive.denyCurrentBranch=ignore there (`git worktree prune` forgets work trees that are gone)'
  );
}

function guardWords({ path }: LocalRepositoryOptions, guards: readonly string[]): string {
  const [what, verb] = guards.length === 1 ? ['hook', 'decides'] : ['hooks', 'decide'];
  return (
    `the ${what} ${guards.join(', ')} of ${path} ${verb} about pushes, and on a local path no hooks run; ` +
    'give the repository an ssh or http address, where they do'
  );
}
