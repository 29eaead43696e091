import { parseDigest } from '../image/digest.ts';
import { parseReference } from '../image/reference.ts';
import { parseTag } from '../image/tag.ts';
import { aliasLength, readTagText } from './image-text.ts';
import type { MarkerText } from './marker-text.ts';
import type { FieldKind, PartFact } from './model.ts';

/** Why a marker cannot write the value that it stands at, or `undefined`. @param kind of the field that the value is a part of */
export function unfit(marker: MarkerText, held: PartFact, kind: FieldKind): string | undefined {
  if (held.part !== marker.part) return ofAnotherPart(marker, held);
  if (held.refused !== undefined || held.value === '') return undefined;
  return beyond(held, kind) ?? (kind === 'marked' ? ofAnotherKind(held) : undefined);
}

function ofAnotherPart(marker: MarkerText, held: PartFact): string | undefined {
  if (held.part === 'image') {
    const isName = marker.part === 'name' && !/[:@]/.test(held.value.slice(held.value.lastIndexOf('/') + 1));
    return isName ? undefined : wholeStands(marker.part);
  }
  const wanted = marker.part === 'image' ? 'the whole reference' : `the ${marker.part}`;
  return `it writes ${wanted}, but this value is the ${held.part}; end the name in ":${held.part}"`;
}

/** A value with an image in it and more: the rest would be lost. */
function beyond({ part, value }: PartFact, kind: FieldKind): string | undefined {
  if (!/^-|[\s=]|:\/\//.test(value.slice(aliasLength(value, kind)))) return undefined;
  const what = part === 'image' ? 'a whole image reference' : `the ${part} of an image`;
  return `it writes ${what}, but ${shown(value)} is more than that, and the rest would be lost; give the image a value of its own`;
}

/** Of a value that only the marker makes an image. Placeholders become what the marker says. */
function ofAnotherKind({ part, value }: PartFact): string | undefined {
  const reference = parseReference(value);
  switch (part) {
    case 'image': {
      const what =
        parseDigest(value) !== undefined ? 'digest' : /^v?[0-9][0-9.]*$/.test(value) ? 'tag' : undefined;
      return (
        what &&
        `it writes a whole reference, but ${shown(value)} reads as a ${what}; end the name in ":${what}"`
      );
    }
    case 'name':
      return reference?.tag === undefined && reference?.digest === undefined ? undefined : wholeStands(part);
    case 'tag':
      if (reference === undefined || parseTag(readTagText(value).tag ?? '') !== undefined) return undefined;
      return wholeStands(part);
    case 'digest':
      return parseDigest(value) === undefined
        ? `it writes the digest, but ${shown(value)} is none; write "" there to begin with`
        : undefined;
  }
}

function wholeStands(part: MarkerText['part']): string {
  return `it writes only the ${part}, but a whole reference stands here; leave out ":${part}"`;
}

function shown(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value);
}
