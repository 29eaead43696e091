import type { FieldFact, PartFact } from '../fields/model.ts';
import type { Outline } from '../yaml/outline.ts';
import type { TextEdit } from '../yaml/splice.ts';

/**
 * The edits that put markers behind the values of an image field (product.md, 2.3), so that a policy moves exactly them.
 * @returns why there is no place for one, where there is none
 */
export function markField(
  outline: Outline,
  field: FieldFact,
  policy: string,
): readonly TextEdit[] | { readonly refused: string } {
  const edits: TextEdit[] = [];
  for (const part of field.parts) {
    // The name comes with the tag; what people wrote there stays.
    if (part.part === 'name') continue;
    const refused = refusal(outline, part);
    if (refused !== undefined) return { refused };
    const suffix = part.part === 'image' ? '' : `:${part.part}`;
    edits.push({ start: part.end, end: part.end, source: ` # {"$tallyman": "${policy}${suffix}"}` });
  }
  return edits.length === 0 ? { refused: 'it has no value' } : edits;
}

function refusal({ text }: Outline, { start, end, inFlow, refused, anchor }: PartFact): string | undefined {
  if (refused !== undefined) return refused;
  if (anchor !== undefined) return 'it repeats a value from elsewhere';
  if (inFlow) return 'it stands between braces, where no comment can follow it';
  if (start === end) return 'it has no value';
  const lineEnd = text.indexOf('\n', end);
  const rest = text.slice(end, lineEnd === -1 ? undefined : lineEnd).trim();
  return rest === '' ? undefined : 'something else follows it on its line';
}
