import { readOutline } from '../yaml/read.ts';
import { children } from '../yaml/walk.ts';
import type { KustomizationFact, PatchFact } from './model.ts';
import { objectsOf } from './objects.ts';
import { Reading } from './reading.ts';

const referenceKeys = ['resources', 'bases', 'components'];
const patchKeys = ['patches', 'patchesStrategicMerge', 'patchesJson6902'];

/** What a kustomization of kustomize, or a `Kustomization` of Flux, does to the objects that it applies: as far as others must know. */
export function readKustomizations(reading: Reading): KustomizationFact[] {
  const found: KustomizationFact[] = [];
  if (reading.nameClass === 'kustomization') {
    const root = reading.outline.documents[0]?.root ?? -1;
    if (root !== -1 && reading.node(root).kind === 'map') found.push(kustomize(reading, root));
  }
  if (!reading.outline.text.includes('kustomize.toolkit.fluxcd.io/')) return found;
  for (const { index, apiVersion, kind } of objectsOf(reading)) {
    if (kind !== 'Kustomization' || !apiVersion.startsWith('kustomize.toolkit.fluxcd.io/')) continue;
    const spec = reading.child(index, 'spec');
    if (spec !== undefined) found.push(ofFlux(reading, spec));
  }
  return found;
}

function kustomize(reading: Reading, root: number): KustomizationFact {
  return {
    from: 'folder',
    references: referenceKeys.flatMap((key) => texts(reading, reading.child(root, key))),
    namespace: textOf(reading, root, 'namespace'),
    patches: patchKeys.flatMap((key) => patchesOf(reading, reading.child(root, key))),
  };
}

function ofFlux(reading: Reading, spec: number): KustomizationFact {
  return {
    from: 'root',
    references: [textOf(reading, spec, 'path') ?? './'],
    namespace: textOf(reading, spec, 'targetNamespace'),
    patches: patchesOf(reading, reading.child(spec, 'patches')),
  };
}

function patchesOf(reading: Reading, list: number | undefined): PatchFact[] {
  return items(reading, list).flatMap((item) => {
    const position = reading.at(reading.node(item).start);
    if (reading.isText(item)) {
      const text = reading.text(item);
      const isInline = text.includes('\n');
      return [{ ...position, ...(isInline ? { objects: heads(text) } : { path: text, objects: [] }) }];
    }
    const target = reading.child(item, 'target');
    const path = textOf(reading, item, 'path');
    const known = { ...position, ...(path === undefined ? {} : { path }) };
    if (target === undefined) return [{ ...known, objects: heads(textOf(reading, item, 'patch') ?? '') }];
    const [kind, name] = ['kind', 'name'].map((key) => textOf(reading, target, key) ?? '.*');
    return [{ ...known, objects: [], target: { kind: kind ?? '.*', name: name ?? '.*' } }];
  });
}

/** The objects that a patch written in place names. */
function heads(text: string): { kind: string; name: string }[] {
  const read = readOutline(text);
  if ('error' in read) return [];
  return objectsOf(new Reading(read.outline, 'yaml')).map(({ kind, name }) => ({ kind, name }));
}

function items(reading: Reading, list: number | undefined): number[] {
  return list === undefined || reading.node(list).kind !== 'seq' ? [] : children(reading.outline, list);
}

function texts(reading: Reading, list: number | undefined): string[] {
  return items(reading, list).flatMap((item) => (reading.isText(item) ? [reading.text(item)] : []));
}

function textOf(reading: Reading, map: number, key: string): string | undefined {
  const found = reading.textChild(map, key);
  const text = reading.text(found);
  return text === '' ? undefined : text;
}
