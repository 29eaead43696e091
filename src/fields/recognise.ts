import { keyText } from '../yaml/walk.ts';
import type { Reading } from './reading.ts';
import { composeServices } from './recognisers/compose.ts';
import { containers, imageVolumes, tektonSteps } from './recognisers/containers.ts';
import { helmParameters } from './recognisers/helm-parameters.ts';
import { addHelmMaps, helmValues } from './recognisers/helm-values.ts';
import { kustomizeImages } from './recognisers/kustomize.ts';
import { ociReferences } from './recognisers/oci.ts';
import type { Recogniser } from './recognisers/recogniser.ts';

const recognisers: readonly Recogniser[] = [
  containers,
  imageVolumes,
  tektonSteps,
  kustomizeImages,
  composeServices,
  ociReferences,
  helmValues,
  helmParameters,
];

const byKey: ReadonlyMap<string, readonly Recogniser[]> = indexByKey();

/** Finds every image field that needs no help (product.md, 4), in document order per recogniser. */
export function recognise(reading: Reading): void {
  const { nodes } = reading.outline;
  for (let index = 0; index < nodes.length; index++) {
    const key = keyText(reading.outline, index);
    if (key === undefined) continue;
    for (const recogniser of byKey.get(key) ?? []) recogniser.visit(reading, index, key);
  }
  if (reading.nameClass !== 'values') return;
  for (const { root } of reading.outline.documents) if (root !== -1) addHelmMaps(reading, root);
}

function indexByKey(): Map<string, Recogniser[]> {
  const index = new Map<string, Recogniser[]>();
  for (const recogniser of recognisers) {
    for (const key of recogniser.keys) index.set(key, [...(index.get(key) ?? []), recogniser]);
  }
  return index;
}
