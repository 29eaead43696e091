import { append } from '../../core/append.ts';
import { children } from '../../yaml/walk.ts';
import { embed, fieldInFile, fieldsOfOtherText } from '../embedded.ts';
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
    keys: ['patch', 'patchesStrategicMerge'],
    visit(reading, index, key) {
      for (const text of key === 'patch' ? patchAt(reading, index) : textsIn(reading, index))
        addPatch(reading, text, recognise);
    },
  };
}

function patchAt(reading: Reading, index: number): readonly number[] {
  const item = reading.node(index).parent;
  return item !== -1 && lists.includes(keyAbove(reading, item) ?? '') ? [index] : [];
}

/** Patches and the paths of files. */
function textsIn(reading: Reading, list: number): readonly number[] {
  return reading.node(list).kind === 'seq' ? children(reading.outline, list) : [];
}

function addPatch(reading: Reading, index: number, recognise: (reading: Reading) => void): void {
  const text = embed(reading, index);
  if (text === undefined) {
    append(reading.fields, fieldsOfOtherText(reading, index, recognise, byMarkerInLiteral));
  } else if (!('error' in text)) {
    // Of one that is no YAML kustomize tells; of its markers, `readMarkers`.
    recognise(text.reading);
    append(
      reading.fields,
      text.reading.fields.map((field) => fieldInFile(reading, text, field, byMarkerOnly)),
    );
  }
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
const byMarkerInLiteral =
  'it stands in the text of a patch, which only a marker moves; write that text as a literal block (|), and put # {"$tallyman": "POLICY"} behind it';
const onPurposeOnly =
  'it is the value of a patch, which only a marker or targets move; put # {"$tallyman": "POLICY"} behind it, or name it in the targets of the policy';
