import type { FieldFact, MarkerFact } from '../../fields/model.ts';
import { parseRepository } from '../../image/reference.ts';
import { shapeOf } from '../../release/field-key.ts';

/** The image fields of one version of a file, ready to be found in another one. */
export class FileFields {
  readonly all: readonly FieldFact[];
  readonly #byPointer: ReadonlyMap<string, FieldFact>;
  /** By shape and image, or by shape and the policy that a marker names. */
  readonly #alike: ReadonlyMap<string | undefined, readonly FieldFact[]>;
  /** What the marker beside each value names, by its document and pointer. */
  readonly #marked: ReadonlyMap<string, string>;

  /** @param markers of the same version; default: it has none */
  constructor(fields: readonly FieldFact[], markers: readonly MarkerFact[] = []) {
    this.all = fields;
    this.#marked = new Map(
      markers.map(({ document, target, policy }) => [`${document}#${target.pointer}`, policy]),
    );
    this.#byPointer = new Map(fields.map((field) => [field.pointer, field]));
    this.#alike = Map.groupBy(fields, (field) => this.#kindOf(field));
  }

  at(pointer: string): FieldFact | undefined {
    return this.#byPointer.get(pointer);
  }

  /**
   * The fields of this version that hold the same image at a place of the same shape, in the file's order; where no name stands beside a tag, those
   * that are marked for the same policy.
   * @param of the version that the field is of
   */
  alike(field: FieldFact, of: FileFields): readonly FieldFact[] {
    const kind = of.#kindOf(field);
    const same = kind === undefined ? [] : (this.#alike.get(kind) ?? []);
    const named = same.filter(({ container }) => container === field.container);
    return named.length > 0 ? named : same;
  }

  /** The policy that a marker of the field names. */
  markerOf({ document, parts }: FieldFact): string | undefined {
    if (this.#marked.size === 0) return undefined;
    const marked = parts.find(({ pointer }) => this.#marked.has(`${document}#${pointer}`));
    return marked && this.#marked.get(`${document}#${marked.pointer}`);
  }

  /** `undefined`: nothing but its place tells it. */
  #kindOf(field: FieldFact): string | undefined {
    const { name, pointer } = field;
    if (name !== undefined) return `${canonical(name)} ${shapeOf(pointer)}`;
    const marker = this.markerOf(field);
    return marker && `{${marker}} ${shapeOf(pointer)}`;
  }
}

/**
 * Finds a field of one version of a file in another version of it. Pointers count documents and list items, so a
 * document, a container or an entry put in before the field moves it. In this order:
 *
 * 1. fields of the same shape (the pointer without its numbers) that hold the same image, or are marked for the same policy where no image is named,
 *    those of a container with the same name first; of several the one at the same place among them, or the one with the same pointer where their number differs;
 * 2. the field with the same pointer, unless its image stands elsewhere in `present` now: then that is where it went.
 *
 * @param field of `present`
 * @returns a field of `other`, or `undefined` where it has none that could be it
 */
export function findField(field: FieldFact, present: FileFields, other: FileFields): FieldFact | undefined {
  const theirs = other.alike(field, present);
  if (theirs.length > 0) {
    const mine = present.alike(field, present);
    const place = Math.max(0, mine.indexOf(present.at(field.pointer) ?? field));
    if (theirs.length === mine.length) return theirs[place];
    const there = theirs.find(({ pointer }) => pointer === field.pointer);
    return there ?? theirs[Math.min(place, theirs.length - 1)];
  }
  const there = other.at(field.pointer);
  return there === undefined || present.alike(there, other).length > 0 ? undefined : there;
}

/**
 * The same in the version right before, in which a field may also have stood at a place of another shape: below another key, in a list, as one text or as
 * several. Such a place is not in `present` any more, and held the same image, the same value first; where one of the two names no image, the same value.
 * In the end, an image that is not in `present` any more: with the same value, in a container of the same name or in another registry or folder.
 */
export function findBefore(field: FieldFact, present: FileFields, other: FileFields): FieldFact | undefined {
  const found = findField(field, present, other);
  if (found !== undefined) return found;
  const lost = lostFields(present, other).filter((one) => isSameImage(one, field));
  const marker = present.markerOf(field);
  const isOther = (one: FieldFact): boolean => ![undefined, marker].includes(other.markerOf(one));
  const same = lost.filter((one) => one.tag === field.tag && one.digest === field.digest);
  const fitting = same.filter((one) => marker === undefined || !isOther(one));
  const marked = fitting.find((one) => other.markerOf(one) === marker);
  const [only, ...others] = lost.filter((one) => one.name !== undefined && field.name !== undefined);
  return (
    marked ?? fitting[0] ?? (others.length === 0 ? only : undefined) ?? findRenamed(field, present, other)
  );
}

function findRenamed(field: FieldFact, present: FileFields, other: FileFields): FieldFact | undefined {
  return other.all.find((one) => {
    if (one.name === undefined || field.name === undefined || !hasVersion(one)) return false;
    if (one.tag !== field.tag || one.digest !== field.digest) return false;
    const isNamed = one.container !== undefined && one.container === field.container;
    return (isNamed || lastPart(one.name) === lastPart(field.name)) && present.alike(one, other).length === 0;
  });
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** The fields of the version right before that `present` does not have any more, or whose image names no version there. */
export function lostFields(present: FileFields, other: FileFields): readonly FieldFact[] {
  return other.all.filter((one) => {
    const now = findField(one, other, present);
    return now === undefined || (hasVersion(one) && !hasVersion(now));
  });
}

/** Whether two fields hold the same image, however it is spelled; where one of them names none, nothing speaks against it. */
export function isSameImage({ name: a }: FieldFact, { name: b }: FieldFact): boolean {
  return a === undefined || b === undefined || canonical(a) === canonical(b);
}

function hasVersion({ tag, digest }: FieldFact): boolean {
  return tag !== undefined || digest !== undefined;
}

function canonical(name: string): string {
  return parseRepository(name)?.repository ?? name;
}
