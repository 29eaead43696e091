import { append } from '../core/append.ts';
import { parseDigest } from '../image/digest.ts';
import { parseRepository } from '../image/reference.ts';
import { aliasLength, readImageText, readTagText, type ImageText } from './image-text.ts';
import type { FieldKind, PartFact, PartName } from './model.ts';
import { partOf } from './part.ts';
import { objectOf } from './objects.ts';
import type { Reading } from './reading.ts';

/** What a recogniser found. */
export interface Draft {
  readonly kind: FieldKind;
  /** The map or sequence item that holds the field; stands for it where no part does. */
  readonly index: number;
  /** Nodes by part. */
  readonly parts: Partial<Readonly<Record<PartName, number | undefined>>>;
  /** Where no part tells the whole name: `registry/repository`, `name` beside `newTag`. */
  readonly name?: string | undefined;
  readonly container?: string | undefined;
  /** Why it is not moved but by a marker or `targets`, which say so on purpose. */
  readonly refused?: string;
  /** Parts that the map does not have itself (`mergedIn`). */
  readonly merged?: readonly PartFact[];
}

/** Adds a field to the reading, unless one of its parts belongs to a field already. */
export function addField(reading: Reading, draft: Draft): void {
  const nodes = partOrder.flatMap((part) => {
    const index = draft.parts[part];
    return index === undefined ? [] : [{ part, index }];
  });
  if (nodes.some(({ index }) => reading.taken.has(index))) return;
  const parts = nodes.map(({ part: name, index }) => {
    const part = partOf(reading, index, name);
    reading.taken.set(index, { part, kind: draft.kind });
    return draft.refused === undefined ? part : { ...part, refused: part.refused ?? draft.refused };
  });
  append(parts, draft.merged ?? []);
  const main = nodes.find(({ part }) => part !== 'name')?.index ?? draft.index;
  const image = imageOf(reading, parts, draft);
  reading.fieldOf.set(draft.index, reading.fields.length);
  reading.fields.push({
    kind: draft.kind,
    document: reading.node(main).document,
    pointer: fieldPointer(reading, main),
    ...image,
    parts: withoutBroken(parts, image, draft.kind),
    claim: claimFor(reading, main),
    container: draft.container,
    ...reading.at(reading.node(main).start),
  });
}

/** `/spec/...`, or `2/spec/...` where the file has several documents. */
export function fieldPointer(reading: Reading, index: number): string {
  const { document } = reading.node(index);
  const several = reading.outline.documents.length > 1;
  return `${several ? document : ''}${reading.pointer(index)}`;
}

/** The annotations that speak for a field: those of the object it is in. */
export function claimFor(reading: Reading, index: number): number | undefined {
  if (reading.claimOf.size === 0) return undefined;
  const object = objectOf(reading, index);
  return object === undefined ? undefined : reading.claimOf.get(object.index);
}

/** A marker or a target says on purpose that such a text is to be an image. */
function withoutBroken(
  parts: readonly PartFact[],
  { name, tag, digest }: ImageText,
  kind: FieldKind,
): readonly PartFact[] {
  if (name === undefined || tag !== undefined || digest !== undefined || kind === 'marked') return parts;
  return parts.map((part) => {
    const isWhole = part.part !== 'image' || part.value.slice(aliasLength(part.value, kind)) === name;
    return isWhole ? part : { ...part, refused: part.refused ?? brokenReference };
  });
}

const brokenReference =
  'what stands behind its name is neither a tag nor a digest; write the one that is deployed now';

const partOrder = ['image', 'tag', 'digest', 'name'] as const;

function imageOf(reading: Reading, parts: readonly PartFact[], draft: Draft): ImageText {
  const valueOf = (part: PartName): string | undefined => {
    const index = draft.parts[part];
    if (index !== undefined && !reading.hasValue(index)) return undefined;
    return parts.find((candidate) => candidate.part === part)?.value;
  };
  const image = valueOf('image');
  const whole = image === undefined ? undefined : readImageText(image, draft.kind);
  const tag = readTagText(valueOf('tag') ?? '');
  const stated = draft.name ?? (whole?.name === undefined ? valueOf('name') : undefined);
  return {
    // the name in a whole reference was read as one
    name: stated === undefined ? whole?.name : parseRepository(stated) && stated,
    tag: whole?.tag ?? tag.tag,
    digest: whole?.digest ?? parseDigest(valueOf('digest') ?? '') ?? tag.digest,
  };
}
