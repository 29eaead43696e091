import { append } from '../core/append.ts';
import { children } from '../yaml/walk.ts';
import type { PartFact, PartName } from './model.ts';
import { partOf } from './part.ts';
import type { Reading } from './reading.ts';

/** A value of a map, or of the maps that it merges in (`<<: *base`), to be read and never to be edited there. */
export function lookup(reading: Reading, map: number, key: string): number | undefined {
  return reading.textChild(map, key) ?? lookAbove(reading, map, key, 0)?.index;
}

/** As `lookup`, of any kind: the node that the value stands at, behind aliases. */
export function lookupAny(reading: Reading, map: number, key: string): number | undefined {
  const found = reading.child(map, key) ?? lookAbove(reading, map, key, 0, 'any')?.index;
  return found === undefined ? undefined : behindAlias(reading, found);
}

/** The values of a map and of those that it merges in, which it may have keys of its own for. */
export function entriesOf(reading: Reading, map: number): readonly number[] {
  return [map, ...basesOf(reading, map)].flatMap((at) => children(reading.outline, at));
}

/** What an alias repeats; any other node itself. */
export function behindAlias(reading: Reading, index: number): number {
  return reading.node(index).kind === 'alias' ? (reading.anchorOf(index) ?? index) : index;
}

/** A value that a map does not have itself, but merges in, as a part of its own field: it stands elsewhere and is refused here. */
export function mergedIn(
  reading: Reading,
  map: number,
  part: PartName,
  key: string = part,
): PartFact | undefined {
  if (reading.child(map, key) !== undefined) return undefined;
  const found = lookAbove(reading, map, key, 0);
  if (found === undefined) return undefined;
  const { start, end, anchor } = reading.node(found.alias);
  const held = partOf(reading, found.index, part);
  return {
    ...held,
    start,
    end,
    pointer: `${reading.pointer(map)}/${key}`,
    refused: `it is merged in from the anchor &${anchor ?? ''}, and belongs to another image there; write a ${key} of its own into the map`,
    anchor: held.anchor ?? held.start,
    ...reading.at(start),
  };
}

interface Found {
  readonly index: number;
  /** Where the map names what it merges in. */
  readonly alias: number;
}

/** Notes with the fields whose maps a map merges in that it would have a digest which is inserted there, beside a tag or a name of its own. */
export function lendTo(reading: Reading, map: number): void {
  if (reading.child(map, '<<') === undefined) return;
  const { line } = reading.at(reading.node(map).start);
  for (const base of basesOf(reading, map)) {
    const at = reading.fieldOf.get(base);
    const field = at === undefined ? undefined : reading.fields[at];
    if (at !== undefined && field !== undefined && field.lendsTo === undefined)
      reading.fields[at] = { ...field, lendsTo: line };
  }
}

/** The maps that a map merges in, and those that these merge in: what is added to one of them, it has too. */
function basesOf(reading: Reading, map: number): number[] {
  const found: number[] = [];
  for (let open = [map], depth = 0; open.length > 0 && depth <= deepest; depth++) {
    const bases = open.flatMap((at) =>
      aliasesOf(reading, at, depth).flatMap((alias) => reading.anchorOf(alias) ?? []),
    );
    append(found, bases);
    open = bases;
  }
  return found;
}

const deepest = 4;

/** Bounded: five maps above each other, and eight beside each other in the first. */
function lookAbove(
  reading: Reading,
  map: number,
  key: string,
  depth: number,
  kind: 'text' | 'any' = 'text',
): Found | undefined {
  if (depth > deepest) return undefined;
  for (const alias of aliasesOf(reading, map, depth)) {
    const base = reading.anchorOf(alias);
    if (base === undefined) continue;
    const own = kind === 'text' ? reading.textChild(base, key) : reading.child(base, key);
    const index = own ?? lookAbove(reading, base, key, depth + 1, kind)?.index;
    if (index !== undefined) return { index, alias };
  }
  return undefined;
}

/** What a map names under `<<`. */
function aliasesOf(reading: Reading, map: number, depth: number): number[] {
  const merge = reading.child(map, '<<');
  if (merge === undefined) return [];
  const isList = depth === 0 && reading.node(merge).kind === 'seq';
  const named = isList ? children(reading.outline, merge).slice(0, 8) : [merge];
  return named.filter((at) => reading.node(at).kind === 'alias');
}
