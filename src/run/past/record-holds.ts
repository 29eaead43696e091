import type { FieldFact } from '../../fields/model.ts';
import type { ReleaseRecord } from '../../release/model.ts';

/**
 * Whether a field holds what a record says that it was moved to. A field without a digest takes any digest that the
 * record tells.
 */
export function recordHolds(
  { to, digest }: Pick<ReleaseRecord, 'to' | 'digest'>,
  field: Pick<FieldFact, 'tag' | 'digest'>,
): boolean {
  if ((field.tag ?? '') !== to) return false;
  return field.digest === undefined || digest === '' || field.digest === digest;
}
