import { Failure } from '../../core/failure.ts';
import { watchedFields, type WatchedField } from '../../bindings/targets/watched.ts';
import { readFacts } from '../../fields/facts.ts';
import type { FieldFact } from '../../fields/model.ts';
import { nameClass } from '../../fields/name-class.ts';
import type { Snapshot } from '../../git/repository.ts';
import type { Current } from '../../policy/election/decision.ts';
import type { FieldPlace } from '../../release/field-key.ts';
import type { CommitId, LoggedCommit } from '../../release/log.ts';
import type { Tree, TreeEntry } from '../../tree/tree.ts';
import { ChangeIndex } from './change-index.ts';
import { FileFields } from './field-identity.ts';
import { FileRules } from './file-rules.ts';

/** A file as a commit has it. */
export interface FileAt {
  readonly commit: CommitId;
  readonly file: string;
}

/** Reads what fields held in older commits. A file's content is looked at once while it is among the last few thousand. */
export class FieldReader {
  /** What it reads from. */
  readonly snapshot: Snapshot;
  readonly #read = new Map<string, FileFields>();
  /** Of those of them that have any. */
  readonly #rules = new Map<string, FileRules>();
  /** Files that differ, by two commits; `undefined`: too many to tell. */
  readonly #changes = new Map<string, ReadonlySet<string> | undefined>();
  #told = 0;
  #index: ChangeIndex | undefined;
  #paths: { readonly commit: CommitId; readonly paths: ReadonlySet<string> } | undefined;
  readonly #anywhere: readonly WatchedField[];
  readonly #byFile: ReadonlyMap<string | undefined, readonly WatchedField[]>;

  /** @param watched fields that only their place tells. Default none */
  constructor(snapshot: Snapshot, watched: readonly WatchedField[] = []) {
    this.snapshot = snapshot;
    const distinct = new Map(watched.map((one) => [`${one.file ?? ''}#${one.pointer}`, one]));
    this.#byFile = Map.groupBy(distinct.values(), ({ file }) => file);
    this.#anywhere = this.#byFile.get(undefined) ?? [];
  }

  /**
   * Reads files of other commits: their trees are brought in one request, what they hold in another. Of more than a few thousand, the
   * first are read, the rest is only brought.
   */
  async prepare(files: readonly FileAt[]): Promise<void> {
    await this.snapshot.prepare([...new Set(files.map(({ commit }) => commit))]);
    const unread = new Map<string, TreeEntry & { readonly commit: CommitId }>();
    for (const { commit, file } of files) {
      const entry = await this.entry(commit, file);
      const key = entry === undefined ? '' : this.#keyOf(entry);
      if (entry !== undefined && !this.#read.has(key)) unread.set(key, { ...entry, commit });
    }
    const entries = [...unread.values()];
    const [first] = entries;
    if (first === undefined) return;
    await this.snapshot.prepareFiles(entries);
    // All at once, so that the repository is read in its own order and not in that of the history.
    await this.#readAll(await this.snapshot.at(first.commit), entries.slice(0, mostKept / 2));
  }

  /** `undefined` where the commit has no such file, or the file no such field. */
  async at(commit: CommitId, place: FieldPlace): Promise<Current | undefined> {
    const field = (await this.fields(commit, place.file)).at(place.pointer);
    return field && valueOf(field);
  }

  /** The image fields of a file of a commit; none where there is no such file. */
  async fields(commit: CommitId, file: string): Promise<FileFields> {
    const entry = await this.entry(commit, file);
    return entry === undefined ? noFields : this.#fieldsOf(await this.snapshot.at(commit), entry);
  }

  /** What a file of a commit says of the tags that fields take; `undefined` where it says nothing. */
  async rules(commit: CommitId, file: string): Promise<FileRules | undefined> {
    const entry = await this.entry(commit, file);
    if (entry === undefined) return undefined;
    await this.#fieldsOf(await this.snapshot.at(commit), entry);
    return this.#rules.get(this.#keyOf(entry));
  }

  /** Whether a file may differ between two commits: asked once for all files, since many fields are followed through the same commits. */
  async differs(newer: CommitId, older: CommitId, file: string): Promise<boolean> {
    return (await this.changed(newer, older))?.has(file) ?? true;
  }

  /** The files that differ between two commits; `undefined`: too many to tell. */
  async changed(newer: CommitId, older: CommitId): Promise<ReadonlySet<string> | undefined> {
    const key = `${newer} ${older}`;
    if (!this.#changes.has(key)) {
      const paths =
        this.#told < mostTold ? await this.snapshot.changes(newer, older, mostChanged) : undefined;
      this.#told += paths?.length ?? 0;
      this.#changes.set(key, paths === undefined ? undefined : new Set(paths));
    }
    return this.#changes.get(key);
  }

  /** All files of a commit; those of the one that was asked for last are kept. */
  async paths(commit: CommitId): Promise<ReadonlySet<string>> {
    if (this.#paths?.commit !== commit) {
      const entries = await (await this.snapshot.at(commit)).list();
      this.#paths = { commit, paths: new Set(entries.map(({ path }) => path)) };
    }
    return this.#paths.paths;
  }

  /** Which commits changed a file. @param chain asked for once: each the first parent of the one before it */
  index(chain: () => readonly LoggedCommit[]): ChangeIndex {
    return (this.#index ??= new ChangeIndex(this.snapshot, chain()));
  }

  /** `undefined` as well where it is no file whose content counts. */
  async entry(commit: CommitId, file: string): Promise<TreeEntry | undefined> {
    const entry = await (await this.snapshot.at(commit)).entry(file);
    return entry?.mode === 'file' || entry?.mode === 'executable' ? entry : undefined;
  }

  async #fieldsOf(tree: Tree, entry: TreeEntry): Promise<FileFields> {
    const key = this.#keyOf(entry);
    const known = this.#read.get(key);
    if (known !== undefined) return known;
    await this.#readAll(tree, [entry]);
    const fields = this.#read.get(key);
    if (fields === undefined)
      throw new Failure('corrupt', `${entry.path} could not be read from git.`, { file: entry.path });
    return fields;
  }

  async #readAll(tree: Tree, entries: readonly TreeEntry[]): Promise<void> {
    await tree.read(
      entries,
      (entry, bytes) => this.#keep(this.#keyOf(entry), this.#factsIn(entry.path, bytes)),
      (entry) => this.#keep(this.#keyOf(entry), { fields: noFields }), // over the size cap: no run ever wrote to it
    );
  }

  #factsIn(path: string, bytes: Uint8Array): { readonly fields: FileFields; readonly rules?: FileRules } {
    const facts = readFacts(bytes, nameClass(path));
    const fields = new FileFields(this.#withWatched(path, bytes, facts.fields), facts.markers);
    const hasRules = facts.claims.length + facts.policies.length + facts.flux.length > 0;
    return hasRules ? { fields, rules: new FileRules(facts) } : { fields };
  }

  #withWatched(path: string, bytes: Uint8Array, fields: readonly FieldFact[]): readonly FieldFact[] {
    const watched = [...this.#anywhere, ...(this.#byFile.get(path) ?? []).slice(0, mostWatched)];
    return watched.length === 0 ? fields : [...fields, ...watchedFields(bytes, watched, fields)];
  }

  /** Where fields of this very file are watched, equal content elsewhere is another thing. */
  #keyOf({ id, path }: TreeEntry): string {
    return `${nameClass(path)} ${id}${this.#byFile.has(path) ? ` ${path}` : ''}`;
  }

  /** The oldest are forgotten, so that a long history does not fill the memory. */
  #keep(key: string, { fields, rules }: { readonly fields: FileFields; readonly rules?: FileRules }): void {
    this.#read.set(key, fields);
    if (rules !== undefined) this.#rules.set(key, rules);
    if (this.#read.size <= mostKept) return;
    for (const oldest of this.#read.keys()) {
      this.#read.delete(oldest);
      this.#rules.delete(oldest);
      break;
    }
  }
}

export function valueOf({ tag, digest }: FieldFact): Current {
  return { tag: tag ?? null, digest: digest ?? null };
}

const mostKept = 4096;
/** A commit that changes more than so many files is looked into for each of them. */
const mostChanged = 1000;
/** Changed files that are remembered of all commits: some 50 MB. */
const mostTold = 500_000;
/** Places that are looked at in one file because a message names them: anybody may write messages. */
const mostWatched = 500;
const noFields = new FileFields([]);
