import type { FieldFact } from '../../fields/model.ts';
import type { ConfigRepository, Snapshot } from '../../git/repository.ts';
import { parseFieldKey } from '../../release/field-key.ts';
import type { LoggedCommit } from '../../release/log.ts';
import type { Doubt, DoubtedRelease, LoggedRelease, Release, ReleaseRecord } from '../../release/model.ts';
import { readBranchLog, type BranchLog } from './branch-log.ts';
import { FieldReader, type FileAt } from './field-at.ts';
import { findField } from './field-identity.ts';
import { isLift } from './is-lift.ts';
import { recordHolds } from './record-holds.ts';

/** What the history of a branch tells of its releases. */
export interface ReleaseLog {
  readonly log: BranchLog;
  /** The records that count, the newest on the branch first. */
  readonly releases: readonly Release[];
  /** Records of this branch that do not count, in the same order. */
  readonly doubted: readonly DoubtedRelease[];
  /** Older records that were not looked at, as enough were found. */
  readonly rest: number;
}

/** The releases that count, the newest on the branch first. */
export async function releaseLog(repository: ConfigRepository, since: number): Promise<readonly Release[]> {
  return (await readReleaseLog(await repository.sync(), { since })).releases;
}

interface ReleaseRequest {
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Only these are compared with the files; the others are in neither list. Default all. */
  readonly wanted?: (release: Release) => boolean;
  /** Reading ends once so many releases count. Default all. */
  readonly most?: number;
}

/**
 * Reads the releases of a branch (product.md, 6.1). A record counts if the field took that value in the first-parent commit
 * that brought the record to the branch; what is copied, forged or repeated does not.
 */
export async function readReleaseLog(
  snapshot: Snapshot,
  { since, wanted = () => true, most = Infinity }: ReleaseRequest,
): Promise<ReleaseLog> {
  const log = await readBranchLog(snapshot, since);
  const judge = new Judge(snapshot, log);
  const open = byLanding(log, wanted);
  const releases: Release[] = [];
  const doubted: DoubtedRelease[] = [];
  // In portions, so that memory stays bounded, and few are read where few are wanted.
  for (let size = Math.min(most, mostAtOnce); open.length > 0 && releases.length < most; size = mostAtOnce) {
    const portion = take(open, Math.max(size, 1));
    await judge.prepare(portion.flat());
    for (const landed of portion) {
      const judged: (Release | DoubtedRelease)[] = [];
      // Oldest first: of a record that stands twice, the older one is the release.
      for (const claim of landed.toReversed()) judged.push(await judge.judge(claim));
      for (const one of judged.reverse())
        if ('doubt' in one) doubted.push(one);
        else releases.push(one);
    }
  }
  return { log, releases, doubted, rest: open.reduce((sum, { length }) => sum + length, 0) };
}

/** What each commit of the branch brought: the newest last, so that it is taken first; in each the newest first. */
function byLanding(log: BranchLog, wanted: (release: Release) => boolean): Release[][] {
  const claims = log.claims
    .map((claim): Release => ({ ...claim, landed: landingOf(claim, log) }))
    .filter(wanted);
  const order = new Map(log.commits.map(({ id }, index) => [id, index]));
  const placeOf = ([first]: readonly Release[]): number => (first && order.get(first.landed.id)) ?? 0;
  return [...Map.groupBy(claims, ({ landed }) => landed.id).values()].sort((a, b) => placeOf(b) - placeOf(a));
}

/** Takes groups from the end until they hold `size` releases. */
function take(groups: Release[][], size: number): Release[][] {
  const taken: Release[][] = [];
  for (let left = size; left > 0;) {
    const group = groups.pop();
    if (group === undefined) break;
    taken.push(group);
    left -= group.length;
  }
  return taken;
}

/** The commit that brought a commit to the branch. */
export function landingOf({ commit }: { readonly commit: LoggedCommit }, log: BranchLog): LoggedCommit {
  return log.byId.get(log.bringers.get(commit.id) ?? commit.id) ?? commit;
}

/** So many that the folders of their commits stay in memory until they are looked into. */
const mostAtOnce = 1000;

/** Compares records with what the files held. */
class Judge {
  readonly #log: BranchLog;
  readonly #fields: FieldReader;
  readonly #seen = new Set<string>();

  constructor(snapshot: Snapshot, log: BranchLog) {
    this.#log = log;
    // What a policy's targets made a field is found by its place; the policy may be gone.
    const places = log.claims.flatMap(({ record }) => parseFieldKey(record.field) ?? []);
    this.#fields = new FieldReader(snapshot, places);
  }

  async prepare(releases: readonly Release[]): Promise<void> {
    const files = releases.flatMap(({ record, landed }): FileAt[] => {
      const file = parseFieldKey(record.field)?.file;
      if (file === undefined) return [];
      const before = this.#before(landed);
      const at = { commit: landed.id, file };
      return before === undefined ? [at] : [at, { commit: before.id, file }];
    });
    await this.#fields.prepare(files);
  }

  /** Where it counts, it tells what the branch left: a squash brings the last of several steps. */
  async judge(claim: Release): Promise<Release | DoubtedRelease> {
    const outcome = await this.#look(claim);
    if (typeof outcome === 'string') return { ...claim, doubt: outcome };
    return outcome === undefined ? claim : { ...claim, record: leaving(outcome, claim.record) };
  }

  /** Why a record does not count; where it does, the field that it moved, as far as it was there before. */
  async #look({ commit, record, landed }: Release): Promise<Doubt | FieldFact | undefined> {
    const place = parseFieldKey(record.field);
    if (place === undefined) return 'no-field';
    const fields = await this.#fields.fields(landed.id, place.file);
    const field = fields.at(place.pointer);
    if (field === undefined) return 'no-field';
    if (!recordHolds(record, field)) return 'not-held';
    const before = this.#before(landed);
    const { file } = place;
    let left: FieldFact | undefined;
    if (!moves(record.intent)) {
      if (!(await isLift(this.#fields, { commit }, before?.id, { bringer: landed.id, file, field })))
        return 'copied';
    } else if (before !== undefined) {
      left = findField(field, fields, await this.#fields.fields(before.id, file));
      if (left !== undefined && left.tag === field.tag && left.digest === field.digest) return 'not-moved';
    }
    const key = JSON.stringify([landed.id, record.field, record.to, record.digest, record.intent]);
    if (this.#seen.has(key)) return 'repeated';
    this.#seen.add(key);
    return left;
  }

  /** `undefined` for the first commit of all, and where the log ends before it. */
  #before({ parents }: LoggedCommit): LoggedCommit | undefined {
    const [first] = parents;
    return first === undefined ? undefined : this.#log.byId.get(first);
  }
}

/** Of a digest that stands alone, the record may know the name. */
function leaving({ tag = '', digest = '' }: FieldFact, record: ReleaseRecord): ReleaseRecord {
  const isTold = digest === record.fromDigest && (tag === record.from || tag === '');
  if (isTold) return record;
  const { fromRevision: _, ...rest } = record;
  return { ...rest, from: tag, fromDigest: digest };
}

/** A hold and a lift tell of a field and leave it as it is. */
function moves(intent: LoggedRelease['record']['intent']): boolean {
  return intent !== 'hold' && intent !== 'lift';
}
