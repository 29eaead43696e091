import type { OutlineNode } from '../yaml/outline.ts';
import { keyText } from '../yaml/walk.ts';
import type { Reading } from './reading.ts';
import { composeServices } from './recognisers/compose.ts';
import { containers, imageVolumes, tektonSteps } from './recognisers/containers.ts';
import { helmParameters } from './recognisers/helm-parameters.ts';
import { addAllHelmMaps, helmValues } from './recognisers/helm-values.ts';
import { kustomizeImages } from './recognisers/kustomize.ts';
import { ociReferences } from './recognisers/oci.ts';
import { inlinePatches, jsonPatches } from './recognisers/patches.ts';
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
  jsonPatches,
  inlinePatches(recognise),
];

const byKey: ReadonlyMap<string, readonly Recogniser[]> = indexByKey();

/** By the first character of a key: a bit for each length that a wanted key has. Most keys need no more than this look. */
const lengths: Uint32Array = lengthsByFirst(byKey.keys());

/** Finds every image field that needs no help (product.md, 4), in document order per recogniser. */
export function recognise(reading: Reading): void {
  const { nodes, text } = reading.outline;
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index];
    if (node === undefined || node.keyStart === -1 || !mayBeWanted(text, node)) continue;
    const key = keyText(reading.outline, index);
    if (key === undefined) continue;
    for (const recogniser of byKey.get(key) ?? []) recogniser.visit(reading, index, key);
  }
  if (reading.nameClass !== 'values' || reading.isEmbedded) return;
  addAllHelmMaps(reading);
}

/** Whether a key may be one of a recogniser's, by its first character and length; in quotes it may be anything. */
function mayBeWanted(text: string, { keyStart, keyEnd }: OutlineNode): boolean {
  const first = text.charCodeAt(keyStart);
  if (first === 0x22 || first === 0x27) return true;
  const length = keyEnd - keyStart;
  return first < lengths.length && length < 32 && (((lengths[first] ?? 0) >>> length) & 1) === 1;
}

function lengthsByFirst(keys: Iterable<string>): Uint32Array {
  const found = new Uint32Array(128);
  for (const key of keys) {
    const first = key.charCodeAt(0);
    found[first] = (found[first] ?? 0) | (1 << key.length);
  }
  return found;
}

function indexByKey(): Map<string, Recogniser[]> {
  const index = new Map<string, Recogniser[]>();
  for (const recogniser of recognisers) {
    for (const key of recogniser.keys) index.set(key, [...(index.get(key) ?? []), recogniser]);
  }
  return index;
}
