import { append } from '../core/append.ts';
import { Failure } from '../core/failure.ts';
import type { Problem } from '../core/problem.ts';
import type { CommitDraft, Publication, Snapshot } from '../git/repository.ts';
import type { CommitId } from '../release/log.ts';
import type { PlannedCommit } from './edits/compose.ts';
import type { Composer, PushDraft } from './edits/composer.ts';
import type { FieldRelease } from './events.ts';
import type { RunPorts } from './ports.ts';

const hour = 3_600_000;

/** A push that was refused at this commit; tried again when the branch moves, else hourly (product.md, 5). */
export interface Blocked {
  readonly commit: CommitId;
  readonly at: number;
  readonly words: string;
}

export interface PushOptions {
  /** The name in tallyman.yaml. */
  readonly repository: string;
  readonly memory: { blocked: Blocked | undefined };
  /** Pushes until nothing is left; else one push, and the rest is for the next run. */
  readonly all: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * How pushing ended. `raced`: somebody else pushed first, or (`locked`) holds the branch's lock; `lost` are the commits that did not
 * arrive. `refused`: the server said no, in its own words.
 */
export type PushOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'raced'; readonly lost: readonly PlannedCommit[]; readonly locked?: string }
  | { readonly kind: 'refused'; readonly words: string };

/**
 * What became of the last of so many tries, as the beginning of a sentence that says when the next one is.
 * @param locked who says that the branch's lock was held then
 */
export function lostRace(branch: string, attempts: number, locked: string | undefined): string {
  if (locked === undefined) return `${branch} moved ${attempts} times meanwhile`;
  return (
    `the lock of ${branch} was still held at the last of ${attempts} tries (${locked}). If no git process is at work in that ` +
    'repository, a dead one left the lock file behind: remove it'
  );
}

/** The pushes of one run, and what they made. */
export class Pusher {
  readonly commits: CommitId[] = [];
  /** One for each of `commits`; after a refusal also those that were not pushed. */
  readonly planned: PlannedCommit[] = [];
  readonly #ports: RunPorts;
  readonly #options: PushOptions;
  /** Of the last plan. */
  problems: readonly Problem[] = [];

  constructor(ports: RunPorts, options: PushOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  /**
   * Pushes what the composer makes on top of a snapshot, 50 commits at a time.
   * @param released told of what each push released
   */
  async push(
    composer: Composer,
    snapshot: Snapshot,
    released: (releases: readonly FieldRelease[]) => void,
  ): Promise<PushOutcome> {
    const { all, signal } = this.#options;
    this.problems = [];
    let base = snapshot;
    for (;;) {
      const draft = await composer.next();
      this.problems = [...this.problems, ...draft.problems];
      if (draft.commits.length === 0) return { kind: 'done' };
      const publication = await this.#publish(base, draft.drafts);
      if (publication.kind === 'raced') return { ...publication, lost: draft.commits };
      if (publication.kind === 'refused') {
        append(this.planned, draft.commits);
        return publication;
      }
      this.#keep(draft, publication.commits, base.branch);
      released(draft.commits.flatMap(({ releases }) => releases));
      if (!all || composer.isDone) return { kind: 'done' };
      base = await this.#ports.repository.sync(signal);
      if (base.commit !== publication.commits.at(-1)) return { kind: 'raced', lost: [] };
    }
  }

  /** Credentials that may read and not write are a refusal like a hook's: nothing is gained by trying again soon. */
  async #publish(base: Snapshot, drafts: readonly CommitDraft[]): Promise<Publication> {
    const { memory, repository, signal } = this.#options;
    const { now, listen } = this.#ports;
    const { blocked } = memory;
    // Where the clock was put back, nobody knows how long ago it was.
    const age = blocked === undefined ? Infinity : now() - blocked.at;
    if (blocked?.commit === base.commit && age >= 0 && age < hour) {
      return { kind: 'refused', words: blocked.words };
    }
    const publication = await this.#ports.repository
      .publish(base, drafts, signal)
      .catch((error: unknown): Publication => {
        if (!(error instanceof Failure) || error.code !== 'forbidden') throw error;
        return { kind: 'refused', words: error.message };
      });
    if (publication.kind === 'refused') {
      memory.blocked = { commit: base.commit, at: now(), words: publication.words };
      listen({ kind: 'refused', repository, words: publication.words });
    }
    if (publication.kind === 'pushed') memory.blocked = undefined;
    return publication;
  }

  #keep({ commits }: PushDraft, ids: readonly CommitId[], branch: string): void {
    const { repository } = this.#options;
    for (const [index, { releases, diff, message }] of commits.entries()) {
      const commit = ids[index];
      if (commit === undefined) continue;
      this.#ports.listen({ kind: 'released', repository, branch, commit, releases, diff, message });
    }
    append(this.planned, commits);
    append(this.commits, ids);
  }
}
