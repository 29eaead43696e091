import type { FieldFact } from '../../fields/model.ts';
import type { CommitId } from '../../release/log.ts';
import type { FieldReader } from './field-at.ts';
import { findField } from './field-identity.ts';

/**
 * Whether a commit of the branch left a field as it was. A lift does; where a commit with the record of one moves the field, the record was
 * copied there, such as by a squash, and what it lifted is long past.
 * @param parent the commit before it; `undefined` where the log ends
 */
export async function isStill(
  reader: FieldReader,
  parent: CommitId | undefined,
  { commit, file, field }: { readonly commit: CommitId; readonly file: string; readonly field: FieldFact },
): Promise<boolean> {
  if (parent === undefined) return true;
  await reader.prepare([{ commit: parent, file }]);
  const before = findField(field, await reader.fields(commit, file), await reader.fields(parent, file));
  return before === undefined || (before.tag === field.tag && before.digest === field.digest);
}
