import { append } from '../../core/append.ts';
import { parseReference } from '../../image/reference.ts';
import { keyText } from '../../yaml/walk.ts';
import { embed, fieldInFile, fieldsOfOtherText } from '../embedded.ts';
import { addField } from '../field.ts';
import { readImageText } from '../image-text.ts';
import { objectOf } from '../objects.ts';
import type { Reading } from '../reading.ts';
import type { Recogniser } from './recogniser.ts';
import { lendTo, lookup, mergedIn } from '../merged.ts';
import { keyAbove } from './surroundings.ts';

/**
 * Helm values inside other objects: Flux `HelmRelease.spec.values`, Argo CD `helm.valuesObject`, and the text of Argo CD's `helm.values` where it is a
 * literal block (`values: |`).
 */
export const helmValues: Recogniser = {
  keys: ['values', 'valuesObject'],
  visit(reading, index, key) {
    const above = keyAbove(reading, index);
    const isHelm =
      key === 'valuesObject'
        ? above === 'helm'
        : above === 'spec' && objectOf(reading, index)?.kind === 'HelmRelease';
    if (isHelm) addHelmMaps(reading, index);
    else if (above === 'helm') addHelmText(reading, index);
  },
};

function addHelmText(reading: Reading, index: number): void {
  const found = embed(reading, index);
  if (found === undefined) {
    append(reading.fields, fieldsOfOtherText(reading, index, addAllHelmMaps, noLiteral));
    return;
  }
  if ('error' in found) {
    const { offset, message } = found.error;
    // Where a template fills the text in, as in an ApplicationSet, nobody can tell yet what it will say.
    if (reading.isTemplate) return;
    const what = `The text of helm.values is no valid YAML: ${message}. No image in it is read or changed.`;
    reading.problem('bad-yaml', offset, what);
    return;
  }
  addAllHelmMaps(found.reading);
  const inner = found.reading.fields.map((field) => fieldInFile(reading, found, field));
  append(reading.fields, inner);
}

const noLiteral =
  'it stands in a text in quotes or a folded one, in which nothing is moved; write that text as a literal block (|)';

/** As `addHelmMaps`, in all documents. */
export function addAllHelmMaps(reading: Reading): void {
  for (const { root } of reading.outline.documents) if (root !== -1) addHelmMaps(reading, root);
}

/** Finds the image maps and strings in a tree of Helm values, at any depth. */
function addHelmMaps(reading: Reading, root: number): void {
  const end = reading.node(root).next;
  for (let at = root; at < end; at++) {
    if (reading.node(at).kind === 'map') addMap(reading, at);
  }
}

function addMap(reading: Reading, map: number): void {
  const image = reading.textChild(map, 'image');
  const tag = reading.textChild(map, 'tag');
  if (lookup(reading, map, 'repository') !== undefined) addSplit(reading, map, image, tag);
  else if (image !== undefined) addImage(reading, map, image, tag ?? reading.textChild(map, 'imageTag'));
  // Without a name nothing binds it; `lint` lists it, and a marker finds it.
  else if (tag !== undefined && isImageKey(keyText(reading.outline, map))) {
    addField(reading, { kind: 'helm', index: map, parts: { tag, digest: reading.textChild(map, 'digest') } });
  }
}

/** `{registry, repository, tag, digest}`, and `{repository, image, tag}` where `image` is the last part of the path. */
function addSplit(reading: Reading, map: number, image: number | undefined, tag: number | undefined): void {
  const registry = registryOf(reading, map);
  const pieces = [registry, reading.text(lookup(reading, map, 'repository')), reading.text(image)];
  const written = pieces.filter((piece) => piece !== '');
  const repository = written.length === 1 ? reading.textChild(map, 'repository') : undefined;
  addParts(reading, map, written.join('/'), tag, repository);
}

/** `image: repo:tag`, and `image` beside `tag` or `imageTag`. */
function addImage(reading: Reading, map: number, image: number, tag: number | undefined): void {
  const reference = parseReference(reading.text(image));
  const isVersioned = reference?.tag !== undefined || reference?.digest !== undefined;
  if (isVersioned || (tag === undefined && mergedIn(reading, map, 'tag') === undefined)) {
    // Any text may stand under `image` in values: what reads as no reference is no field, except by a marker.
    const { name } = readImageText(reading.text(image), 'helm');
    if (name !== undefined) addField(reading, { kind: 'helm', index: map, parts: { image } });
    return;
  }
  const registry = registryOf(reading, map);
  const name = registry === '' ? reading.text(image) : `${registry}/${reading.text(image)}`;
  addParts(reading, map, name, tag, registry === '' ? image : undefined);
}

/**
 * The tag and digest of a map with the name that it has. What it merges in from another map is a part of its field too: an edit there would move this image
 * as well, and a new tag here would stand beside the old digest.
 */
function addParts(
  reading: Reading,
  map: number,
  name: string,
  tag: number | undefined,
  nameIndex: number | undefined,
): void {
  const digest = reading.textChild(map, 'digest');
  const merged = (['tag', 'digest'] as const).flatMap((part) => mergedIn(reading, map, part) ?? []);
  const has = tag !== undefined || digest !== undefined;
  const isNamed = ['registry', 'repository', 'image'].some((key) => reading.child(map, key) !== undefined);
  // A map that merges in name and tag is the image of that other map, and moves with it.
  if (!has && (merged.length === 0 || !isNamed)) return;
  addField(reading, { kind: 'helm', index: map, name, parts: { tag, digest, name: nameIndex }, merged });
  if (digest === undefined && merged.every(({ part }) => part !== 'digest')) lendTo(reading, map);
}

/** Some charts put nothing between the registry and the rest, and their values end it in a slash. */
function registryOf(reading: Reading, map: number): string {
  return reading.text(lookup(reading, map, 'registry')).replace(/\/$/, '');
}

function isImageKey(key: string | undefined): boolean {
  return key !== undefined && /image$/i.test(key);
}
