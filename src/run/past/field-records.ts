import type { Binding } from '../../bindings/model.ts';
import type { Snapshot } from '../../git/repository.ts';
import type { MarkOrder } from '../../policy/election/mark-order.ts';
import type { CommitId } from '../../release/log.ts';
import { claimsOn, type BranchClaims, type Claim, type NewestClaims } from './branch-claims.ts';
import type { BranchLog } from './branch-log.ts';
import { countRecords, type Counted } from './counting.ts';
import { enoughClaims, type Newest } from './enough-claims.ts';
import type { FieldReader } from './field-at.ts';
import { recordHolds } from './record-holds.ts';
import { isBoundary, isMove, tell, type Told } from './told.ts';
import { mostLookedBack } from './untold.ts';

type RecordedBinding = Pick<Binding, 'key' | 'file' | 'field'>;

/** What records tell of fields, those that count: the field really held that value in the first-parent commit that brought the record in (product.md, 6.1). */
export class FieldRecords {
  readonly #snapshot: Snapshot;
  readonly #fields: FieldReader;

  constructor(snapshot: Snapshot, fields: FieldReader) {
    this.#snapshot = snapshot;
    this.#fields = fields;
  }

  /**
   * By the records of this very field that count; `undefined` where none does.
   * @param order where only the mark counts: then records below it may be left out. Default: none is
   * @param newest records that are looked at nevertheless. Default: the newest of a run
   */
  async told(
    { file, field, key }: RecordedBinding,
    { byFile, log }: BranchClaims,
    order?: MarkOrder,
    newest = newestOfRun,
  ): Promise<Told | undefined> {
    const claims = claimsOn({ file, field, key }, byFile);
    const count = async (some: readonly Claim[]): Promise<ReadonlyMap<Claim, Counted>> => {
      await this.prepare(some, log);
      return countRecords(some, { file, field }, log, this.#fields);
    };
    const looked = await enoughClaims(
      claims.slice(0, mostClaims),
      order,
      newest,
      async (some) => new Set((await count(some)).keys()),
    );
    return tell(await count(looked), log.bringers, field);
  }

  /** So many of the newest records that moved the field, since the last lift: newest first. */
  async moves(binding: RecordedBinding, loaded: BranchClaims, count: number): Promise<Told['moves']> {
    const told = await this.told(binding, loaded, noMark, { count, are: isMove });
    return told?.moves ?? [];
  }

  /** Whether the field held what a record says, in the commit that brought it; see `prepare`. */
  async holds({ commit, record, place }: Claim, log: BranchLog): Promise<boolean> {
    const bringer = log.bringers.get(commit.id);
    if (bringer === undefined) return false;
    const field = (await this.#fields.fields(bringer, place.file)).at(place.pointer);
    return field !== undefined && recordHolds(record, field);
  }

  /** Brings what some records are compared with, in one request for folders and one for files. */
  async prepare(claims: readonly Claim[], log: BranchLog): Promise<void> {
    const files = claims.flatMap(({ commit, place }) => {
      const bringer = log.bringers.get(commit.id);
      return bringer === undefined ? [] : [{ commit: bringer, file: place.file }];
    });
    await this.#fields.prepare(files);
  }

  /**
   * Asks for folders that `prepareRecent` and `told` will want if the newest records count, while the rest of a long log is still read: a server takes its time
   * over them. What fails here fails once more when it is wanted.
   */
  prepareAhead(bindings: readonly RecordedBinding[], { byFile, line }: NewestClaims): void {
    const recent = line.slice(0, mostLookedBack).map(({ id }) => id);
    const places = new Map(recent.map((id, place) => [id, place]));
    const lengths = bindings.map((binding) => {
      const newest = newestOf(binding, byFile);
      return newest === undefined ? 0 : (places.get(newest.commit.id) ?? -1) + 1;
    });
    const wanted = recent.slice(
      0,
      lengths.reduce((most, length) => Math.max(most, length), 0),
    );
    this.#snapshot.prepare(wanted).catch(() => undefined);
  }

  /** What people did since the newest record is looked for as well: the folders of those commits come in one fetch with those of the records. */
  async prepareRecent(binding: RecordedBinding, { byFile, log }: BranchClaims): Promise<void> {
    const newest = newestOf(binding, byFile);
    const bringer = newest && log.bringers.get(newest.commit.id);
    const recent = log.line.slice(0, recentLength(log.line, bringer));
    await this.#snapshot.prepare(recent.map(({ id }) => id));
  }
}

/** Records of one field that are compared with the trees; a mark that lies further back than this is not seen. */
export const mostClaims = 1000;

/** From there on a run's word is enough. */
const newestOfRun: Newest = { count: 1, are: isBoundary };

/** For questions that the newest records answer. */
const noMark: MarkOrder = { sort: () => [] };

/** The newest of a run, or of a lift, whether it counts or not. */
function newestOf(binding: RecordedBinding, byFile: BranchClaims['byFile']): Claim | undefined {
  return claimsOn(binding, byFile).find(({ record }) => isBoundary(record));
}

/** Commits before the one that brought a field's newest record. */
function recentLength(line: BranchLog['line'], bringer: CommitId | undefined): number {
  const end = line.findIndex(({ id }) => id === bringer);
  return Math.min(Math.max(end, 0), mostLookedBack);
}
