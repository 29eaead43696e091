import { append } from '../../core/append.ts';
import { embed, fieldInFile } from '../embedded.ts';
import { addField } from '../field.ts';
import type { Reading } from '../reading.ts';
import type { Recogniser } from './recogniser.ts';
import { keyAbove } from './surroundings.ts';

const lists = ['patches', 'patchesJson6902'];

/**
 * Images in the text of kustomize's patches (`patch: |-`), strategic and JSON 6902: found, and left to a marker, as nobody can tell from the file alone
 * what a patch is for (product.md, 4: everything else by marker or `targets`).
 * @param recognise finds the fields of the text
 */
export function inlinePatches(recognise: (reading: Reading) => void): Recogniser {
  return {
    keys: ['patch'],
    visit(reading, index) {
      const item = reading.node(index).parent;
      if (item === -1 || !lists.includes(keyAbove(reading, item) ?? '')) return;
      const text = embed(reading, index);
      // Of one that is no YAML kustomize tells; of its markers, `readMarkers`.
      if (text === undefined || 'error' in text) return;
      recognise(text.reading);
      const inner = text.reading.fields.map((field) => fieldInFile(reading, text, field, byMarkerOnly));
      append(reading.fields, inner);
    },
  };
}

/** The value of a JSON 6902 operation at an image: `{op: replace, path: /spec/.../image, value: repo:tag}`. */
export const jsonPatches: Recogniser = {
  keys: ['op'],
  visit(reading, index) {
    const operation = reading.node(index).parent;
    const value = reading.textChild(operation, 'value');
    const path = reading.text(reading.textChild(operation, 'path'));
    if (value === undefined || !path.endsWith('/image')) return;
    const refused = reading.isEmbedded ? byMarkerOnly : onPurposeOnly;
    addField(reading, { kind: 'container', index: operation, parts: { image: value }, refused });
  },
};

const byMarkerOnly =
  'it stands in the text of a patch, which only a marker moves; put # {"$tallyman": "POLICY"} behind it';
const onPurposeOnly =
  'it is the value of a patch, which only a marker or targets move; put # {"$tallyman": "POLICY"} behind it, or name it in the targets of the policy';
