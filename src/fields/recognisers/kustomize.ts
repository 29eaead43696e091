import { children } from '../../yaml/walk.ts';
import { addField } from '../field.ts';
import { lendTo, lookup, mergedIn } from '../merged.ts';
import { objectOf } from '../objects.ts';
import type { Reading } from '../reading.ts';
import type { Recogniser } from './recogniser.ts';
import { isAtRoot, keyAbove } from './surroundings.ts';

/**
 * Entries of kustomize's `images`: in kustomizations and Components, in Flux `Kustomization.spec.images` and
 * HelmRelease post-renderers, and Argo CD's `kustomize.images` strings (product.md, 4).
 */
export const kustomizeImages: Recogniser = {
  keys: ['images'],
  visit(reading, index) {
    if (reading.node(index).kind !== 'seq' || !isKustomize(reading, index)) return;
    for (const entry of children(reading.outline, index)) {
      if (reading.node(entry).kind === 'map') addEntry(reading, entry);
      else if (reading.hasValue(entry) && reading.isText(entry)) {
        addField(reading, { kind: 'kustomize', index: entry, parts: { image: entry } });
      }
    }
  },
};

function isKustomize(reading: Reading, index: number): boolean {
  const above = keyAbove(reading, index);
  if (above === 'kustomize') return true;
  const object = objectOf(reading, index);
  if (above === 'spec') {
    return object?.kind === 'Kustomization' && object.apiVersion.startsWith('kustomize.toolkit.fluxcd.io/');
  }
  if (!isAtRoot(reading, index)) return false;
  return (
    reading.nameClass === 'kustomization' ||
    (object?.apiVersion.startsWith('kustomize.config.k8s.io/') ?? false)
  );
}

function addEntry(reading: Reading, entry: number): void {
  const renamed = reading.textChild(entry, 'newName');
  const named = [renamed, lookup(reading, entry, 'newName'), lookup(reading, entry, 'name')].find((at) =>
    reading.hasValue(at),
  );
  if (!reading.hasValue(named)) return;
  const digest = reading.textChild(entry, 'digest');
  const merged = [
    mergedIn(reading, entry, 'tag', 'newTag') ?? [],
    mergedIn(reading, entry, 'digest') ?? [],
  ].flat();
  addField(reading, {
    kind: 'kustomize',
    index: entry,
    name: reading.text(named),
    parts: { tag: reading.textChild(entry, 'newTag'), digest, name: renamed },
    merged,
  });
  if (digest === undefined && merged.every(({ part }) => part !== 'digest')) lendTo(reading, entry);
}
