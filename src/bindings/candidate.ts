import type { FieldFact, PartFact, PartName } from '../fields/model.ts';
import type { Binding, FactedFile, WritePolicy } from './model.ts';

/** A policy that claims a field of a file, before it is known whether the field can be edited. */
export interface Candidate<P extends WritePolicy> {
  readonly file: FactedFile;
  readonly field: FieldFact;
  readonly policy: P;
  readonly via: Binding['via'];
  readonly writes: readonly PartFact[];
  readonly scope: PartName;
}

/** The parts that a policy writes which moves the field as a whole. A digest that is not written there stays so. */
export function wholeField(field: FieldFact): readonly PartFact[] {
  return field.parts.filter(({ part, refused, value }) => {
    if (part === 'name') return refused === undefined;
    return part !== 'digest' || refused === undefined || isWritten(value);
  });
}

/** Tag and digest are one unit (product.md, 4): who writes one of them in a map that is known writes the other. */
export function withItsUnit(field: FieldFact, writes: readonly PartFact[]): readonly PartFact[] {
  if (!writes.some(isVersion)) return writes;
  const starts = new Set(writes.map(({ start }) => start));
  return [...writes, ...wholeField(field).filter((part) => isVersion(part) && !starts.has(part.start))];
}

function isVersion({ part }: PartFact): boolean {
  return part === 'tag' || part === 'digest';
}

function isWritten(value: string): boolean {
  return value !== '' && !/^(?:~|null)$/i.test(value);
}
