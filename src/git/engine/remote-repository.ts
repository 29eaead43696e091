import type { CommitId, LoggedCommit, Person } from '../../release/log.ts';
import type { CommitDraft, ConfigRepository, Publication, Snapshot } from '../repository.ts';
import type { CommitSigner } from '../signer.ts';
import type { Transport } from '../transport.ts';
import { CloneKeeper } from './clone-keeper.ts';
import { buildCommits } from './commit-builder.ts';
import { writePack } from './pack-writer.ts';
import { branchRef, missingBranch } from './refs.ts';
import type { RemoteTree } from './remote-tree.ts';

export interface RemoteRepositoryOptions {
  /** The name given in tallyman.yaml. */
  readonly name: string;
  readonly branch: string;
  /** Where the kept clone is, or will be made; of this repository and branch alone. */
  readonly directory: string;
  /** Closed together with the repository. */
  readonly transport: Transport;
  readonly author: Person;
  readonly committer: Person;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly signer?: CommitSigner | undefined;
  /** Whether each commit ends with `Signed-off-by` of its author. Default false. */
  readonly signOff?: boolean | undefined;
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

class RemoteRepository implements ConfigRepository {
  readonly name: string;
  readonly #options: RemoteRepositoryOptions;
  readonly #ref: string;
  readonly #keeper: CloneKeeper;
  #last: RemoteSnapshot | undefined;

  constructor(options: RemoteRepositoryOptions) {
    this.name = options.name;
    this.#options = options;
    this.#ref = branchRef(options.branch);
    this.#keeper = new CloneKeeper(options);
  }

  async sync(signal?: AbortSignal): Promise<Snapshot> {
    this.#keeper.signal = signal;
    const commit = await this.#remoteTip(signal);
    if (this.#last?.commit === commit && !this.#keeper.damaged) {
      this.#keeper.objects.forgetRecent();
      return this.#last;
    }
    await this.#keeper.bring(commit);
    this.#last = new RemoteSnapshot(this.#options.branch, commit, this.#keeper);
    return this.#last;
  }

  async publish(base: Snapshot, drafts: readonly CommitDraft[], signal?: AbortSignal): Promise<Publication> {
    const { transport, pushOptions = [] } = this.#options;
    const { commits, objects } = await this.#keeper.watch(() =>
      buildCommits(this.#keeper.objects, base.commit, drafts, this.#options),
    );
    const newId = commits.at(-1);
    if (newId === undefined) return { kind: 'pushed', commits: [] };
    const pack = writePack(objects);
    const request = { ref: this.#ref, oldId: base.commit, newId, pack, options: pushOptions };
    const report = await transport.push(request, signal);
    if (report.kind !== 'ok') return report;
    try {
      await this.#keeper.keep(base.commit, newId, pack);
    } catch {
      // Pushed is pushed. What could not be kept is fetched by the next sync, which shows what is wrong with the disk.
    }
    return { kind: 'pushed', commits };
  }

  async close(): Promise<void> {
    this.#last = undefined;
    await this.#keeper.close();
    await this.#options.transport.close();
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
}

class RemoteSnapshot implements Snapshot {
  readonly branch: string;
  readonly commit: CommitId;
  readonly tree: RemoteTree;
  readonly #keeper: CloneKeeper;
  #known: { since: number; commits: readonly LoggedCommit[] } | undefined;

  constructor(branch: string, commit: CommitId, keeper: CloneKeeper) {
    this.branch = branch;
    this.commit = commit;
    this.tree = keeper.treeOf(commit);
    this.#keeper = keeper;
  }

  async history(since: number): Promise<readonly LoggedCommit[]> {
    if (this.#known?.since !== since) {
      this.#known = { since, commits: await this.#keeper.history(this.commit, since) };
    }
    return this.#known.commits;
  }

  async prepare(commits: readonly CommitId[]): Promise<void> {
    await this.#keeper.bringTrees(commits);
  }

  async prepareFiles(files: readonly { readonly commit: CommitId; readonly id: string }[]): Promise<void> {
    await this.#keeper.bringFiles(files);
  }

  async changes(newer: CommitId, older: CommitId, most: number): Promise<readonly string[] | undefined> {
    return (await this.at(newer)).changesFrom(await this.at(older), most);
  }

  async commitBytes(commits: readonly CommitId[]): Promise<ReadonlyMap<CommitId, Uint8Array>> {
    return this.#keeper.commitBytes(commits);
  }

  async at(commit: CommitId): Promise<RemoteTree> {
    await this.#keeper.bringTrees([commit]);
    return this.#keeper.treeOf(commit);
  }
}
