import { children } from '../yaml/walk.ts';
import type { PartFact, PartName } from './model.ts';
import { partOf } from './part.ts';
import type { Reading } from './reading.ts';

/** A value of a map, or of the maps that it merges in (`<<: *base`), to be read and never to be edited there. */
export function lookup(reading: Reading, map: number, key: string): number | undefined {
  return reading.textChild(map, key) ?? lookAbove(reading, map, key, 0)?.index;
}

/** What an alias repeats; any other node itself. */
export function behindAlias(reading: Reading, index: number): number {
  return reading.node(index).kind === 'alias' ? (reading.anchorOf(index) ?? index) : index;
}

/** A value that a map does not have itself, but merges in, as a part of its own field: it stands elsewhere and is refused here. */
export function mergedIn(reading: Reading, map: number, part: PartName): PartFact | undefined {
  if (reading.child(map, part) !== undefined) return undefined;
  const found = lookAbove(reading, map, part, 0);
  if (found === undefined) return undefined;
  const { start, end, anchor } = reading.node(found.alias);
  const held = partOf(reading, found.index, part);
  return {
    ...held,
    start,
    end,
    pointer: `${reading.pointer(map)}/${part}`,
    refused: `it is merged in from the anchor &${anchor ?? ''}, and belongs to another image there; write a ${part} of its own into the map`,
    anchor: held.anchor ?? held.start,
    ...reading.at(start),
  };
}

interface Found {
  readonly index: number;
  /** Where the map names what it merges in. */
  readonly alias: number;
}

/** Bounded: five maps above each other, and eight beside each other in the first. */
function lookAbove(reading: Reading, map: number, key: string, depth: number): Found | undefined {
  const merge = depth > 4 ? undefined : reading.child(map, '<<');
  if (merge === undefined) return undefined;
  const isList = depth === 0 && reading.node(merge).kind === 'seq';
  const aliases = isList ? children(reading.outline, merge).slice(0, 8) : [merge];
  for (const alias of aliases) {
    if (reading.node(alias).kind !== 'alias') continue;
    const base = reading.anchorOf(alias);
    if (base === undefined) continue;
    const index = reading.textChild(base, key) ?? lookAbove(reading, base, key, depth + 1)?.index;
    if (index !== undefined) return { index, alias };
  }
  return undefined;
}
