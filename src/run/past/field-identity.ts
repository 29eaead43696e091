import type { FieldFact } from '../../fields/model.ts';
import { parseRepository } from '../../image/reference.ts';
import { shapeOf } from '../../release/field-key.ts';

/** The image fields of one version of a file, ready to be found in another one. */
export class FileFields {
  readonly #byPointer: ReadonlyMap<string, FieldFact>;
  /** By shape and image. */
  readonly #alike: ReadonlyMap<string, readonly FieldFact[]>;

  constructor(fields: readonly FieldFact[]) {
    this.#byPointer = new Map(fields.map((field) => [field.pointer, field]));
    this.#alike = Map.groupBy(fields, kindOf);
  }

  at(pointer: string): FieldFact | undefined {
    return this.#byPointer.get(pointer);
  }

  /** The fields of this version that hold the same image at a place of the same shape, in the file's order. */
  alike(field: FieldFact): readonly FieldFact[] {
    if (field.name === undefined) return [];
    const same = this.#alike.get(kindOf(field)) ?? [];
    const named = same.filter(({ container }) => container === field.container);
    return named.length > 0 ? named : same;
  }
}

/**
 * Finds a field of one version of a file in another version of it. Pointers count documents and list items, so a
 * document, a container or an entry put in before the field moves it. In this order:
 *
 * 1. fields of the same shape (the pointer without its numbers) that hold the same image, those of a container with the same name
 *    first; of several the one at the same place among them, or the one with the same pointer where their number differs;
 * 2. the field with the same pointer, unless its image stands elsewhere in `present` now: then that is where it went.
 *
 * @param field of `present`
 * @returns a field of `other`, or `undefined` where it has none that could be it
 */
export function findField(field: FieldFact, present: FileFields, other: FileFields): FieldFact | undefined {
  const theirs = other.alike(field);
  if (theirs.length > 0) {
    const mine = present.alike(field);
    const place = Math.max(0, mine.indexOf(present.at(field.pointer) ?? field));
    if (theirs.length === mine.length) return theirs[place];
    const there = theirs.find(({ pointer }) => pointer === field.pointer);
    return there ?? theirs[Math.min(place, theirs.length - 1)];
  }
  const there = other.at(field.pointer);
  return there === undefined || present.alike(there).length > 0 ? undefined : there;
}

/** Whether two fields hold the same image, however it is spelled; where one of them names none, nothing speaks against it. */
export function isSameImage({ name: a }: FieldFact, { name: b }: FieldFact): boolean {
  return a === undefined || b === undefined || canonical(a) === canonical(b);
}

function kindOf({ name, pointer }: FieldFact): string {
  // Without a name each is of its own kind.
  return `${name === undefined ? pointer : canonical(name)} ${shapeOf(pointer)}`;
}

function canonical(name: string): string {
  return parseRepository(name)?.repository ?? name;
}
