import { children } from '../../yaml/walk.ts';
import { addField } from '../field.ts';
import { behindAlias, lookup } from '../merged.ts';
import { objectOf } from '../objects.ts';
import type { Reading } from '../reading.ts';
import { keyAbove } from './surroundings.ts';
import type { Recogniser } from './recogniser.ts';

/** Containers of pod templates, wherever a kind keeps its template (product.md, 4). */
export const containers: Recogniser = {
  keys: ['containers', 'initContainers', 'ephemeralContainers'],
  visit: (reading, index) => addContainers(reading, index),
};

/** Image volumes: `volumes: [{name, image: {reference}}]`. */
export const imageVolumes: Recogniser = {
  keys: ['volumes'],
  visit(reading, index) {
    if (reading.node(index).kind !== 'seq') return;
    for (const volume of children(reading.outline, index)) {
      const image = reading.child(volume, 'image');
      const reference = image === undefined ? undefined : reading.textChild(image, 'reference');
      if (reference === undefined) continue;
      addField(reading, { kind: 'container', index: volume, parts: { image: reference } });
    }
  },
};

/** Steps of Tekton tasks, which are containers by another name. */
export const tektonSteps: Recogniser = {
  keys: ['steps', 'sidecars', 'stepTemplate'],
  visit(reading, index, key) {
    if (!objectOf(reading, index)?.apiVersion.startsWith('tekton.dev/')) return;
    if (key === 'stepTemplate') addContainer(reading, index);
    // A pipeline's `steps` under `results` and the like have no image, and so add nothing.
    else if (keyAbove(reading, index) !== 'properties') addContainers(reading, index);
  },
};

function addContainers(reading: Reading, value: number): void {
  const list = behindAlias(reading, value);
  if (reading.node(list).kind !== 'seq') return;
  for (const item of children(reading.outline, list)) addContainer(reading, behindAlias(reading, item));
}

/** A container that merges another one in has its image, where it has none itself: it moves there. */
function addContainer(reading: Reading, index: number): void {
  const image = lookup(reading, index, 'image');
  if (image === undefined) return;
  const name = reading.textChild(index, 'name');
  addField(reading, {
    kind: 'container',
    index,
    parts: { image },
    container: reading.text(name),
  });
}
