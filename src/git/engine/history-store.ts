import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Failure } from '../../core/failure.ts';
import type { CommitId, LoggedCommit } from '../../release/log.ts';
import type { FetchAnswer, FetchRequest } from '../transport.ts';
import { walkCommits } from './commit-walk.ts';
import { parseCommit, type ParsedCommit } from './commit.ts';
import { writeDurably } from './durable.ts';
import { foldPacks } from './fold.ts';
import { isObjectId, type GitObject, type ObjectId, type ObjectReader } from './object-id.ts';
import { ObjectStore } from './object-store.ts';
import { readPack, type PackedObject } from './pack-reader.ts';
import { writePack } from './pack-writer.ts';
import { receivePack } from './receive.ts';

/** What is here: every commit reachable from `tip` that is not older than `since`. */
interface Held {
  readonly tip: CommitId;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Commits whose parents the server left out, being older. */
  readonly edge: readonly CommitId[];
}

/**
 * The branch's commits without their trees, beside the kept clone: fetched once down to the horizon (with `filter=tree:0` where the server
 * offers it; else the rest is dropped on arrival), then only what is new. Changed under the clone's lock.
 */
export class HistoryStore {
  readonly #directory: string;
  readonly #clone: ObjectReader;
  readonly #parsed = new Map<CommitId, ParsedCommit>();
  #objects: ObjectStore | undefined;

  /** @param clone where the commits that came with fetches of the branch itself, and our own, are */
  constructor(directory: string, clone: ObjectReader) {
    this.#directory = directory;
    this.#clone = clone;
  }

  /** The history from what is on disk, or `undefined` where something must be fetched. */
  local(tip: CommitId, since: number): readonly LoggedCommit[] | undefined {
    const { commits, incomplete } = walkCommits(tip, since, (id) => this.find(id));
    if (incomplete.length === 0) return commits;
    const held = this.#held();
    if (held === undefined || held.since > since) return undefined;
    const edge = new Set(held.edge);
    return incomplete.every((commit) => edge.has(commit.id)) ? commits : undefined;
  }

  /** Fetches what is missing between `tip` and `since`. @throws Failure `bad-answer` where the server leaves commits out */
  async fetch(
    tip: CommitId,
    since: number,
    ask: (request: FetchRequest) => Promise<FetchAnswer>,
  ): Promise<readonly LoggedCommit[]> {
    const held = this.#held();
    const base = held !== undefined && held.since <= since ? held : undefined;
    const from = base?.since ?? since;
    const answer = await ask({
      wants: [tip],
      haves: base === undefined ? [] : [base.tip],
      shallow: base?.edge ?? [],
      filter: 'tree:0',
      // Clocks of committers differ: the server's cut is put a little earlier than ours.
      ...(from > slack ? { since: from - slack } : {}),
    });
    this.#add(await receivePack(answer));
    const gone = new Set(answer.unshallow);
    const edge = new Set([...(base?.edge ?? []).filter((id) => !gone.has(id)), ...answer.shallow]);
    writeDurably(
      join(this.#directory, 'held.json'),
      JSON.stringify({ tip, since: from, edge: [...edge] } satisfies Held),
    );
    foldPacks(this.#store(), () => new Set(this.#parsed.keys()));
    const commits = this.local(tip, since);
    if (commits === undefined)
      throw new Failure('bad-answer', `the server left out commits of the history of ${tip}`);
    return commits;
  }

  find(id: CommitId): ParsedCommit | undefined {
    const known = this.#parsed.get(id);
    if (known !== undefined) return known;
    const object = this.#readObject(id);
    if (object?.type !== 'commit') return undefined;
    const commit = parseCommit(id, object.bytes);
    this.#parsed.set(id, commit);
    return commit;
  }

  close(): void {
    this.#objects?.close();
  }

  #readObject(id: ObjectId): GitObject | undefined {
    return this.#store().read(id) ?? this.#clone.read(id);
  }

  #store(): ObjectStore {
    return (this.#objects ??= new ObjectStore(join(this.#directory, 'objects')));
  }

  /** Keeps the commits of a pack. One that holds nothing else is kept as it came. */
  #add(pack: Buffer): void {
    if (pack.length === 0) return;
    const commits: PackedObject[] = [];
    let others = 0;
    const external = (id: ObjectId): GitObject | undefined => this.#readObject(id);
    const { externalBases, left } = readPack(pack, {
      external,
      unresolved: 'skip',
      visit: (object) => {
        if (object.type !== 'commit') others++;
        else commits.push(object);
        if (object.type === 'commit')
          this.#parsed.set(object.id as CommitId, parseCommit(object.id as CommitId, object.bytes));
      },
    });
    if (commits.length === 0) return;
    const asItCame = others === 0 && left === 0 && externalBases.size === 0;
    if (asItCame) this.#store().keepPack(pack, commits);
    else this.#store().addPack(writePack(commits));
  }

  #held(): Held | undefined {
    const path = join(this.#directory, 'held.json');
    if (!existsSync(path)) return undefined;
    try {
      const value = JSON.parse(readFileSync(path, 'utf8')) as Partial<Held>;
      const { tip, since, edge } = value;
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
