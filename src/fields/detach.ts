import type { FieldFact, FileFacts, MarkerFact, PartFact } from './model.ts';

/**
 * A copy of facts that shares no memory with the file: the engine lets a piece of a text keep the whole of it alive. Fields and markers, of which there
 * are many, are copied by hand; the rest goes through JSON.
 */
export function detach({ fields, markers, scanned, ...rest }: FileFacts): FileFacts {
  const others = Object.values(rest).every((found) => found.length === 0)
    ? rest
    : (JSON.parse(JSON.stringify(rest)) as typeof rest);
  const parts = new Map<PartFact, PartFact>();
  const facts = {
    fields: fields.map((field) => detachField(field, parts)),
    markers: markers.map((marker) => detachMarker(marker, parts)),
    ...others,
  };
  return scanned === true ? { ...facts, scanned } : facts;
}

/** @param parts notes the copies of the parts, which markers have as their targets too */
function detachField(field: FieldFact, parts: Map<PartFact, PartFact>): FieldFact {
  return {
    ...field,
    pointer: copy(field.pointer),
    name: copyAny(field.name),
    tag: copyAny(field.tag),
    digest: copyAny(field.digest),
    container: copyAny(field.container),
    parts: field.parts.map((part) => {
      const copied = detachPart(part);
      parts.set(part, copied);
      return copied;
    }),
  };
}

function detachMarker(marker: MarkerFact, parts: ReadonlyMap<PartFact, PartFact>): MarkerFact {
  const target = parts.get(marker.target) ?? detachPart(marker.target);
  return { ...marker, policy: copy(marker.policy), target };
}

function detachPart(part: PartFact): PartFact {
  const { value, pointer, refused } = part;
  return { ...part, value: copy(value), pointer: copy(pointer), refused: copyAny(refused) };
}

function copyAny(text: string | undefined): string | undefined {
  return text === undefined ? undefined : copy(text);
}

/** The text in memory of its own: joining makes a new one, of which this is then a piece. */
function copy(text: string): string {
  return ` ${text}`.slice(1);
}
