import type { Binding } from '../bindings/model.ts';
import type { FieldFact } from '../fields/model.ts';
import type { Snapshot } from '../git/repository.ts';
import type { Current, Past } from '../policy/decision.ts';
import { releasesOf } from '../release/claims.ts';
import { bringers, firstParentChain } from '../release/first-parent.ts';
import type { CommitId } from '../release/log.ts';
import type { LoggedRelease } from '../release/model.ts';
import { FieldReader, parseFieldKey, type FieldPlace } from './field-at.ts';

/** Records of one field that are compared with the trees; a mark that lies further back than this is not seen. */
const mostClaims = 1000;

/**
 * What git tells of the releases on a branch (product.md, 6.1 and 6.2), read when first asked for. A record counts only
 * if the field took that value in the first-parent commit that brought the record in.
 */
export class BranchHistory {
  readonly #snapshot: Snapshot;
  readonly #since: number;
  readonly #fields: FieldReader;
  #loaded: Promise<Loaded> | undefined;

  constructor(snapshot: Snapshot, since: number) {
    this.#snapshot = snapshot;
    this.#since = since;
    this.#fields = new FieldReader(snapshot);
  }

  /** Every record that counts, newest first. */
  async believed(): Promise<readonly LoggedRelease[]> {
    const { releases } = await this.#load();
    await this.#prepare(releases);
    const believed: LoggedRelease[] = [];
    for (const claim of releases) if (await this.#believes(claim)) believed.push(claim);
    return believed;
  }

  /** When a digest was first released on this branch, by the records that count. */
  async recordedAt(digest: string): Promise<number | undefined> {
    const { byDigest } = await this.#load();
    const claims = byDigest.get(digest) ?? [];
    await this.#prepare(claims);
    let earliest: number | undefined;
    for (const claim of claims) {
      const { committedAt } = claim.commit;
      if ((earliest ?? Infinity) > committedAt && (await this.#believes(claim))) earliest = committedAt;
    }
    return earliest;
  }

  /** What the field held since the last lift, newest first, without what it holds now (6.2). */
  async past(binding: Pick<Binding, 'key' | 'file' | 'field'>): Promise<Past> {
    const { byField } = await this.#load();
    const claims = (byField.get(binding.key) ?? []).slice(0, mostClaims);
    if (claims.length === 0) return this.#heldByFile({ file: binding.file, pointer: binding.field.pointer });
    const lift = claims.findIndex(({ record }) => record.intent === 'lift');
    const live = lift < 0 ? claims : claims.slice(0, lift);
    await this.#prepare(live);
    const held: Current[] = [];
    for (const claim of live) {
      if (!(await this.#believes(claim))) continue;
      held.push(valueOf(claim));
      // What people put there before our first record is told only by what that record left.
      if (leftValue(claim, binding.field))
        held.push({ tag: claim.record.from, digest: claim.record.fromDigest || null });
    }
    return held;
  }

  async #believes(claim: LoggedRelease): Promise<boolean> {
    const commit = (await this.#load()).bringers.get(claim.commit.id);
    const place = parseFieldKey(claim.record.field);
    if (commit === undefined || place === undefined) return false;
    const value = await this.#fields.at(commit, place);
    return (
      value !== undefined && value.tag === claim.record.to && sameDigest(value.digest, claim.record.digest)
    );
  }

  /** Without a record, the file's own first-parent history decides. */
  async #heldByFile(place: FieldPlace): Promise<Past> {
    const { chain } = await this.#load();
    await this.#snapshot.prepare(chain);
    const held: Current[] = [];
    let last: string | undefined;
    for (const commit of chain) {
      const entry = await (await this.#snapshot.at(commit)).entry(place.file);
      if (entry === undefined || entry.id === last) continue;
      last = entry.id;
      const value = await this.#fields.at(commit, place);
      if (value !== undefined) held.push(value);
    }
    return held;
  }

  async #prepare(claims: readonly LoggedRelease[]): Promise<void> {
    const loaded = await this.#load();
    const commits = new Set(claims.map(({ commit }) => loaded.bringers.get(commit.id)));
    await this.#snapshot.prepare([...commits].filter((id) => id !== undefined));
  }

  async #load(): Promise<Loaded> {
    this.#loaded ??= load(this.#snapshot, this.#since);
    return this.#loaded;
  }
}

interface Loaded {
  readonly releases: readonly LoggedRelease[];
  readonly byField: ReadonlyMap<string, readonly LoggedRelease[]>;
  readonly byDigest: ReadonlyMap<string, readonly LoggedRelease[]>;
  readonly bringers: ReadonlyMap<CommitId, CommitId>;
  readonly chain: readonly CommitId[];
}

async function load(snapshot: Snapshot, since: number): Promise<Loaded> {
  const log = await snapshot.history(since);
  const releases = releasesOf(log, snapshot.branch);
  return {
    releases,
    byField: Map.groupBy(releases, ({ record }) => record.field),
    byDigest: Map.groupBy(releases, ({ record }) => record.digest),
    bringers: bringers(log, snapshot.commit),
    chain: firstParentChain(log, snapshot.commit).map(({ id }) => id),
  };
}

/** Whether the release moved the field away from the value that stands there again now. */
function leftValue({ record }: LoggedRelease, now: Pick<FieldFact, 'tag' | 'digest'>): boolean {
  return record.from === (now.tag ?? '') && record.fromDigest === (now.digest ?? '');
}

function valueOf({ record }: LoggedRelease): Current {
  return { tag: record.to, digest: record.digest === '' ? null : record.digest };
}

/** A field without a digest in git takes any digest that a record tells. */
function sameDigest(inGit: string | null, inRecord: string): boolean {
  return inGit === null || inRecord === '' || inGit === inRecord;
}
