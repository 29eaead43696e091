import { nearest } from '../core/nearest.ts';
import type { Position } from '../core/position.ts';
import type { TargetStep } from '../policy/document/target-path.ts';
import { decode } from '../yaml/decode.ts';
import { readOutline } from '../yaml/read.ts';
import { children, keyText } from '../yaml/walk.ts';
import { fieldPointer } from './field.ts';
import type { FactProblem, PartFact } from './model.ts';
import { objectOf } from './objects.ts';
import { partOf } from './part.ts';
import { Reading } from './reading.ts';
import { brokenYaml, undecodable } from './unreadable.ts';

/** What the path of a target finds in one file, in all its documents. Plain JSON, without the file's path: cached by blob id and path. */
export interface TargetFind {
  readonly values: readonly TargetValue[];
  /** Maps and lists that the path leads to: no image stands there. */
  readonly collections: readonly (Position & { readonly kind: 'map' | 'list' })[];
  /** Where nothing was found: how far the path's text goes with what was, and why not further. */
  readonly missing?: { readonly end: number; readonly why: string };
  /** Nothing in the file can be read. */
  readonly problem?: FactProblem;
}

/** One scalar. Which part of an image it is, the target says: `part.part` is `image` here. */
export interface TargetValue {
  readonly document: number;
  readonly part: PartFact;
  /** As `FieldFact.pointer`. */
  readonly pointer: string;
  /** Pointer of the map that it is in; absent for an item of a list. */
  readonly map?: string;
  /** Where the object begins whose annotations speak for it. */
  readonly object?: Position;
}

/**
 * Finds the values of targets in a file (product.md, 4). Aliases and merge keys are not followed on the way: what stands there belongs to others too.
 * Linear in the file for each path.
 */
export function readTargets(
  bytes: Uint8Array,
  paths: readonly (readonly TargetStep[])[],
): readonly TargetFind[] {
  const decoded = decode(bytes);
  if ('refused' in decoded) {
    const { refused } = decoded;
    return paths.map(() => unread(undecodable(refused)));
  }
  const read = readOutline(decoded.text);
  if ('error' in read) {
    const { error } = read;
    return paths.map(() => unread(brokenYaml(decoded.text, error)));
  }
  const reading = new Reading(read.outline, 'yaml');
  // Copied, so that no slice keeps the whole text in memory.
  return JSON.parse(JSON.stringify(paths.map((steps) => find(reading, steps)))) as TargetFind[];
}

function unread(problem: FactProblem): TargetFind {
  return { values: [], collections: [], problem };
}

function find(reading: Reading, steps: readonly TargetStep[]): TargetFind {
  const values: TargetValue[] = [];
  const collections: (Position & { kind: 'map' | 'list' })[] = [];
  const stop = new Stop(reading);
  for (const { root } of reading.outline.documents) {
    let found = root === -1 ? [] : [root];
    for (const [at, step] of steps.entries()) {
      const before = found;
      found = before.flatMap((index) => take(reading, index, step));
      if (found.length > 0) continue;
      stop.note(at, steps[at - 1]?.end ?? 1, before, step);
      break;
    }
    for (const index of found) {
      const { kind, start } = reading.node(index);
      if (reading.isText(index)) values.push(valueAt(reading, index));
      else collections.push({ kind: kind === 'seq' ? 'list' : 'map', ...reading.at(start) });
    }
  }
  const isMissing = values.length + collections.length === 0;
  return { values, collections, ...(isMissing ? { missing: stop.missing } : {}) };
}

function take(reading: Reading, index: number, step: TargetStep): number[] {
  const { kind } = reading.node(index);
  switch (step.kind) {
    case 'name': {
      const found = reading.child(index, step.name);
      return found === undefined ? [] : [found];
    }
    case 'index': {
      const found = kind === 'seq' ? children(reading.outline, index)[step.index] : undefined;
      return found === undefined ? [] : [found];
    }
    case 'all':
      return kind === 'map' || kind === 'seq' ? children(reading.outline, index) : [];
    case 'where':
      return kind === 'map' || kind === 'seq'
        ? children(reading.outline, index).filter((item) => holds(reading, item, step))
        : [];
  }
}

function holds(
  reading: Reading,
  item: number,
  { keys, value }: { readonly keys: readonly string[]; readonly value: string },
): boolean {
  let at: number | undefined = item;
  for (const key of keys) {
    at = reading.child(at, key);
    if (at === undefined) return false;
  }
  return reading.hasValue(at) && reading.isText(at) && reading.text(at) === value;
}

function valueAt(reading: Reading, index: number): TargetValue {
  const { document, parent, keyStart } = reading.node(index);
  const object = objectOf(reading, index);
  return {
    document,
    part: partOf(reading, index, 'image'),
    pointer: fieldPointer(reading, index),
    ...(keyStart === -1 ? {} : { map: fieldPointer(reading, parent) }),
    ...(object === undefined ? {} : { object: reading.at(reading.node(object.index).start) }),
  };
}

/** The furthest place at which a path ended. */
class Stop {
  missing: { end: number; why: string } = { end: 1, why: 'the file is empty' };
  readonly #reading: Reading;
  #step = -1;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  note(step: number, end: number, before: readonly number[], wanted: TargetStep): void {
    const [first] = before;
    if (step <= this.#step || first === undefined) return;
    this.#step = step;
    this.missing = { end, why: this.#why(first, wanted) };
  }

  #why(index: number, step: TargetStep): string {
    const { kind, anchor } = this.#reading.node(index);
    if (kind === 'alias') return `an alias stands there; name the value at its anchor &${anchor ?? ''}`;
    if (kind !== 'map' && kind !== 'seq') return 'a single value stands there';
    switch (step.kind) {
      case 'name':
        return kind === 'seq'
          ? "a list stands there; go on with [*], an index, or [?@.name=='x']"
          : `it has no "${step.name}"${this.#near(index, step.name)}`;
      case 'index':
        return kind === 'map' ? 'a map stands there, which has no numbered items' : 'the list is shorter';
      case 'all':
        return 'nothing stands in it';
      case 'where':
        return `nothing in it has ${['@', ...step.keys].join('.')} == '${step.value}'${this.#nearValue(index, step)}`;
    }
  }

  #near(map: number, name: string): string {
    const { outline } = this.#reading;
    const keys = children(outline, map)
      .slice(0, mostNames)
      .flatMap((at) => keyText(outline, at) ?? []);
    return hint(nearest(name, keys));
  }

  #nearValue(
    list: number,
    { keys, value }: { readonly keys: readonly string[]; readonly value: string },
  ): string {
    const items = children(this.#reading.outline, list).slice(0, mostNames);
    const texts = items.flatMap((item) => {
      const at = keys.reduce<number | undefined>(
        (from, key) => (from === undefined ? undefined : this.#reading.child(from, key)),
        item,
      );
      return at === undefined || !this.#reading.isText(at) ? [] : [this.#reading.text(at)];
    });
    return hint(nearest(value, texts));
  }
}

/** The search for the nearest name is dear. */
const mostNames = 1000;

function hint(near: string | undefined): string {
  return near === undefined ? '' : ` (did you mean "${near}"?)`;
}
