import type { Current } from '../../policy/election/decision.ts';
import { isDigestAlone } from './record-holds.ts';

/** Tags by digest. */
export type DigestNames = ReadonlyMap<string, string>;

/** The same values, those of a digest alone with its tag where it is known. */
export function nameDigests(values: readonly Current[], names: DigestNames): readonly Current[] {
  return names.size === 0 ? values : values.map((value) => nameDigest(value, names));
}

/** The value with the tag of its digest, where no tag stands beside it and one is known. */
export function nameDigest(value: Current, names: DigestNames): Current {
  const { digest } = value;
  const tag = digest === null || !isDigestAlone(value) ? undefined : names.get(digest);
  return tag === undefined ? value : { tag, digest };
}
