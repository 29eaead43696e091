import type { Binding } from '../../bindings/model.ts';
import type { WatchedField } from '../../bindings/targets/watched.ts';
import type { Snapshot } from '../../git/repository.ts';
import type { Current, Past, Rival } from '../../policy/election/decision.ts';
import { hasMark, type MarkOrder } from '../../policy/election/mark-order.ts';
import { Arrivals, type HeldValue } from './arrivals.ts';
import { claimsOn, readBranchClaims, type BranchClaims } from './branch-claims.ts';
import { oneLine, type BranchLog } from './branch-log.ts';
import { FieldReader, valueOf as currentOf } from './field-at.ts';
import { FieldRecords, mostClaims } from './field-records.ts';
import { isSameImage } from './field-identity.ts';
import { linePortions } from './line-portions.ts';
import { FieldOrigins, type OriginCache } from './field-origins.ts';
import { FileTrail, type BroughtValue } from './file-trail.ts';
import { nameDigests, type DigestNames } from './digest-names.ts';
import { previousOf } from './previous.ts';
import { recordHolds } from './record-holds.ts';
import { isStillThere, rivalOf } from './rival.ts';
import { mostLookedBack, untold } from './untold.ts';
import { inOrderOfComing, takenBack, type Moved } from './without-order.ts';

/** Records whose trees are fetched at once. */
const claimsAtOnce = 20;
/** Commits that are made ready at first where the newest are the likely ones; then eight times as many, and so on. */
const firstPortion = 64;

type PastBinding = Pick<Binding, 'key' | 'file' | 'field'>;
/** What counts of the past is told by the policy. */
type PolicyBinding = PastBinding & Pick<Binding, 'policy'>;

/**
 * What git tells of the releases on a branch (product.md, 6.1 and 6.2), read when first asked for. A record counts only
 * if the field held that value in the first-parent commit that brought the record in; where none counts, the file's own
 * history decides, also under the names that it had before.
 */
export class BranchHistory {
  readonly #snapshot: Snapshot;
  readonly #since: number;
  readonly #fields: FieldReader;
  readonly #records: FieldRecords;
  /** Who brought what the fields hold. */
  readonly origins: FieldOrigins;
  #loaded: Promise<BranchClaims> | undefined;
  /** Whose past is asked for while the log is read. */
  #asked: PastBinding[] | undefined = [];
  #arrivals: Arrivals | undefined;

  /**
   * @param origins what earlier snapshots of the branch told of them
   * @param watched fields that only their place tells (`targets`). Default none
   */
  constructor(
    snapshot: Snapshot,
    since: number,
    origins?: OriginCache,
    watched: readonly WatchedField[] = [],
  ) {
    this.origins = new FieldOrigins(snapshot, since, origins, watched);
    this.#snapshot = snapshot;
    this.#since = since;
    this.#fields = new FieldReader(snapshot, watched);
    this.#records = new FieldRecords(snapshot, this.#fields);
  }

  /** Whether a run of ours ever released to this branch, by a record that counts (product.md, 5: the fuse). */
  async hasOwnRun(): Promise<boolean> {
    const { made, log } = await this.#load();
    // The newest is enough, unless somebody wrote records by hand or removed the files that they tell of.
    for (let start = 0; start < Math.min(made.length, mostClaims); start += claimsAtOnce) {
      const claims = made.slice(start, start + claimsAtOnce);
      await this.#records.prepare(claims, log);
      for (const claim of claims) if (await this.#records.holds(claim, log)) return true;
    }
    return false;
  }

  /** When a digest was first released on this branch, by the records that count. */
  async recordedAt(digest: string): Promise<number | undefined> {
    const { withDigest, log } = await this.#load();
    // Oldest first, so that of thousands of fields with one image few are looked at.
    const claims = withDigest(digest).toSorted((a, b) => a.commit.committedAt - b.commit.committedAt);
    for (let from = 0; from < claims.length; from += claimsAtOnce) {
      const portion = claims.slice(from, from + claimsAtOnce);
      await this.#records.prepare(portion, log);
      for (const claim of portion) if (await this.#records.holds(claim, log)) return claim.commit.committedAt;
    }
    return undefined;
  }

  /**
   * What the field held since the last lift, newest first (6.2). Digests that stood alone have the tags that records tell.
   * @param order where only the mark counts: then versions below it may be left out. Default: nothing is
   */
  async past(binding: PolicyBinding, order?: MarkOrder): Promise<Past> {
    this.#asked?.push(binding);
    const loaded = await this.#load();
    const { line } = loaded.log;
    const [told] = await Promise.all([
      this.#records.told(binding, loaded, order),
      this.#records.prepareRecent(binding, loaded),
    ]);
    // People leave no records: what they did, the file itself must tell.
    if (!hasMark(binding.policy)) {
      const walked = told?.newest === undefined ? line : line.slice(0, mostLookedBack);
      const held =
        binding.policy.rule.kind === 'digest'
          ? takenBack(await this.#brought(binding, loaded, walked))
          : await this.#held(binding, loaded, walked);
      const past = inOrderOfComing(held, told, walked);
      return nameDigests(past, told?.names ?? new Map<string, string>());
    }
    if (told === undefined) return this.#held(binding, loaded, line);
    const length = await untold(binding, told, line, this.#snapshot, this.#fields);
    const recent = await this.#held(binding, loaded, line.slice(0, length));
    return nameDigests([...recent, ...told.held.map(({ value }) => value)], told.names);
  }

  /** The tags of the digests that the field held, by the records of this very field that count, lifted or not. */
  async names(binding: PastBinding): Promise<DigestNames> {
    const told = await this.#records.told(binding, await this.#load());
    return told?.names ?? new Map<string, string>();
  }

  /** Who moved the field off our value twice within a day, and left it so (product.md, 5: ping-pong); `undefined`: nobody since the last lift. */
  async rival({ file, field, key }: PastBinding): Promise<Rival | undefined> {
    const loaded = await this.#load();
    const { log } = loaded;
    // Almost always the newest is still there: then the one before it needs no look.
    const [newest] = await this.#records.moves({ file, field, key }, loaded, 1);
    if (newest === undefined || isStillThere(newest, field)) return undefined;
    const [newer, older] = await this.#records.moves({ file, field, key }, loaded, 2);
    if (newer === undefined || older === undefined) return undefined;
    const line = log.line.slice(0, log.line.findIndex(({ id }) => id === older.bringer) + 1);
    if (line.length > mostLookedBack) return undefined;
    return rivalOf(newer, older, async () => {
      await this.#snapshot.prepare(line.map(({ id }) => id));
      const trail = this.#trail(log);
      return trail.timeline({ file, field }, line);
    });
  }

  /** Whether the value that stands there came before the log begins: what was there before it is not known. */
  async isOlder(binding: PastBinding): Promise<boolean> {
    const { log } = await this.#load();
    const isWhole = log.line.every(({ parents }) => parents.every((parent) => log.byId.has(parent)));
    // Where even the newest commit is older, the log is empty.
    return !(isWhole && log.line.length > 0) && (await this.origins.of(binding)) === undefined;
  }

  /** What the field held of its present image, also before a lift; none where it was not lifted. */
  async lifted(binding: PastBinding): Promise<Past> {
    const { byFile } = await this.#load();
    if (!claimsOn(binding, byFile).some(({ record }) => record.intent === 'lift')) return [];
    return (await this.timeline(binding, () => false, 0)).map(({ value }) => value);
  }

  /**
   * The value of its present image that the field held last of those that are wanted, whatever was lifted since; `undefined`: none down to the
   * horizon.
   */
  async before(binding: PastBinding, isWanted: (value: Current) => boolean): Promise<Current | undefined> {
    return this.#lookBack(binding, firstPortion, (held) => held.find(isWanted));
  }

  /**
   * The value of its present image that it held before the present one, those left out that were taken back since and those that are not wanted.
   * What came and went more than some thousand commits ago may be left out of account.
   */
  async previous(binding: PastBinding, isWanted: (value: Current) => boolean): Promise<Current | undefined> {
    const now = currentOf(binding.field);
    return this.#lookBack(binding, mostLookedBack, (held) =>
      previousOf([now, ...held.filter((value) => isWanted(value))]),
    );
  }

  /** @param find what is looked for, in what the field held of its image, newest first */
  async #lookBack(
    { file, field }: PastBinding,
    first: number,
    find: (held: readonly Current[]) => Current | undefined,
  ): Promise<Current | undefined> {
    const { log } = await this.#load();
    const trail = this.#trail(log);
    for await (const line of linePortions(this.#snapshot, log, first)) {
      const held = await trail.held({ file, field }, line);
      const found = find(held.filter((then) => isSameImage(then, field)).map(currentOf));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /**
   * What the field held, newest first, and since when, whatever was lifted: to the horizon, or to 2,000 commits or more in which one is `last`.
   * @param now milliseconds since the epoch
   */
  async timeline(
    { file, field }: PastBinding,
    last: (value: Current) => boolean,
    now: number,
  ): Promise<readonly HeldValue[]> {
    const { log } = await this.#load();
    const trail = this.#trail(log);
    const arrivals = (this.#arrivals ??= new Arrivals(log.line));
    let held: readonly BroughtValue[] = [];
    for await (const line of linePortions(this.#snapshot, log, mostLookedBack)) {
      held = await trail.timeline({ file, field }, line);
      // The oldest may have come before this portion.
      if (held.slice(0, -1).some(({ value }) => last(value))) break;
    }
    return held.map(({ value, commit }) => ({ value, since: arrivals.of(commit, now) }));
  }

  /** By the file itself, in the given commits of the line. */
  async #held(
    { file, field }: PastBinding,
    { log, lifts }: BranchClaims,
    line: BranchLog['line'],
  ): Promise<Past> {
    await this.#snapshot.prepare(line.map(({ id }) => id));
    const trail = this.#trail(log, lifts);
    return (await trail.held({ file, field }, line)).map(currentOf);
  }

  /** The same with who brought the values: a run by a record that counts, also under a name that the file had before, or a person. */
  async #brought(
    { file, field }: PastBinding,
    { log, lifts, updates }: BranchClaims,
    line: BranchLog['line'],
  ): Promise<readonly Moved[]> {
    await this.#snapshot.prepare(line.map(({ id }) => id));
    const held = await this.#trail(log, lifts).timeline({ file, field }, line);
    return held.map(({ value, commit, place: at }) => {
      const isOfRun = updates(commit.id).some(
        ({ place, record }) =>
          place.file === at.file && place.pointer === at.pointer && recordHolds(record, value),
      );
      return { value, isOfRun };
    });
  }

  #trail(log: BranchLog, lifts: BranchClaims['lifts'] = new Map()): FileTrail {
    const index = this.#fields.index(() => oneLine(log));
    return new FileTrail(this.#snapshot, this.#fields, log.branch, lifts, index);
  }

  async #load(): Promise<BranchClaims> {
    this.#loaded ??= readBranchClaims(this.#snapshot, this.#since, (newest) => {
      this.#records.prepareAhead(this.#asked ?? [], newest);
    }).finally(() => {
      this.#asked = undefined;
    });
    return this.#loaded;
  }
}
