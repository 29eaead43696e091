import type { Binding } from '../../bindings/model.ts';
import type { CommitDraft, Snapshot } from '../../git/repository.ts';
import type { CommitId, Person } from '../../release/log.ts';
import type { BranchHistory } from '../past/branch-history.ts';
import type { PlannedCommit } from '../edits/compose.ts';
import type { RunPorts } from '../ports.ts';
import type { Prepared } from '../prepare/prepare.ts';
import type { EnvironmentPaths, RunSettings } from '../settings.ts';

/** What a person told to be done, who, and why (product.md, 6.3 and 10). */
export interface Order {
  /** The author of the commit; the committer is the bot. */
  readonly author: Person;
  readonly reason: string;
}

/** The branch that an order is carried out on, as it is now. */
export interface Scene {
  readonly snapshot: Snapshot;
  readonly prepared: Prepared;
  /** What was bound when the order was given, where somebody pushed since. */
  readonly given?: readonly Binding[] | undefined;
  readonly history: BranchHistory;
  readonly settings: RunSettings;
  /** Of a file of `prepared`, made once. */
  readonly environmentOf: (file: string) => EnvironmentPaths | undefined;
  readonly ports: RunPorts;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal?: AbortSignal | undefined;
}

export interface OrderedCommit extends PlannedCommit {
  readonly draft: CommitDraft;
}

/** What an order comes to on a scene. */
export interface Drawn {
  /** None: there is nothing to do. */
  readonly commits: readonly OrderedCommit[];
  /** For people: what is done, or why nothing is. */
  readonly notes: readonly string[];
}

/** How an order ended. */
export interface OrderResult {
  readonly outcome: 'done' | 'unchanged' | 'planned' | 'refused';
  readonly commits: readonly PlannedCommit[];
  /** One for each of `commits`, where they were pushed. */
  readonly ids: readonly CommitId[];
  readonly notes: readonly string[];
  readonly snapshot: Snapshot;
  /** Of the server that refused. */
  readonly words?: string;
}
