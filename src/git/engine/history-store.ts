import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Failure } from '../../core/failure.ts';
import type { CommitId, LoggedCommit } from '../../release/log.ts';
import type { FetchAnswer, FetchRequest } from '../transport.ts';
import { readCommitPack } from './commit-pack.ts';
import { CommitSegments } from './commit-segments.ts';
import { CommitView } from './commit-view.ts';
import { CommitGraph, mostOlderInARow } from './commit-graph.ts';
import { writeForNow } from './durable.ts';
import { ExpectedCommits } from './expected-commits.ts';
import { isObjectId, type GitObject, type ObjectId } from './object-id.ts';
import { packParts } from './receive.ts';

/** What is here: every commit reachable from `tip` that is not older than `since`. */
interface Held {
  readonly tip: CommitId;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Commits whose parents the server left out, being older. */
  readonly edge: readonly CommitId[];
}

/** An answer that was kept. */
interface Read {
  /** Whether the server cut it at a date. */
  readonly isDated: boolean;
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
  readonly #commits: CommitGraph<CommitView>;
  readonly #mostOlder: number;
  #loaded = false;
  /** What came last is on the disk. */
  #written: Promise<void> = Promise.resolve();

  /**
   * @param inClone reads the commits that came with fetches of the branch itself, and our own
   * @param mostOlder how many commits from before the horizon are read until a server that sends those first is asked again, with a date
   */
  constructor(
    directory: string,
    inClone: (id: ObjectId) => GitObject | undefined,
    mostOlder = mostOlderByDefault,
  ) {
    this.#mostOlder = mostOlder;
    this.#heldPath = join(directory, 'held.json');
    this.#segments = new CommitSegments(directory);
    this.#commits = new CommitGraph((id) => viewOf(id, inClone(id)));
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
    const times = commits.map((id) => this.#commits.get(id)?.committedAt);
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
    if (!this.#loaded && commits.some((id) => this.#commits.get(id) === undefined)) this.#load();
    return new Map(
      commits.flatMap((id) => {
        const commit = this.#commits.get(id);
        return commit === undefined ? [] : [[id, commit.bytes] as const];
      }),
    );
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
    try {
      const held: Held = { tip, since: base.since, edge: await this.#read(tip, base, ask) };
      const commits = this.#walk(tip, since, () => held); // while the last of it goes to the disk
      await this.#written;
      writeForNow(this.#heldPath, JSON.stringify(held));
      return commits;
    } catch (error) {
      this.#commits.clear(); // what is not on the disk is not kept
      this.#loaded = false;
      throw error;
    } finally {
      await this.#written.catch(() => undefined); // nobody else begins before
      this.#written = Promise.resolve();
    }
  }

  /** @returns the commits that the history ends with: those before them are not here */
  async #read(
    tip: CommitId,
    { tip: before, since, edge }: Omit<Held, 'tip'> & { readonly tip?: CommitId },
    ask: Ask,
  ): Promise<readonly CommitId[]> {
    const haves = before === undefined ? [] : [before];
    const request: FetchRequest = { wants: [tip], haves, shallow: edge, filter: 'tree:0' };
    const read = async (more: Partial<FetchRequest>, mostOlder = Infinity): Promise<Read | undefined> => {
      const answer = await ask({ ...request, ...more });
      const cut = await this.#add(answer, [tip], since, mostOlder);
      return cut && { isDated: !answer.filtered, edge: this.#edgeAfter(edge, answer, cut) };
    };
    // Clocks of committers differ: the server's cut is put a little earlier than ours.
    const date = since - slack;
    if (date <= 0) return (await read({}))?.edge ?? edge;
    // Servers refuse to cut a history of which nothing would be left.
    if ((this.#commits.get(tip)?.committedAt ?? Infinity) < date)
      return this.#readBehind(tip, since, edge, ask);
    const first = await read({ sinceUnfiltered: date }, this.#mostOlder);
    if (first?.isDated === false) return first.edge;
    const dated = first ?? (await read({ since: date }));
    return this.#readBehind(tip, since, dated?.edge ?? edge, ask);
  }

  /**
   * A server cuts a history at each commit that is older than a date, also where only that one's clock was wrong. What is missing behind the cuts is asked for as far as
   * `CommitGraph` looks behind old commits, and if there is something younger, without a bound: reading ends where all of it has come.
   */
  async #readBehind(
    tip: CommitId,
    since: number,
    cuts: readonly CommitId[],
    ask: Ask,
  ): Promise<readonly CommitId[]> {
    let edge = cuts;
    for (const depth of [mostOlderInARow + 1, infiniteDepth]) {
      const { incomplete } = this.#commits.walk(tip, since);
      if (incomplete.length === 0) break;
      const shallow = [...new Set([...edge, ...incomplete.map(({ id }) => id)])];
      const relative = depth !== infiniteDepth;
      const answer = await ask({ wants: [tip], haves: [tip], shallow, depth, relative, filter: 'tree:0' });
      const missing = incomplete.flatMap(({ parents }) => parents).filter((id) => !this.#commits.get(id));
      edge = this.#edgeAfter(shallow, answer, (await this.#add(answer, missing, since, Infinity)) ?? []);
    }
    return edge;
  }

  #edgeAfter(
    before: readonly CommitId[],
    answer: FetchAnswer,
    cut: readonly CommitId[],
  ): readonly CommitId[] {
    const gone = new Set(answer.unshallow);
    const kept = before.filter((id) => !gone.has(id));
    // What was not read, as the rest was enough, is no end of what is here.
    const edge = [...kept, ...answer.shallow, ...cut].filter((id) => this.#commits.get(id) !== undefined);
    return [...new Set(edge)];
  }

  #walk(
    tip: CommitId,
    since: number,
    told = (): Held | undefined => this.#held(),
  ): readonly LoggedCommit[] | undefined {
    if (this.#commits.get(tip) === undefined) return undefined;
    const { commits, incomplete } = this.#commits.walk(tip, since);
    if (incomplete.length === 0) return commits;
    const held = told();
    if (held === undefined || held.since > since) return undefined;
    const edge = new Set(held.edge);
    return incomplete.every((commit) => edge.has(commit.id)) ? commits : undefined;
  }

  #load(): void {
    this.#loaded = true;
    try {
      for (const commit of this.#segments.read()) this.#commits.add(commit);
    } catch (error) {
      if (!(error instanceof Failure && error.code === 'corrupt')) throw error;
      this.#segments.clear(); // a cache: what is damaged is fetched again
    }
  }

  /**
   * Keeps the commits of an answer, down to those that are older than `since`; what else a server without filters sends is dropped.
   * @returns those that the history ends with, as the pack was not read further; `undefined`, and nothing was kept, where more than `mostOlder` came that are
   * older, and not yet all that are not
   */
  async #add(
    answer: FetchAnswer,
    wanted: readonly CommitId[],
    since: number,
    mostOlder: number,
  ): Promise<readonly CommitId[] | undefined> {
    await this.#written;
    const expected = new ExpectedCommits(wanted, since, (id) => this.#commits.known(id), answer.shallow);
    const segment = this.#segments.begin();
    const isCut = await readCommitPack(packParts(answer), {
      room: (size) => segment.blocks.room(size),
      keep: () => {
        const commit = segment.blocks.keep();
        this.#commits.add(commit);
        expected.see(commit);
        return commit;
      },
      find: (id) => this.#commits.get(id as CommitId),
      isEnough: (areOthers) =>
        ((areOthers || expected.older.length > 0) && expected.areHere) || expected.older.length > mostOlder,
    });
    if (isCut && !expected.areHere) {
      for (const { id } of expected.older) this.#commits.delete(id);
      return undefined;
    }
    this.#written = segment.end();
    this.#written.catch(() => undefined); // told by whoever waits for it
    return isCut ? expected.edge() : [];
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

function viewOf(id: CommitId, object: GitObject | undefined): CommitView | undefined {
  if (object?.type !== 'commit') return undefined;
  const { buffer, byteOffset, byteLength } = object.bytes;
  return new CommitView(id, Buffer.from(buffer, byteOffset, byteLength));
}

/** A week. */
const slack = 7 * 86_400_000;

/** As git says it: down to the first commits. */
const infiniteDepth = 0x7fffffff;

/** Some 15 MB. Git sends the newest commits first, unless it hands out whole packs that it has. */
const mostOlderByDefault = 50_000;
