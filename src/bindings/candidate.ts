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

function isWritten(value: string): boolean {
  return value !== '' && !/^(?:~|null)$/i.test(value);
}
