import { join } from 'node:path';

import { Failure } from '../../core/failure.ts';
import type { CommitId, LoggedCommit, Person } from '../../release/log.ts';
import type { CommitDraft, ConfigRepository, Publication, Snapshot } from '../repository.ts';
import type { CommitSigner } from '../signer.ts';
import type { FetchAnswer, FetchRequest, Transport } from '../transport.ts';
import { CloneLock } from './clone-lock.ts';
import { emptyClone, KeptClone, lockFolder, type CompleteTrees } from './clone.ts';
import { buildCommits } from './commit-builder.ts';
import { GitTree, TreeCache } from './git-tree.ts';
import { HistoryStore } from './history-store.ts';
import type { ObjectId } from './object-id.ts';
import { writePack } from './pack-writer.ts';
import { receivePack } from './receive.ts';
import { branchRef, missingBranch } from './refs.ts';
import { RemoteTree, type TreeOwner } from './remote-tree.ts';

export interface RemoteRepositoryOptions {
  /** The name given in tallyman.yaml. */
  readonly name: string;
  readonly branch: string;
  /** Where the kept clone is, or will be made; of this repository and branch alone. */
  readonly directory: string;
  readonly transport: Transport;
  readonly author: Person;
  readonly committer: Person;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly signer?: CommitSigner | undefined;
  readonly pushOptions?: readonly string[];
}

/**
 * A config repository behind a transport, with a kept bare clone.
 *
 * - **sync** lists the one ref. Unchanged: the same Snapshot, nothing read. Else the new commit is fetched with depth 1, telling the
 *   server the commit that we hold (`have`) and that nothing before it is here (`shallow`), so that only changed objects come, also
 *   after a force push or a merge of an old branch, which without the depth would bring all of that branch's past.
 * - **history** is fetched apart, without trees (`HistoryStore`), when it is first asked for, and goes on from there.
 * - **at** fetches an older commit's trees (depth 1, `blob:none`), its files only when they are read.
 * - **publish** sends exactly the new objects, on condition that the branch is where the snapshot was, and keeps them; the next
 *   sync finds the remote at our commit and fetches nothing.
 * - The clone's branch moves only after the new commit was walked and every tree and file found. Damage found later throws the clone away
 *   at the next sync. Several processes may share a clone: each change happens under its lock, reading needs none.
 */
export function openRemoteRepository(options: RemoteRepositoryOptions): ConfigRepository {
  return new RemoteRepository(options);
}

class RemoteRepository implements ConfigRepository, TreeOwner {
  readonly name: string;
  readonly #options: RemoteRepositoryOptions;
  readonly #ref: string;
  readonly #lock: CloneLock;
  readonly #trees = new TreeCache();
  readonly #complete: CompleteTrees = new Set();
  #clone: KeptClone | undefined;
  #history: HistoryStore | undefined;
  #last: RemoteSnapshot | undefined;
  #damaged = false;

  constructor(options: RemoteRepositoryOptions) {
    this.name = options.name;
    this.#options = options;
    this.#ref = branchRef(options.branch);
    this.#lock = new CloneLock(join(options.directory, lockFolder, 'lock.sqlite'));
  }

  async sync(signal?: AbortSignal): Promise<Snapshot> {
    const commit = await this.#remoteTip(signal);
    if (this.#last?.commit === commit && !this.#damaged) return this.#last;
    await this.#lock.hold(() => this.#bring(commit, signal), signal);
    this.#trees.age();
    this.#last = new RemoteSnapshot(this.#options.branch, commit, this.#treeOf(commit), this);
    return this.#last;
  }

  async publish(base: Snapshot, drafts: readonly CommitDraft[], signal?: AbortSignal): Promise<Publication> {
    const { transport, pushOptions = [] } = this.#options;
    const { commits, objects } = await buildCommits(
      this.#opened().objects,
      base.commit,
      drafts,
      this.#options,
    );
    const newId = commits.at(-1);
    if (newId === undefined) return { kind: 'pushed', commits: [] };
    const pack = writePack(objects);
    const request = { ref: this.#ref, oldId: base.commit, newId, pack, options: pushOptions };
    const report = await transport.push(request, signal);
    if (report.kind !== 'ok') return report;
    await this.#lock.hold(async () => {
      const clone = this.#opened();
      clone.objects.addPack(pack);
      if (clone.tip() === base.commit) clone.moveTip(newId, []);
    });
    return { kind: 'pushed', commits };
  }

  async close(): Promise<void> {
    await this.#lock.close();
    this.#clone?.objects.close();
    this.#history?.close();
    this.#clone = undefined;
    this.#history = undefined;
    this.#last = undefined;
    await this.#options.transport.close();
  }

  async history(tip: CommitId, since: number): Promise<readonly LoggedCommit[]> {
    const local = this.#log().local(tip, since);
    if (local !== undefined) return local;
    return this.#lock.hold(async () => {
      const log = this.#log();
      return log.local(tip, since) ?? (await log.fetch(tip, since, (request) => this.#fetch(request)));
    });
  }

  async bringTrees(commits: readonly CommitId[]): Promise<void> {
    const missing = (): CommitId[] =>
      commits.filter((id) => !this.#opened().holds(id, this.#complete, this.#trees, false));
    if (missing().length === 0) return;
    await this.#lock.hold(async () => {
      const wanted = missing();
      for (let at = 0; at < wanted.length; at += wantsAtOnce) {
        const wants = wanted.slice(at, at + wantsAtOnce);
        await this.#add({ wants, ...this.#basis(), depth: 1, filter: 'blob:none' });
      }
      const [absent] = missing();
      if (absent !== undefined)
        throw new Failure(
          'bad-answer',
          `the server of ${this.name} did not send the trees of commit ${absent}`,
        );
    });
  }

  treeAt(id: CommitId): RemoteTree {
    return this.#treeOf(id);
  }

  async bringBlobs(ids: readonly ObjectId[]): Promise<void> {
    const { objects } = this.#opened();
    const missing = (): ObjectId[] => [...new Set(ids)].filter((id) => !objects.has(id));
    if (missing().length === 0) return;
    await this.#lock.hold(async () => {
      const wanted = missing();
      for (let at = 0; at < wanted.length; at += wantsAtOnce) {
        await this.#add({ wants: wanted.slice(at, at + wantsAtOnce), haves: [], shallow: [] });
      }
    });
  }

  reportDamage(error: Failure): Failure {
    this.#damaged = true;
    const message = `${error.message}; the kept clone of ${this.name} is thrown away and fetched anew at the next run`;
    return new Failure('corrupt', message, { retryable: true, cause: error });
  }

  async #remoteTip(signal: AbortSignal | undefined): Promise<CommitId> {
    const { transport, branch } = this.#options;
    const refs = await transport.listRefs([this.#ref], signal);
    const ref = refs.find((ref) => ref.name === this.#ref);
    if (ref !== undefined) return ref.id as CommitId;
    const all = await transport.listRefs(['refs/heads/'], signal);
    const branches = all
      .filter(({ name }) => name.startsWith('refs/heads/'))
      .map(({ name }) => name.slice(11));
    throw missingBranch(this.name, branch, branches);
  }

  /** Makes the branch's commit complete in the clone. Runs under the lock. */
  async #bring(commit: CommitId, signal: AbortSignal | undefined): Promise<void> {
    if (!this.#damaged && this.#tryHolds(commit)) {
      this.#opened().moveTip(commit, []);
      return;
    }
    if (this.#damaged || !(await this.#tryUpdate(commit, signal))) {
      this.#startAnew();
      const edge = await this.#add({ wants: [commit], haves: [], shallow: [], depth: 1 }, signal);
      if (!this.#tryHolds(commit))
        throw new Failure('bad-answer', `the server of ${this.name} did not send all of commit ${commit}`);
      this.#opened().moveTip(commit, edge);
    }
    this.#damaged = false;
  }

  async #tryUpdate(commit: CommitId, signal: AbortSignal | undefined): Promise<boolean> {
    try {
      const basis = this.#basis();
      if (basis.haves.length === 0) return false;
      const edge = await this.#add({ wants: [commit], ...basis, depth: 1 }, signal);
      if (!this.#tryHolds(commit)) return false;
      this.#opened().moveTip(commit, edge);
      return true;
    } catch (error) {
      if (error instanceof Failure && error.code === 'corrupt') return false;
      throw error;
    }
  }

  #tryHolds(commit: CommitId): boolean {
    try {
      return this.#opened().holds(commit, this.#complete, this.#trees);
    } catch (error) {
      if (error instanceof Failure && error.code === 'corrupt') return false;
      throw error;
    }
  }

  #startAnew(): void {
    this.#complete.clear();
    this.#clone?.objects.close();
    this.#history?.close();
    this.#history = undefined;
    this.#clone = undefined;
    emptyClone(this.#options.directory);
  }

  /** What a fetch may build on. */
  #basis(): { haves: readonly CommitId[]; shallow: readonly CommitId[] } {
    const clone = this.#opened();
    const tip = clone.tip();
    return { haves: tip === undefined ? [] : [tip], shallow: clone.shallow() };
  }

  async #add(request: FetchRequest, signal?: AbortSignal): Promise<readonly CommitId[]> {
    const answer = await this.#fetch(request, signal);
    const pack = await receivePack(answer);
    if (pack.length > 0) this.#opened().objects.addPack(pack);
    return answer.shallow;
  }

  #fetch(request: FetchRequest, signal?: AbortSignal): Promise<FetchAnswer> {
    return this.#options.transport.fetch(request, signal);
  }

  #treeOf(id: CommitId): RemoteTree {
    const clone = this.#opened();
    const commit = clone.commit(id);
    if (commit === undefined) throw this.reportDamage(new Failure('corrupt', `commit ${id} is missing`));
    return new RemoteTree(new GitTree(clone.objects, commit.tree, this.#trees), this);
  }

  #opened(): KeptClone {
    return (this.#clone ??= new KeptClone(this.#options.directory, this.#options.branch));
  }

  #log(): HistoryStore {
    const objects = (): KeptClone['objects'] => this.#opened().objects;
    const reader = { read: (id: ObjectId) => objects().read(id), has: (id: ObjectId) => objects().has(id) };
    return (this.#history ??= new HistoryStore(join(this.#options.directory, 'tallyman-history'), reader));
  }
}

class RemoteSnapshot implements Snapshot {
  readonly branch: string;
  readonly commit: CommitId;
  readonly tree: RemoteTree;
  readonly #repository: RemoteRepository;
  #known: { since: number; commits: readonly LoggedCommit[] } | undefined;

  constructor(branch: string, commit: CommitId, tree: RemoteTree, repository: RemoteRepository) {
    this.branch = branch;
    this.commit = commit;
    this.tree = tree;
    this.#repository = repository;
  }

  async history(since: number): Promise<readonly LoggedCommit[]> {
    if (this.#known?.since !== since) {
      this.#known = { since, commits: await this.#repository.history(this.commit, since) };
    }
    return this.#known.commits;
  }

  async prepare(commits: readonly CommitId[]): Promise<void> {
    await this.#repository.bringTrees(commits);
  }

  async at(commit: CommitId): Promise<RemoteTree> {
    await this.#repository.bringTrees([commit]);
    return this.#repository.treeAt(commit);
  }
}

/** Servers read requests line by line; this many keep a request small. */
const wantsAtOnce = 5_000;
