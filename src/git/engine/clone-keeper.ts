import { join } from 'node:path';

import { Failure } from '../../core/failure.ts';
import type { CommitId, LoggedCommit } from '../../release/log.ts';
import type { FetchRequest, Transport } from '../transport.ts';
import { ArrivedTrees } from './arrived-trees.ts';
import { CloneLock } from './clone-lock.ts';
import { emptyClone, historyFolder, KeptClone, lockFolder, type CompleteTrees } from './clone.ts';
import { blamed, isDamage } from './damage.ts';
import { foldPacks } from './fold.ts';
import { Gathering } from './gathering.ts';
import { GitTree, TreeCache } from './git-tree.ts';
import { HistoryStore } from './history-store.ts';
import type { ObjectId } from './object-id.ts';
import type { ObjectStore } from './object-store.ts';
import { portions } from './portions.ts';
import { ReadyCommits } from './ready-commits.ts';
import { packParts } from './receive.ts';
import { RemoteTree, type TreeOwner } from './remote-tree.ts';
import { parseTree } from './tree-object.ts';

export interface CloneKeeperOptions {
  readonly name: string;
  readonly branch: string;
  readonly directory: string;
  readonly transport: Transport;
}

/** A file of a commit. */
type WantedFile = { readonly commit: CommitId; readonly id: ObjectId };

/** Fetches into a kept clone what is asked for and not there, and throws it away where it is damaged. See `openRemoteRepository`. */
export class CloneKeeper implements TreeOwner {
  /** Of the run that looked last: what it waits for is stopped with it. */
  signal: AbortSignal | undefined;
  readonly #options: CloneKeeperOptions;
  readonly #lock: CloneLock;
  readonly #trees = new TreeCache();
  readonly #complete: CompleteTrees = new Set();
  readonly #ready = new ReadyCommits();
  readonly #treesWanted: Gathering<CommitId>;
  readonly #filesWanted: Gathering<WantedFile>;
  #clone: KeptClone | undefined;
  #history: HistoryStore | undefined;
  #damaged = false;
  /** The last state of the branch: all of it is here. */
  #whole: CommitId | undefined;
  readonly #told = new WeakSet<Failure>();
  #swept = false;

  constructor(options: CloneKeeperOptions) {
    this.#options = options;
    this.#lock = new CloneLock(join(options.directory, lockFolder, 'lock.sqlite'));
    const lock: Pick<CloneLock, 'hold'> = { hold: (work) => this.#lock.hold(work, this.signal) };
    this.#treesWanted = new Gathering(lock, (commits) => this.#fetchTrees(commits));
    this.#filesWanted = new Gathering(lock, (files) => this.#fetchFiles(files));
  }

  get damaged(): boolean {
    return this.#damaged;
  }

  get objects(): ObjectStore {
    return this.#opened().objects;
  }

  /** Makes a commit of the branch complete in the clone. */
  async bring(commit: CommitId): Promise<void> {
    await this.#lock.hold(async () => {
      if (this.#damaged || !this.#found(commit, [])) {
        if (this.#damaged || !(await this.#update(commit))) await this.#fetchAnew(commit);
        this.#damaged = false;
      }
      await this.#tidy();
    }, this.signal);
    this.#trees.age();
  }

  /** Keeps what was pushed. */
  async keep(base: CommitId, commit: CommitId, pack: Buffer): Promise<void> {
    await this.#lock.hold(async () => {
      const clone = this.#opened();
      await clone.objects.addPack(pack);
      if (clone.tip() === base) clone.moveTip(commit, []);
    });
  }

  async history(tip: CommitId, since: number): Promise<readonly LoggedCommit[]> {
    return this.watch(async () => {
      const local = this.#log().local(tip, since);
      const { transport } = this.#options;
      const ask = async (request: FetchRequest) => transport.fetch(request, this.signal);
      return local ?? this.#lock.hold(() => this.#log().fetch(tip, since, ask), this.signal);
    });
  }

  async commitBytes(commits: readonly CommitId[]): Promise<ReadonlyMap<CommitId, Uint8Array>> {
    return this.watch(async () => this.#log().bytes(commits));
  }

  /** What is asked for at the same time comes in one fetch. */
  async bringTrees(commits: readonly CommitId[]): Promise<void> {
    await this.watch(async () => {
      const missing = this.#withoutTrees(commits);
      await this.#treesWanted.ask(missing);
      const [absent] = this.#withoutTrees(missing);
      if (absent !== undefined) throw this.#leftOut(`the trees of commit ${absent}`);
    });
  }

  isWhole(commit: CommitId): boolean {
    return commit === this.#whole;
  }

  /** Brings files of several commits at once. */
  async bringFiles(files: readonly WantedFile[]): Promise<void> {
    await this.watch(async () => this.#filesWanted.ask(this.#withoutBytes(files)));
  }

  treeOf(id: CommitId): RemoteTree {
    const clone = this.#opened();
    const root = this.#ready.root(id, clone, this.#trees);
    if (root === undefined) throw this.#report(new Failure('corrupt', `commit ${id} is missing`));
    return new RemoteTree(new GitTree(clone.objects, root, this.#trees), id, this);
  }

  async watch<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw isDamage(error) ? this.#report(error) : error;
    }
  }

  async close(): Promise<void> {
    await this.#lock.close();
    this.#forget();
  }

  /** Whether the commit is here in full; then it is the tip. */
  #found(commit: CommitId, edge: readonly CommitId[]): boolean {
    try {
      const clone = this.#opened();
      if (!clone.holds(commit, this.#complete, this.#trees)) return false;
      clone.moveTip(commit, edge);
      this.#whole = commit;
      const root = clone.commit(commit)?.tree;
      if (root !== undefined) this.#ready.add(new Map([[commit, root]]), clone);
      return true;
    } catch (error) {
      if (isDamage(error)) return false;
      throw error;
    }
  }

  /** Fetches only what changed since the tip that is here. */
  async #update(commit: CommitId): Promise<boolean> {
    try {
      const basis = this.#basis();
      if (basis.haves.length === 0) return false;
      return this.#found(commit, await this.#add({ wants: [commit], ...basis, depth: 1 }));
    } catch (error) {
      if (isDamage(error)) return false;
      throw error;
    }
  }

  async #fetchAnew(commit: CommitId): Promise<void> {
    if (this.#damaged || this.#clone?.isEmpty !== true) {
      this.#forget();
      emptyClone(this.#options.directory);
    }
    const edge = await this.#add({ wants: [commit], haves: [], shallow: [], depth: 1 });
    if (!this.#found(commit, edge)) throw this.#leftOut(`all of commit ${commit}`);
  }

  #report(error: Failure): Failure {
    if (this.#told.has(error)) return error;
    this.#damaged = true;
    const message = `${error.message}; the kept clone of ${this.#options.name} is thrown away and fetched anew at the next run`;
    const told = new Failure('corrupt', message, { retryable: true, cause: error });
    this.#told.add(told);
    return told;
  }

  #withoutTrees(commits: readonly CommitId[]): CommitId[] {
    return this.#ready.missing(commits, this.#opened(), this.#trees);
  }

  #withoutBytes(files: readonly WantedFile[]): WantedFile[] {
    return files.filter(({ id }) => !this.objects.has(id));
  }

  async #fetchTrees(commits: readonly CommitId[]): Promise<void> {
    const missing = (): CommitId[] => this.#withoutTrees([...new Set(commits)]);
    try {
      for (const wants of portions(missing())) {
        const arrived = new ArrivedTrees();
        const request = { wants, ...this.#basis(), depth: 1, filter: 'blob:none' } as const;
        await this.#add(request, arrived);
        this.#ready.add(
          arrived.whole((id) => this.objects.has(id)),
          this.#opened(),
        );
      }
    } catch (error) {
      if (!isTipsOnly(error)) throw error;
      await this.#bringPast(missing(), () => missing().length === 0);
    }
  }

  async #fetchFiles(files: readonly WantedFile[]): Promise<void> {
    const missing = (): ObjectId[] => [...new Set(this.#withoutBytes(files).map(({ id }) => id))];
    try {
      for (const wants of portions(missing())) await this.#add({ wants, haves: [], shallow: [] });
    } catch (error) {
      // Servers that speak protocol 0 may send commits only: then whole commits are asked for.
      if (!(error instanceof Failure) || !/^(?:bad-answer|not-found|refused)$/.test(error.code)) throw error;
      const commits = new Set(this.#withoutBytes(files).map(({ commit }) => commit));
      try {
        for (const wants of portions([...commits]))
          await this.#add({ wants, haves: [], shallow: [], depth: 1 });
      } catch (failure) {
        if (!isTipsOnly(failure)) throw failure;
        await this.#bringPast([...commits], () => missing().length === 0);
      }
    }
  }

  /** For servers that give nothing but what follows from the tips of branches: all of the branch since the oldest of `commits`, else all of it. */
  async #bringPast(commits: readonly CommitId[], isEnough: () => boolean): Promise<void> {
    const tip = this.#opened().tip();
    if (tip === undefined) throw this.#leftOut('the past of its branch');
    const oldest = this.#log().oldest(commits);
    try {
      if (oldest !== undefined) await this.#add({ wants: [tip], haves: [], shallow: [], since: oldest });
      if (!isEnough()) await this.#add({ wants: [tip], haves: [], shallow: [] });
    } catch (error) {
      if (!isTipsOnly(error)) throw error;
      const words = `${this.#options.branch} of ${this.#options.name} moved while its past was read`;
      throw new Failure('not-found', words, { retryable: true, cause: error });
    }
  }

  async #tidy(): Promise<void> {
    const clone = this.#opened();
    if (!this.#swept) clone.sweep();
    this.#swept = true;
    await foldPacks(clone.objects, () => clone.reachable(this.#trees));
  }

  #forget(): void {
    this.#clone?.objects.close();
    this.#clone = this.#history = this.#whole = undefined;
    this.#complete.clear();
  }

  /** What a fetch may build on. */
  #basis(): { haves: readonly CommitId[]; shallow: readonly CommitId[] } {
    const clone = this.#opened();
    const tip = clone.tip();
    return { haves: tip === undefined ? [] : [tip], shallow: clone.shallow() };
  }

  async #add(request: FetchRequest, arrived?: ArrivedTrees): Promise<readonly CommitId[]> {
    const answer = await this.#options.transport.fetch(request, this.signal);
    try {
      await this.objects.addPackAsItArrives(packParts(answer), (object) => {
        const { id, type, bytes } = object;
        const items = type === 'tree' ? parseTree(id, bytes) : [];
        if (type === 'tree') this.#trees.set(id, items); // read by what comes next
        arrived?.see(id, object, items);
      });
    } catch (error) {
      this.#trees.clear(); // what came is not kept, and not here
      throw blamed(error, request, this.#options.name);
    }
    return answer.shallow;
  }

  #opened(): KeptClone {
    return (this.#clone ??= new KeptClone(this.#options.directory, this.#options.branch));
  }

  #log(): HistoryStore {
    const directory = join(this.#options.directory, historyFolder);
    return (this.#history ??= new HistoryStore(directory, (id) => this.objects.read(id)));
  }

  #leftOut(what: string): Failure {
    return new Failure('bad-answer', `the server of ${this.#options.name} did not send ${what}`);
  }
}

/** See `Transport.fetch`. */
function isTipsOnly(error: unknown): boolean {
  return error instanceof Failure && error.code === 'refused';
}
