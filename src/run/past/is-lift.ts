import type { FieldFact } from '../../fields/model.ts';
import { holdsPath } from '../../release/holds-file.ts';
import type { CommitId } from '../../release/log.ts';
import type { LoggedRelease } from '../../release/model.ts';
import type { FieldReader } from './field-at.ts';
import { findField } from './field-identity.ts';

/** A field in the commit that brought the record of a lift to the branch. */
interface LiftedField {
  readonly bringer: CommitId;
  readonly file: string;
  readonly field: FieldFact;
}

/**
 * Whether the record of a lift, or of a hold, counts: it is made upon the branch itself, in a commit that leaves the field as it was and changes nothing but what held
 * fields. Elsewhere the record was copied, such as by a squash, a cherry-pick or a rebase merge, and what it lifted is long past.
 * @param parent the commit of the branch before it; `undefined` where the log ends
 */
export async function isLift(
  reader: FieldReader,
  { commit }: Pick<LoggedRelease, 'commit'>,
  parent: CommitId | undefined,
  { bringer, file, field }: LiftedField,
): Promise<boolean> {
  if (commit.id !== bringer || commit.parents.length > 1) return false;
  // Ours are written and committed in one moment; a cherry-pick and a rebase keep when the first was written.
  if (commit.authoredAt !== commit.committedAt) return false;
  if (parent === undefined) return true;
  await reader.prepare([{ commit: parent, file }]);
  const before = findField(field, await reader.fields(bringer, file), await reader.fields(parent, file));
  const isStill = before === undefined || (before.tag === field.tag && before.digest === field.digest);
  return isStill && changesHoldsOnly(reader, bringer, parent);
}

/** Holds stood in a file of their own, in policies, and in the annotations of workloads. */
async function changesHoldsOnly(reader: FieldReader, commit: CommitId, parent: CommitId): Promise<boolean> {
  const changed = await reader.changed(commit, parent);
  if (changed === undefined) return false;
  const others = [...changed].filter((path) => path !== holdsPath);
  const files = others.map((path) => ({ commit: parent, file: path }));
  await reader.prepare(files);
  for (const { file } of files) if ((await reader.rules(parent, file)) === undefined) return false;
  return true;
}
