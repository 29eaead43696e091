import { aliasLength, readTagText } from '../../fields/image-text.ts';
import type { PartFact } from '../../fields/model.ts';
import { formatReference, parseRepository } from '../../image/reference.ts';
import { takesEntry } from './insert-digest.ts';
import type { EditedField } from './edit.ts';

/** What a field shall hold. `digest: null`: none is written. */
export interface Wanted {
  readonly name: string;
  /** Empty: the digest stands alone. */
  readonly tag: string;
  readonly digest: string | null;
}

/** The whole new text of one part, or `undefined` where it stays as it is. */
export function valueOf(binding: EditedField, part: PartFact, wanted: Wanted): string | undefined {
  switch (part.part) {
    case 'image': {
      const alias = part.value.slice(0, aliasLength(part.value, binding.field.kind));
      return alias + formatReference(wanted.name, wanted.tag || undefined, wanted.digest ?? undefined);
    }
    case 'tag':
      return holdsDigest(binding, part) && wanted.digest !== null
        ? `${wanted.tag}@${wanted.digest}`
        : wanted.tag;
    case 'digest':
      return wanted.digest ?? undefined;
    case 'name':
      return binding.scope === 'tag' || binding.scope === 'digest' ? undefined : wanted.name;
  }
}

/** Whether the digest belongs into the tag's text: it is there already, or there is no better place. */
function holdsDigest(binding: EditedField, tag: PartFact): boolean {
  if (readTagText(tag.value).digest !== undefined) return true;
  if (binding.field.parts.some(({ part }) => part === 'digest')) return false;
  return !takesEntry(binding.field);
}

/**
 * The name to write. What the field has stays where it means the same repository; Flux 2 writes its policy's spelling.
 * @returns the name, or why the field cannot take it
 */
export function newName(
  { policy, field, writes, via }: EditedField,
  given: string | undefined,
): string | { readonly refused: string } {
  const held = field.name ?? '';
  const target = given ?? policy.image?.spelled ?? held;
  const isFlux = policy.dialect === 'flux2' || policy.name.includes(':');
  const repository = parseRepository(held)?.repository;
  const isSame =
    repository !== undefined && (held === target || repository === parseRepository(target)?.repository);
  if (isSame) return isFlux ? target : held;
  // Markers and targets say themselves what they write; all others move the field as a whole.
  const takesName =
    via === 'marker' || via === 'targets' || writes.some(({ part }) => part === 'image' || part === 'name');
  if (takesName) return target;
  return { refused: `it holds ${held}, and there is no one value in which ${target} could be written` };
}
