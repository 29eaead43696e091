import { readImageText, readTagText } from '../../fields/image-text.ts';
import type { ClaimFact, FieldFact, PartFact, PartName } from '../../fields/model.ts';
import type { TargetValue } from '../../fields/targets.ts';
import { parseDigest } from '../../image/digest.ts';
import { parseReference, parseRepository } from '../../image/reference.ts';
import { parseTag } from '../../image/tag.ts';

/** A value that a target names, with the part of an image that it is said to be. */
export interface NamedValue extends TargetValue {
  readonly part: PartFact;
}

/**
 * The field that values of one map make, which nothing recognised: at most one of each part.
 * @param claims of the file
 */
export function fieldOf(values: readonly NamedValue[], claims: readonly ClaimFact[]): FieldFact | undefined {
  const parts = order.flatMap((name) => values.filter(({ part }) => part.part === name));
  const [main] = parts;
  if (main === undefined) return undefined;
  const text = (name: PartName): string | undefined =>
    parts.find(({ part }) => part.part === name)?.part.value;
  const image = text('image');
  const whole = image === undefined ? undefined : readImageText(image, 'marked');
  const tag = readTagText(text('tag') ?? '');
  const name = whole?.name ?? text('name');
  const { line, column } = main.part;
  return {
    kind: 'marked',
    document: main.document,
    pointer: main.pointer,
    name: name !== undefined && parseRepository(name) !== undefined ? name : undefined,
    tag: whole?.tag ?? tag.tag,
    digest: whole?.digest ?? parseDigest(text('digest') ?? '') ?? tag.digest,
    parts: parts.map(({ part }) => part),
    claim: claimOf(main, claims),
    container: undefined,
    line,
    column,
  };
}

function claimOf({ object }: TargetValue, claims: readonly ClaimFact[]): number | undefined {
  if (object === undefined) return undefined;
  const index = claims.findIndex(({ line, column }) => line === object.line && column === object.column);
  return index === -1 ? undefined : index;
}

/** The part that stands for a field comes first, as everywhere. */
const order = ['image', 'tag', 'digest', 'name'] as const;

/**
 * Why a value cannot be what a target says it is; reads on after "it holds X, ". What is empty may become anything, and what is never edited has a
 * reason of its own.
 */
export function unfit({ part, value, refused }: PartFact): string | undefined {
  if (value === '' || refused !== undefined || fits(part, value)) return undefined;
  if (parseDigest(value) !== undefined) return 'which is a digest; say field: digest';
  if (part !== 'tag' && parseTag(value) !== undefined) return 'which reads as a tag; say field: tag';
  const reference = parseReference(value);
  if (reference?.tag !== undefined || reference?.digest !== undefined)
    return 'which is a whole reference; say field: image';
  if (part !== 'name' && reference !== undefined) return 'which is a name without a tag; say field: name';
  return `which is no ${part === 'image' ? 'image reference' : part}`;
}

function fits(part: PartName, value: string): boolean {
  switch (part) {
    case 'image':
      // A bare word is a reference too, but `1.4.2` where one is expected is more likely the wrong field.
      return parseReference(value) !== undefined && !/^v?[0-9][0-9.]*$/.test(value) && !isDigest(value);
    case 'name':
      return parseRepository(value) !== undefined;
    case 'tag':
      return parseTag(readTagText(value).tag ?? '') !== undefined;
    case 'digest':
      return isDigest(value);
  }
}

function isDigest(value: string): boolean {
  return parseDigest(value) !== undefined;
}
