import type { RepeatedFact } from './model.ts';
import { objectOf } from './objects.ts';
import type { Reading } from './reading.ts';

/**
 * What workloads with annotations repeat of others, by aliases and merge keys: an edit there moves them as well, whatever their annotations say. Of those
 * that repeat one value two are told, so that whoever it belongs to, another one is among them.
 */
export function readRepeated(reading: Reading): RepeatedFact[] {
  if (reading.claimOf.size === 0) return [];
  const found: RepeatedFact[] = [];
  const claimsOf = new Map<number, Set<number>>();
  const { nodes } = reading.outline;
  for (const [index, { kind, start }] of nodes.entries()) {
    const claim = kind === 'alias' ? claimAround(reading, index) : undefined;
    if (claim === undefined) continue;
    // What is repeated may repeat something itself.
    const open = [index];
    for (let alias = open.pop(); alias !== undefined; alias = open.pop()) {
      const target = reading.anchorOf(alias);
      if (target === undefined) continue;
      const claims = claimsOf.get(target) ?? new Set<number>();
      claimsOf.set(target, claims);
      if (claims.size > 1 || claims.has(claim)) continue;
      claims.add(claim);
      const range = reading.node(target);
      found.push({ start: range.start, end: range.end, claim, line: reading.at(start).line });
      for (let at = target + 1; at < range.next; at++) if (nodes[at]?.kind === 'alias') open.push(at);
    }
  }
  return found;
}

function claimAround(reading: Reading, index: number): number | undefined {
  const object = objectOf(reading, index);
  return object === undefined ? undefined : reading.claimOf.get(object.index);
}
