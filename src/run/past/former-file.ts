import type { FieldFact } from '../../fields/model.ts';
import { nameClass } from '../../fields/name-class.ts';
import type { Snapshot } from '../../git/repository.ts';
import type { CommitId, LoggedCommit } from '../../release/log.ts';
import type { TreeEntry } from '../../tree/tree.ts';
import type { ChangeIndex } from './change-index.ts';
import type { FieldReader } from './field-at.ts';
import { findBefore, isSameImage, lostFields, type FileFields } from './field-identity.ts';
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
/** Files that are compared with another one in each commit that changed it: a group of many moves together a thousand times. */
const mostCompared = 16;
/** Commits in which a file may be nowhere, on its way from one place to another. */
const mostBack = 64;

/**
 * The file that held a field in the commit before, where its own was not there yet or did not hold it. In this order:
 *
 * 1. of the files that are gone in `named.commit`, the one with the same content, else one with the same image in a field of the same
 *    shape, else one with its value at another place; the nearest name first;
 * 2. the file from which that commit took such a field: documents are put together, or apart;
 * 3. one that was copied and that nobody touched until it went: who copies a file and deletes the first one in another commit has moved it;
 * 4. one from which such a field was copied, and cut later with the value that it had then;
 * 5. one that went in one of the last commits before, with the same value: who deletes a file and puts it elsewhere in another commit has moved it as well.
 *
 * @returns a file that may be gone in `before`; `undefined` where the field was new
 */
export async function formerFile(
  snapshot: Snapshot,
  reader: FieldReader,
  named: NamedFile,
  before: CommitId,
  way: WayBack,
): Promise<string | undefined> {
  if ((await reader.entry(before, named.file)) !== undefined)
    return (await takenFrom(reader, named, before)) ?? cutLater(reader, named, before, way);
  const list = async (commit: CommitId): Promise<readonly TreeEntry[]> => (await snapshot.at(commit)).list();
  const gone = await goneIn(reader, named.commit, before, list);
  const moved =
    (await nearestLike(reader, named, before, gone, () => true)) ?? (await takenFrom(reader, named, before));
  if (moved !== undefined) return moved;
  const last = await reader.paths(way.line[0]?.id ?? named.commit);
  const left = (await list(before)).filter((entry) => !last.has(entry.path) && isRead(entry));
  return (
    (await copiedFrom(reader, named, before, left, way)) ??
    (await cutLater(reader, named, before, way)) ??
    (await deletedBefore(reader, named, way))
  );
}

/**
 * Another file that may have held a field which its own file held as well in the commit before: files swap their names, or one is put over another. Nobody can tell
 * which of both pasts is the field's.
 * @param there the field as its own file had it
 */
export async function otherFormer(
  reader: FieldReader,
  named: NamedFile,
  before: CommitId,
  there: FieldFact,
): Promise<string | undefined> {
  const paths = [...((await reader.changed(named.commit, before)) ?? [])].filter(
    (path) => path !== named.file,
  );
  if (paths.length === 0) return undefined;
  if (!isSameImage(there, named.field) || there.container !== named.field.container)
    return takenFrom(reader, named, before);
  // Of many, those that a folder took with it as it was put over another one.
  const name = named.file.slice(named.file.lastIndexOf('/') + 1);
  const likely = paths.length > mostCompared ? paths.filter((path) => path.endsWith(name)) : paths;
  const had = await Promise.all(
    likely.slice(0, mostCompared).map(async (path) => reader.entry(before, path)),
  );
  const same = had.filter((entry) => entry !== undefined).filter(({ id }) => id === named.content);
  return byNearness(same, named.file)[0]?.path;
}

/** The files that a commit deleted. */
async function goneIn(
  reader: FieldReader,
  commit: CommitId,
  before: CommitId,
  list: (commit: CommitId) => Promise<readonly TreeEntry[]>,
): Promise<readonly TreeEntry[]> {
  const changed = await reader.changed(commit, before);
  const gone: TreeEntry[] = [];
  if (changed === undefined) {
    const present = new Set((await list(commit)).map(({ path }) => path));
    gone.push(...(await list(before)).filter(({ path }) => !present.has(path)));
  }
  for (const path of changed ?? []) {
    const entry = await reader.entry(before, path);
    if (entry !== undefined && (await reader.entry(commit, path)) === undefined) gone.push(entry);
  }
  return gone.filter(isRead);
}

async function copiedFrom(
  reader: FieldReader,
  named: NamedFile,
  before: CommitId,
  entries: readonly TreeEntry[],
  way: WayBack,
): Promise<string | undefined> {
  const isSame = (field: FieldFact): boolean => isSameValue(field, named.field);
  const open = new Map(entries.map((entry) => [entry.path, entry]));
  for (;;) {
    const path = await nearestLike(reader, named, before, [...open.values()], isSame);
    const entry = path === undefined ? undefined : open.get(path);
    if (entry === undefined || (await isLeftAlone(reader, entry, way))) return path;
    open.delete(entry.path);
  }
}

async function deletedBefore(
  reader: FieldReader,
  named: NamedFile,
  { line, place }: WayBack,
): Promise<string | undefined> {
  const isSame = (field: FieldFact): boolean => isSameValue(field, named.field);
  for (let at = place + 1; at <= place + mostBack; at++) {
    const [newer, older] = [line[at]?.id, line[at + 1]?.id];
    if (newer === undefined || older === undefined) return undefined;
    const gone: TreeEntry[] = [];
    for (const path of (await reader.changed(newer, older)) ?? []) {
      // What comes back under its name is followed by it.
      if (path === named.file) return undefined;
      const entry = await reader.entry(older, path);
      if (entry === undefined || !isRead(entry)) continue;
      const later = [newer, named.commit].map(async (commit) => reader.entry(commit, path));
      if ((await Promise.all(later)).every((found) => found === undefined)) gone.push(entry);
    }
    const found = await nearestLike(reader, named, older, gone, isSame);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function cutLater(
  reader: FieldReader,
  named: NamedFile,
  before: CommitId,
  way: WayBack,
): Promise<string | undefined> {
  const { file, field } = named;
  const last = way.line[0]?.id;
  const changed = last === undefined ? undefined : await reader.changed(last, before);
  if (last === undefined || changed === undefined) return undefined;
  const entries = await Promise.all([...changed].map(async (path) => reader.entry(before, path)));
  const had = entries
    .filter((entry) => entry !== undefined)
    .filter((one) => one.path !== file && isRead(one));
  const nearest = byNearness(had, file).slice(0, mostRead);
  await reader.prepare(
    nearest.flatMap(({ path }) => [before, last].map((one) => ({ commit: one, file: path }))),
  );
  for (const entry of nearest) {
    const then = await alikeIn(reader, named, before, entry.path);
    if (!then.some((one) => isSameValue(one, field))) continue;
    const isCut = async (commit: CommitId): Promise<boolean> =>
      (await alikeIn(reader, named, commit, entry.path)).length < then.length;
    if ((await isCut(last)) && (await isLeftAlone(reader, entry, way, isCut))) return entry.path;
  }
  return undefined;
}

async function takenFrom(
  reader: FieldReader,
  named: NamedFile,
  before: CommitId,
): Promise<string | undefined> {
  const { file, field, commit } = named;
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
    const then = await alikeIn(reader, named, before, path);
    const now = await alikeIn(reader, named, commit, path);
    if (then.length > now.length && then.some((one) => isTakenFor(one, field))) return path;
  }
  for (const { path } of nearest) {
    const lost = lostFields(await reader.fields(commit, path), await reader.fields(before, path));
    const isNamed = (one: FieldFact): boolean => one.name !== undefined && field.name !== undefined;
    if (lost.some((one) => isNamed(one) && isSameImage(one, field) && isSameValue(one, field))) return path;
  }
  return undefined;
}

/** The fields of a file that could be it: where it is of a container, those of containers with its name. */
async function alikeIn(
  reader: FieldReader,
  { field, fields }: NamedFile,
  commit: CommitId,
  path: string,
): Promise<readonly FieldFact[]> {
  const found = (await reader.fields(commit, path)).alike(field, fields);
  return found.filter(({ container }) => container === field.container);
}

/** A container is known by its name as well; of what has no name, the value must tell. */
function isTakenFor(one: FieldFact, field: FieldFact): boolean {
  if (field.container !== undefined) return one.container === field.container;
  return isSameValue(one, field);
}

function isSameValue(one: FieldFact, other: FieldFact): boolean {
  return one.tag === other.tag && one.digest === other.digest;
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
    if (before !== undefined && isSameValue(before, field)) return path;
  }
  return undefined;
}

/** Whether a file is the same in all commits from the newest to that place in which it is there, and does not count as gone; that one among them. */
async function isLeftAlone(
  reader: FieldReader,
  { path, id }: TreeEntry,
  { line, place, index }: WayBack,
  isGone: (commit: CommitId) => Promise<boolean> = async () => false,
): Promise<boolean> {
  for (let at: number | undefined = 0; at !== undefined && at <= place;) {
    const commit = line[at];
    const entry = commit && (await reader.entry(commit.id, path));
    if (commit !== undefined && entry !== undefined && entry.id !== id && !(await isGone(commit.id)))
      return false;
    at = index !== undefined && at < index.length ? await index.next(path, at, place) : at + 1;
  }
  return true;
}
