import type { FieldFact, FileFacts, MarkerFact, PartFact } from './model.ts';
import type { OwnTexts } from './own-texts.ts';

/**
 * A copy of facts that shares no memory with the file: the engine lets a piece of a text keep the whole of it alive. Fields and markers, of which there
 * are many, are copied by hand; the rest goes through JSON.
 */
export function detach({ fields, markers, scanned, ...rest }: FileFacts, texts: OwnTexts): FileFacts {
  const others = Object.values(rest).every((found) => found.length === 0)
    ? rest
    : (JSON.parse(JSON.stringify(rest)) as typeof rest);
  // The copies of the parts, which markers have as their targets too.
  const parts = markers.length === 0 ? undefined : new Map<PartFact, PartFact>();
  const facts = {
    fields: fields.map((field) => detachField(field, parts, texts)),
    markers: markers.map((marker) => detachMarker(marker, parts, texts)),
    ...others,
  };
  return scanned === true ? { ...facts, scanned } : facts;
}

function detachField(
  field: FieldFact,
  parts: Map<PartFact, PartFact> | undefined,
  texts: OwnTexts,
): FieldFact {
  const pointer = texts.own(field.pointer);
  return {
    ...field,
    pointer,
    name: texts.ownAny(field.name),
    tag: texts.ownAny(field.tag),
    digest: texts.ownAny(field.digest),
    container: texts.ownAny(field.container),
    parts: field.parts.map((part) => {
      const copied = detachPart(part, texts, part.pointer === field.pointer ? pointer : undefined);
      parts?.set(part, copied);
      return copied;
    }),
  };
}

function detachMarker(
  marker: MarkerFact,
  parts: ReadonlyMap<PartFact, PartFact> | undefined,
  texts: OwnTexts,
): MarkerFact {
  const target = parts?.get(marker.target) ?? detachPart(marker.target, texts);
  return { ...marker, policy: texts.own(marker.policy), target };
}

/** @param ownPointer where there is a copy of its pointer already: that of its field is mostly the same */
function detachPart(part: PartFact, texts: OwnTexts, ownPointer?: string): PartFact {
  const { value, pointer, refused } = part;
  return {
    ...part,
    value: texts.own(value),
    pointer: ownPointer ?? texts.own(pointer),
    refused: texts.ownAny(refused),
  };
}
