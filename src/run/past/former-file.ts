import type { FieldFact } from '../../fields/model.ts';
import { nameClass } from '../../fields/name-class.ts';
import type { Snapshot } from '../../git/repository.ts';
import type { CommitId, LoggedCommit } from '../../release/log.ts';
import type { TreeEntry } from '../../tree/tree.ts';
import type { ChangeIndex } from './change-index.ts';
import type { FieldReader } from './field-at.ts';
import { findBefore, type FileFields } from './field-identity.ts';
import { byNearness } from './nearness.ts';

/** A file, as it is in the commit that gave it its name. */
export interface NamedFile {
  readonly file: string;
  readonly field: FieldFact;
  /** All fields of the file. */
  readonly fields: FileFields;
  readonly content: string | undefined;
  readonly commit: CommitId;
}

/** Where on the way back a file has no longer its name. */
export interface WayBack {
  /** Newest first. */
  readonly line: readonly Pick<LoggedCommit, 'id'>[];
  /** Of the commit that gave the file its name. */
  readonly place: number;
  /** Of the newest commits of the line. Default: each commit is looked at. */
  readonly index?: ChangeIndex;
}

/** Files that are looked into where one field came from; of more, the nearest. */
const mostRead = 64;

/**
 * The file that held a field in the commit before, where its own was not there yet or did not hold it. In this order:
 *
 * 1. of the files that are gone in `named.commit`, the one with the same content, else one with the same image in a field of the same
 *    shape, else one with its value at another place; the nearest name first;
 * 2. the file from which that commit took such a field: documents are put together, or apart;
 * 3. one that was copied and that nobody touched until it went: who copies a file and deletes the first one in another commit has moved it.
 *
 * @returns `undefined` where the field was new
 */
export async function formerFile(
  snapshot: Snapshot,
  reader: FieldReader,
  named: NamedFile,
  before: CommitId,
  way: WayBack,
): Promise<string | undefined> {
  if ((await reader.entry(before, named.file)) !== undefined) return takenFrom(reader, named, before);
  const list = async (commit: CommitId): Promise<readonly TreeEntry[]> => (await snapshot.at(commit)).list();
  const present = new Map((await list(named.commit)).map(({ path, id }) => [path, id]));
  const older = await list(before);
  const gone = older.filter((entry) => !present.has(entry.path) && isRead(entry));
  const moved =
    (await nearestLike(reader, named, before, gone, () => true)) ?? (await takenFrom(reader, named, before));
  const [head] = way.line;
  if (moved !== undefined || head === undefined || head.id === named.commit) return moved;
  const last = new Set((await list(head.id)).map(({ path }) => path));
  const copied = older.filter(
    (entry) => present.get(entry.path) === entry.id && !last.has(entry.path) && isRead(entry),
  );
  return copiedFrom(reader, named, before, copied, way);
}

async function copiedFrom(
  reader: FieldReader,
  named: NamedFile,
  before: CommitId,
  entries: readonly TreeEntry[],
  way: WayBack,
): Promise<string | undefined> {
  const { tag, digest } = named.field;
  const isSame = (field: FieldFact): boolean => field.tag === tag && field.digest === digest;
  const open = new Map(entries.map((entry) => [entry.path, entry]));
  for (;;) {
    const path = await nearestLike(reader, named, before, [...open.values()], isSame);
    const entry = path === undefined ? undefined : open.get(path);
    if (entry === undefined || (await isLeftAlone(reader, entry, way))) return path;
    open.delete(entry.path);
  }
}

async function takenFrom(
  reader: FieldReader,
  { file, field, fields, commit }: NamedFile,
  before: CommitId,
): Promise<string | undefined> {
  const had: TreeEntry[] = [];
  for (const path of (await reader.changed(commit, before)) ?? []) {
    const entry = path === file ? undefined : await reader.entry(before, path);
    if (entry !== undefined && isRead(entry)) had.push(entry);
  }
  const nearest = byNearness(had, file).slice(0, mostRead);
  await reader.prepare(
    nearest.flatMap(({ path }) => [before, commit].map((one) => ({ commit: one, file: path }))),
  );
  for (const { path } of nearest) {
    const then = (await reader.fields(before, path)).alike(field, fields);
    const now = (await reader.fields(commit, path)).alike(field, fields);
    if (then.length > now.length && then.some((one) => isTakenFor(one, field))) return path;
  }
  return undefined;
}

/** A container is known by its name as well; of what has no name, the value must tell. */
function isTakenFor(one: FieldFact, field: FieldFact): boolean {
  if (field.container !== undefined) return one.container === field.container;
  return one.tag === field.tag && one.digest === field.digest;
}

function isRead({ path, mode }: TreeEntry): boolean {
  return mode !== 'symlink' && mode !== 'submodule' && nameClass(path) !== 'other';
}

/** Of some files of a commit: the nearest with the same content, else the nearest with such a field, else with its value at a place of another kind. */
async function nearestLike(
  reader: FieldReader,
  { file, field, fields, content }: NamedFile,
  commit: CommitId,
  entries: readonly TreeEntry[],
  isWanted: (field: FieldFact) => boolean,
): Promise<string | undefined> {
  // Copies of one manifest for several environments are often equal, and move together.
  const [same] = byNearness(
    entries.filter(({ id }) => id === content),
    file,
  );
  if (same !== undefined) return same.path;
  const nearest = byNearness(entries, file).slice(0, mostRead);
  await reader.prepare(nearest.map(({ path }) => ({ commit, file: path })));
  for (const { path } of nearest) {
    if ((await reader.fields(commit, path)).alike(field, fields).some(isWanted)) return path;
  }
  for (const { path } of nearest) {
    const before = findBefore(field, fields, await reader.fields(commit, path));
    if (before !== undefined && before.tag === field.tag && before.digest === field.digest) return path;
  }
  return undefined;
}

/** Whether a file is the same in all commits from the newest to that place in which it is there. */
async function isLeftAlone(
  reader: FieldReader,
  { path, id }: TreeEntry,
  { line, place, index }: WayBack,
): Promise<boolean> {
  for (let at: number | undefined = 0; at !== undefined && at <= place;) {
    const commit = line[at];
    const entry = commit && (await reader.entry(commit.id, path));
    if (entry !== undefined && entry.id !== id) return false;
    at = index !== undefined && at < index.length ? await index.next(path, at, place) : at + 1;
  }
  return true;
}
