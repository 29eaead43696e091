import type { ReleaseRecord } from '../../release/model.ts';

/**
 * Whether a field holds what a record says that it was moved to. A field without a digest takes any digest that the
 * record tells; where only a digest stands, it is the digest that tells, and the record's tag is its name.
 */
export function recordHolds(
  { to, digest }: Pick<ReleaseRecord, 'to' | 'digest'>,
  field: DigestOrTag,
): boolean {
  if (isDigestAlone(field)) return digest === field.digest;
  if ((field.tag ?? '') !== to) return false;
  return (field.digest ?? '') === '' || digest === '' || field.digest === digest;
}

/** Whether no tag stands beside the digest, so that only a record or the registry can tell which version it is. */
export function isDigestAlone({ tag, digest }: DigestOrTag): boolean {
  return (tag ?? '') === '' && (digest ?? '') !== '';
}

interface DigestOrTag {
  readonly tag?: string | null | undefined;
  readonly digest?: string | null | undefined;
}
