import type { CommitId } from '../release/log.ts';

export interface RemoteRef {
  readonly name: string;
  readonly id: string;
}

export interface FetchRequest {
  /** Object ids, mostly commits. */
  readonly wants: readonly string[];
  /** Commits that we hold with all their trees, and (unless `shallow` says otherwise) all their ancestors. */
  readonly haves: readonly CommitId[];
  /** Commits of ours whose parents we do not hold in full. */
  readonly shallow: readonly CommitId[];
  readonly depth?: number;
  /**
   * Whether `depth` counts from the commits of `shallow` instead of from `wants` (`deepen-relative`).
   * Servers too old to know that count from `wants`, and so may send too little.
   */
  readonly relative?: boolean;
  /**
   * Milliseconds since the epoch: only commits after it (`deepen-since`). Not together with `depth`. Git servers fail where no commit is
   * that new.
   */
  readonly since?: number;
  /**
   * As `since`, but asked for only where `filter` is not honoured. A cut makes a git server go through all commits by themselves, where it could send what it
   * has at hand; whoever reads commits alone can stop reading instead.
   */
  readonly sinceUnfiltered?: number;
  /** Asked for where the server offers it; the answer tells whether it did. */
  readonly filter?: 'blob:none' | 'tree:0';
}

export interface FetchAnswer {
  /** Whether `filter` was honoured. */
  readonly filtered: boolean;
  /** Commits that the server declares shallow in this answer. */
  readonly shallow: readonly CommitId[];
  /** Commits of the request's `shallow` whose parents are all in this answer. */
  readonly unshallow: readonly CommitId[];
  /** The pack's bytes, as they arrive; thin: deltas may be made from objects of `haves`. Empty where there is nothing new. Must be read to its end or returned early. */
  readonly pack: AsyncIterable<Uint8Array>;
}

export interface PushRequest {
  /** Full name: `refs/heads/main`. */
  readonly ref: string;
  readonly oldId: CommitId;
  readonly newId: CommitId;
  readonly pack: Uint8Array;
  readonly options: readonly string[];
}

export type PushReport =
  | { readonly kind: 'ok' }
  /** The ref is no longer at `oldId`, or its lock is held (`locked`: in the server's words). */
  | { readonly kind: 'raced'; readonly locked?: string }
  /** In the server's words: protection, hook, permission. */
  | { readonly kind: 'refused'; readonly words: string };

/** Port: the wire to one remote repository. Errors as `ConfigRepository.sync`. */
export interface Transport {
  /** Refs whose name starts with one of `prefixes`; one request where the server speaks protocol v2 and was seen before. */
  listRefs(prefixes: readonly string[], signal?: AbortSignal): Promise<readonly RemoteRef[]>;
  /** @throws Failure `refused` where the server gives nothing but the tips of its refs, and something else is wanted (protocol 0 over ssh) */
  fetch(request: FetchRequest, signal?: AbortSignal): Promise<FetchAnswer>;
  /** One ref, atomic, never forced. */
  push(request: PushRequest, signal?: AbortSignal): Promise<PushReport>;
  close(): Promise<void>;
}
