import type { MarkOrder } from '../../policy/election/mark-order.ts';
import type { ReleaseRecord } from '../../release/model.ts';

/** Which of the newest records are wanted, whatever their versions: so many that hold. A lift ends the search. */
export interface Newest {
  readonly count: number;
  readonly are: (record: ReleaseRecord) => boolean;
}

/**
 * The records of one field that must be compared with the trees where only the mark counts, so that of a long history few commits are fetched: the
 * newest that are wanted and hold, the newest lift that holds, and, from the highest version down, all to the first that holds. What is
 * left out is at or below the mark, or was lifted.
 * @param claims newest first
 * @param order `undefined`: all are needed
 * @param look which of some claims hold; asked for several at once
 */
export async function enoughClaims<Claim extends { readonly record: ReleaseRecord }>(
  claims: readonly Claim[],
  order: MarkOrder | undefined,
  newest: Newest,
  look: (claims: readonly Claim[]) => Promise<ReadonlySet<Claim>>,
): Promise<readonly Claim[]> {
  // The version of a digest that stood alone is told by other records.
  if (order === undefined || claims.some(({ record }) => record.to === '')) return claims;
  const seen = new Map<Claim, boolean>();
  const find = async (wanted: readonly Claim[], count: number): Promise<number> => {
    let found = 0;
    for (let from = 0, size = count; from < wanted.length && found < count; from += size, size *= 4) {
      const portion = wanted.slice(from, from + size);
      const unseen = portion.filter((claim) => !seen.has(claim));
      const held = unseen.length === 0 ? new Set<Claim>() : await look(unseen);
      for (const claim of unseen) seen.set(claim, held.has(claim));
      found += portion.filter((claim) => seen.get(claim) === true).length;
    }
    return found;
  };
  const lifts = claims.filter(({ record }) => record.intent === 'lift');
  await find(lifts, 1);
  const lift = claims.findIndex((claim) => claim.record.intent === 'lift' && seen.get(claim) === true);
  const since = (lift < 0 ? claims : claims.slice(0, lift)).filter(({ record }) => record.intent !== 'lift');
  await find(
    since.filter(({ record }) => newest.are(record)),
    newest.count,
  );
  const highest = order.sort(since, ({ record }) => record.to);
  if (highest === undefined) return claims;
  await find(highest, 1);
  return claims.filter((claim) => seen.has(claim));
}
