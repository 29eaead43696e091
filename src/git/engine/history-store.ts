import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

import { Failure } from '../../core/failure.ts';
import type { CommitId, LoggedCommit } from '../../release/log.ts';
import type { FetchAnswer, FetchRequest } from '../transport.ts';
import { CommitSegments, type RawCommit } from './commit-segments.ts';
import { walkCommits } from './commit-walk.ts';
import { parseCommit, type ParsedCommit } from './commit.ts';
import { writeDurably } from './durable.ts';
import { isObjectId, type GitObject, type ObjectId } from './object-id.ts';
import { readPackInTurns } from './pack-reader.ts';
import { receivePack } from './receive.ts';

/** What is here: every commit reachable from `tip` that is not older than `since`. */
interface Held {
  readonly tip: CommitId;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Commits whose parents the server left out, being older. */
  readonly edge: readonly CommitId[];
}

type Ask = (request: FetchRequest) => Promise<FetchAnswer>;

/**
 * The branch's commits without their trees, beside the kept clone: fetched once down to the horizon (with `filter=tree:0` where the server
 * offers it; else the rest is dropped on arrival), then only what is new. Changed under the clone's lock.
 */
export class HistoryStore {
  readonly #heldPath: string;
  readonly #segments: CommitSegments;
  readonly #inClone: (id: ObjectId) => GitObject | undefined;
  readonly #parsed = new Map<CommitId, ParsedCommit>();
  #loaded = false;

  /** @param inClone reads the commits that came with fetches of the branch itself, and our own */
  constructor(directory: string, inClone: (id: ObjectId) => GitObject | undefined) {
    this.#heldPath = join(directory, 'held.json');
    this.#segments = new CommitSegments(directory);
    this.#inClone = inClone;
  }

  /** The history from what is here, or `undefined` where something must be fetched. */
  local(tip: CommitId, since: number): readonly LoggedCommit[] | undefined {
    const seen = this.#walk(tip, since);
    if (seen !== undefined || this.#loaded) return seen;
    this.#load();
    return this.#walk(tip, since);
  }

  /** Milliseconds since the epoch, a little before the oldest of `commits`; `undefined` where one of them is not here. */
  oldest(commits: readonly CommitId[]): number | undefined {
    const times = commits.map((id) => this.#find(id)?.committedAt);
    return times.reduce<number | undefined>(
      (least, time) =>
        least === undefined || time === undefined ? undefined : Math.min(least, time - slack),
      Infinity,
    );
  }

  /**
   * The history, with what is missing fetched. Runs under the lock.
   * @throws Failure `bad-answer` where the server leaves commits out
   */
  async fetch(tip: CommitId, since: number, ask: Ask): Promise<readonly LoggedCommit[]> {
    this.#loaded = false; // another process may have been here
    const held = this.#held();
    const commits = this.local(tip, since) ?? (held && (await this.#update(tip, since, held, ask)));
    if (commits !== undefined) return commits;
    this.#segments.clear();
    const whole = await this.#fetch(tip, since, { since, edge: [] }, ask);
    if (whole === undefined)
      throw new Failure('bad-answer', `the server left out commits of the history of ${tip}`);
    return whole;
  }

  /** The bytes of those of the commits that are here. */
  bytes(commits: readonly CommitId[]): ReadonlyMap<CommitId, Uint8Array> {
    const found = new Map<CommitId, Uint8Array>();
    let kept: ReadonlyMap<CommitId, RawCommit> | undefined;
    for (const id of commits) {
      const object = this.#inClone(id);
      if (object?.type !== 'commit') kept ??= new Map(this.#segments.read().map((each) => [each.id, each]));
      const bytes = object?.type === 'commit' ? object.bytes : kept?.get(id)?.bytes;
      if (bytes !== undefined) found.set(id, bytes);
    }
    return found;
  }

  async #update(
    tip: CommitId,
    since: number,
    held: Held,
    ask: Ask,
  ): Promise<readonly LoggedCommit[] | undefined> {
    return held.since > since ? undefined : this.#fetch(tip, since, held, ask);
  }

  async #fetch(
    tip: CommitId,
    since: number,
    base: Omit<Held, 'tip'> & { readonly tip?: CommitId },
    ask: Ask,
  ): Promise<readonly LoggedCommit[] | undefined> {
    const answer = await ask({
      wants: [tip],
      haves: base.tip === undefined ? [] : [base.tip],
      shallow: base.edge,
      filter: 'tree:0',
      // Clocks of committers differ: the server's cut is put a little earlier than ours.
      ...(base.since > slack ? { since: base.since - slack } : {}),
    });
    await this.#add(await receivePack(answer));
    const gone = new Set(answer.unshallow);
    const edge = [...new Set([...base.edge.filter((id) => !gone.has(id)), ...answer.shallow])];
    writeDurably(this.#heldPath, JSON.stringify({ tip, since: base.since, edge } satisfies Held));
    const commits = this.#walk(tip, since);
    await setImmediate(); // whoever reads so many messages next takes long as well
    return commits;
  }

  #walk(tip: CommitId, since: number): readonly LoggedCommit[] | undefined {
    const { commits, incomplete } = walkCommits(tip, since, (id) => this.#find(id));
    if (incomplete.length === 0) return commits;
    const held = this.#held();
    if (held === undefined || held.since > since) return undefined;
    const edge = new Set(held.edge);
    return incomplete.every((commit) => edge.has(commit.id)) ? commits : undefined;
  }

  #find(id: CommitId): ParsedCommit | undefined {
    const known = this.#parsed.get(id);
    if (known !== undefined) return known;
    const object = this.#inClone(id);
    return object?.type === 'commit' ? this.#keep({ id, bytes: object.bytes }) : undefined;
  }

  #keep({ id, bytes }: RawCommit): ParsedCommit {
    const commit = parseCommit(id, bytes);
    this.#parsed.set(id, commit);
    return commit;
  }

  #load(): void {
    this.#loaded = true;
    try {
      for (const commit of this.#segments.read()) if (!this.#parsed.has(commit.id)) this.#keep(commit);
    } catch (error) {
      if (!(error instanceof Failure && error.code === 'corrupt')) throw error;
      this.#segments.clear(); // a cache: what is damaged is fetched again
    }
  }

  /** Keeps the commits of a pack, and drops what else a server without filters sends. */
  async #add(pack: Buffer): Promise<void> {
    if (pack.length === 0) return;
    const commits: RawCommit[] = [];
    let kept: ReadonlyMap<ObjectId, RawCommit> | undefined;
    const inSegments = (id: ObjectId): GitObject | undefined => {
      kept ??= new Map(this.#segments.read().map((commit) => [commit.id, commit]));
      const bytes = kept.get(id)?.bytes;
      return bytes && { type: 'commit', bytes };
    };
    await readPackInTurns(pack, {
      only: 'commit',
      external: (id) => this.#inClone(id) ?? (this.#parsed.has(id as CommitId) ? inSegments(id) : undefined),
      visit: ({ id, bytes }) => {
        const commit = { id: id as CommitId, bytes };
        commits.push(commit);
        this.#keep(commit);
      },
    });
    await this.#segments.add(commits);
  }

  #held(): Held | undefined {
    if (!existsSync(this.#heldPath)) return undefined;
    try {
      const { tip, since, edge } = JSON.parse(readFileSync(this.#heldPath, 'utf8')) as Partial<Held>;
      const sound =
        typeof tip === 'string' && isObjectId(tip) && typeof since === 'number' && Array.isArray(edge);
      return sound && edge.every((id) => typeof id === 'string' && isObjectId(id))
        ? { tip, since, edge }
        : undefined;
    } catch {
      return undefined; // a cache: what cannot be read is fetched again
    }
  }
}

/** A week. */
const slack = 7 * 86_400_000;
