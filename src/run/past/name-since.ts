import type { FieldFact } from '../../fields/model.ts';
import { mainlineParents } from '../../release/first-parent.ts';
import type { CommitId } from '../../release/log.ts';
import { oneLine, type BranchLog } from './branch-log.ts';
import type { FieldReader } from './field-at.ts';
import { findField } from './field-identity.ts';
import { formerFile, type WayBack } from './former-file.ts';

/** Commits that are looked at, as those in which people did what no record tells. */
const mostLooked = 2000;

/** Of one field. */
interface NamedField {
  readonly file: string;
  readonly field: FieldFact;
}

type Line = Pick<BranchLog, 'branch' | 'head' | 'line' | 'byId'>;

/**
 * Where on the branch a file got its name from another one, at the newest such commit: records of older commits that name it tell of a file that had the
 * name before, or of this one as it had it the first time. A file that was deleted and came back under its name has the same past.
 * @param end the place of the oldest commit that is looked at. The folders are fetched
 * @returns the place in the line; `undefined`: it has had the name all that time, or since it was made
 */
export async function nameSince(
  of: NamedField,
  log: Line,
  end: number,
  reader: FieldReader,
): Promise<number | undefined> {
  const line = log.line.slice(0, Math.min(end + 1, mostLooked));
  await reader.snapshot.prepare(line.map(({ id }) => id));
  const index = reader.index(() => oneLine(log));
  for (let place = 0; place < line.length - 1;) {
    // Where the branch is one line, only commits that changed the file are looked at.
    if (place < index.length - 1) {
      const next = await index.next(of.file, place, Math.min(line.length, index.length) - 1);
      place = next === undefined ? index.length - 1 : next - 1;
    }
    // What is older than the last of them is not here.
    const commit = place < line.length - 1 ? line[place] : undefined;
    for (const before of commit === undefined ? [] : mainlineParents(commit, log.branch))
      if (await isMoved(of, { line, place }, before, log, reader)) return place;
    place++;
  }
  return undefined;
}

async function isMoved(
  { file, field }: NamedField,
  way: WayBack,
  before: CommitId,
  { head, byId }: Line,
  reader: FieldReader,
): Promise<boolean> {
  const commit = way.line[way.place]?.id;
  const content = commit && (await reader.entry(commit, file))?.id;
  if (commit === undefined || content === undefined || !byId.has(before)) return false;
  if ((await reader.entry(before, file)) !== undefined) return false;
  const fields = await reader.fields(commit, file);
  const then = findField(field, await reader.fields(head, file), fields);
  const named = { file, field: then ?? field, fields, content, commit };
  return (await formerFile(reader.snapshot, reader, named, before, way)) !== undefined;
}
