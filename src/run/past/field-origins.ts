import type { Binding } from '../../bindings/model.ts';
import type { WatchedField } from '../../bindings/targets/watched.ts';
import type { FieldFact } from '../../fields/model.ts';
import type { Snapshot } from '../../git/repository.ts';
import { mainline } from '../../release/first-parent.ts';
import type { CommitId, LoggedCommit } from '../../release/log.ts';
import { Arrivals } from './arrivals.ts';
import { ChangeIndex } from './change-index.ts';
import { FieldReader } from './field-at.ts';
import { findBefore, type FileFields } from './field-identity.ts';
import { formerFile, type WayBack } from './former-file.ts';

/** Which commit brought the value that a field (`path#pointer`) held at `head`; no commit: none down to the horizon. */
type KnownOrigins = Map<string, { readonly head: CommitId; readonly origin: LoggedCommit | undefined }>;

/** What earlier snapshots of the branch told, so that only new commits are looked at. Losing it costs time, nothing else. */
export class OriginCache {
  readonly origins: KnownOrigins = new Map();
}

/** Fields that are remembered; far more than are pinned anywhere. */
const mostKnown = 10_000;
/** Versions of files that are looked at for one state of the branch, over all fields: thousands of pinned fields must not hold up a run. */
const mostLooks = 200_000;
/** Names that a file is followed through. */
const mostNames = 16;

/** Finds the commits that brought values to a branch: who put it there, and when (product.md, 3). */
export class FieldOrigins {
  readonly #snapshot: Snapshot;
  readonly #since: number;
  readonly #fields: FieldReader;
  readonly #known: KnownOrigins;
  #chain: Promise<Chain> | undefined;
  #looks = 0;

  /** @param since how far back is looked: milliseconds since the epoch */
  constructor(
    snapshot: Snapshot,
    since: number,
    cache: OriginCache = new OriginCache(),
    watched: readonly WatchedField[] = [],
  ) {
    this.#snapshot = snapshot;
    this.#since = since;
    this.#fields = new FieldReader(snapshot, watched);
    this.#known = cache.origins;
  }

  /**
   * The first-parent commit that brought the value which the field holds now: also where the field stood elsewhere in the file since,
   * or the file had another name. `undefined` where it is older than the horizon, or too much was asked.
   */
  async of({ key, file, field }: Pick<Binding, 'key' | 'file' | 'field'>): Promise<LoggedCommit | undefined> {
    const found = await this.#kept({ key, file, field });
    return found === 'unknown' ? undefined : found;
  }

  /** How far back is looked: milliseconds since the epoch. */
  get horizon(): number {
    return this.#since;
  }

  /**
   * When that commit came, at the latest: milliseconds since the epoch, as `Arrivals` tells. What is older than the horizon counts from there, since nobody looked further;
   * `unknown` where too much was asked: then it may be young.
   */
  async since(binding: Pick<Binding, 'key' | 'file' | 'field'>, now: number): Promise<number | 'unknown'> {
    const found = await this.#kept(binding);
    if (found === 'unknown' || found === undefined) return found ?? this.#since;
    return (await this.#whole()).arrivals.of(found, now);
  }

  async #kept({
    key,
    file,
    field,
  }: Pick<Binding, 'key' | 'file' | 'field'>): Promise<LoggedCommit | undefined | 'unknown'> {
    const found = await this.#find(file, field);
    if (found === 'unknown') return found;
    if (this.#known.size >= mostKnown) this.#known.clear();
    this.#known.set(key, { head: this.#snapshot.commit, origin: found });
    return found;
  }

  async #find(file: string, field: FieldFact): Promise<LoggedCommit | undefined | 'unknown'> {
    const { chain, places, index } = await this.#whole();
    const [head] = chain;
    if (head === undefined) return undefined;
    const start = { file, field, fields: undefined, content: undefined, commit: head, names: 0 };
    let step: Step = (await this.#step(start, head)) ?? start;
    for (let place = 0; ;) {
      const known = this.#known.get(`${step.file}#${step.field.pointer}`);
      // Up to there the field is what it was when that was found out.
      const told = known === undefined ? undefined : places.get(known.head);
      const last = told === undefined || told < place ? chain.length - 1 : told;
      const next = await index.next(step.file, place, last);
      if (next === undefined) return told === last ? known?.origin : originAtEnd(chain);
      if (++this.#looks > mostLooks) return 'unknown';
      const [newer, older] = [chain[next - 1], chain[next]];
      if (newer === undefined || older === undefined) return undefined;
      const before = await this.#step({ ...step, commit: newer }, older, {
        line: chain,
        place: next - 1,
        index,
      });
      if (before === undefined) return newer;
      step = before;
      place = next;
    }
  }

  /** The field as this commit has it; `undefined` where it held something else, or was not there. */
  async #step(step: Step, commit: LoggedCommit, way?: WayBack): Promise<Step | undefined> {
    const entry = await this.#fields.entry(commit.id, step.file);
    if (entry !== undefined && entry.id === step.content) return { ...step, commit };
    const fields = await this.#fields.fields(commit.id, step.file);
    const field = step.fields === undefined ? step.field : findBefore(step.field, step.fields, fields);
    if (entry === undefined || field === undefined) return this.#fromElsewhere(step, commit, way);
    if (field.tag !== step.field.tag || field.digest !== step.field.digest) return undefined;
    return { ...step, field, fields, content: entry.id, commit };
  }

  async #fromElsewhere(step: Step, commit: LoggedCommit, way?: WayBack): Promise<Step | undefined> {
    if (step.fields === undefined || step.names >= mostNames || way === undefined) return undefined;
    const named = { ...step, fields: step.fields, commit: step.commit.id };
    const file = await formerFile(this.#snapshot, this.#fields, named, commit.id, way);
    // It held nothing where there was no file.
    if (file === undefined || (await this.#fields.entry(commit.id, file)) === undefined) return undefined;
    return this.#step({ ...step, file, names: step.names + 1 }, commit);
  }

  async #whole(): Promise<Chain> {
    return (this.#chain ??= this.#load());
  }

  async #load(): Promise<Chain> {
    const chain = mainline(await this.#snapshot.history(this.#since), this.#snapshot.commit);
    const places = new Map(chain.map(({ id }, place) => [id, place]));
    return { chain, places, index: new ChangeIndex(this.#snapshot, chain), arrivals: new Arrivals(chain) };
  }
}

/** What stood in the first commit of all came with it; what is older than the log came with none that is known. */
function originAtEnd(chain: readonly LoggedCommit[]): LoggedCommit | undefined {
  const last = chain.at(-1);
  return last?.parents.length === 0 ? last : undefined;
}

/** The commits of the branch, newest first. */
interface Chain {
  readonly chain: readonly LoggedCommit[];
  readonly places: ReadonlyMap<CommitId, number>;
  readonly index: ChangeIndex;
  readonly arrivals: Arrivals;
}

/** Where the field was found last, on the way back. */
interface Step {
  readonly file: string;
  readonly field: FieldFact;
  /** All fields of the file then; `undefined` before the first step. */
  readonly fields: FileFields | undefined;
  readonly content: string | undefined;
  readonly commit: LoggedCommit;
  readonly names: number;
}
