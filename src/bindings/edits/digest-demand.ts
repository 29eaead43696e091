import type { Bound, WritePolicy } from '../model.ts';

/**
 * Whether a new tag can only be written with its digest: the policy pins, or a digest stands in what is written (product.md,
 * 2.1 `digest`).
 */
export function wantsDigest({
  policy,
  field,
  writes,
  scope,
}: Pick<Bound<WritePolicy>, 'policy' | 'field' | 'writes' | 'scope'>): boolean {
  if (scope === 'name') return false;
  if (scope === 'digest' || (policy.digest === 'pin' && !isBareTag(policy, scope))) return true;
  return field.digest !== undefined && writes.some(({ value }) => value.includes(field.digest ?? ''));
}

/** A marker `ns:name:tag` of Flux 2 writes the tag alone, whatever `digestReflectionPolicy` says. */
function isBareTag({ dialect }: WritePolicy, scope: Bound<WritePolicy>['scope']): boolean {
  return dialect === 'flux2' && scope === 'tag';
}
