import { append } from '../core/append.ts';
import type { Position } from '../core/position.ts';
import { readOutline } from '../yaml/read.ts';
import { children } from '../yaml/walk.ts';
import type { KustomizationFact, OverrideFact, PatchFact, ReferenceFact } from './model.ts';
import { objectsOf } from './objects.ts';
import { Reading, type ObjectHead } from './reading.ts';

const patchKeys = ['patches', 'patchesStrategicMerge', 'patchesJson6902'];
/** Lists of files that an entry of `configMapGenerator` or `secretGenerator`, or of `helmCharts`, takes in. */
const dataKeys = ['files', 'envs', 'additionalValuesFiles'];

/**
 * What a kustomization of kustomize, a `Kustomization` of Flux or an Argo CD `Application` does to the objects that it applies: as far as
 * others must know (product.md, 4).
 */
export function readKustomizations(reading: Reading): KustomizationFact[] {
  const found: KustomizationFact[] = [];
  if (reading.nameClass === 'kustomization') {
    const root = reading.outline.documents[0]?.root ?? -1;
    if (root !== -1 && reading.node(root).kind === 'map') found.push(kustomize(reading, root));
  }
  for (const object of objectsOf(reading)) {
    const { index, apiVersion, kind } = object;
    const isFlux = kind === 'Kustomization' && apiVersion.startsWith('kustomize.toolkit.fluxcd.io/');
    const isArgo = kind === 'Application' && apiVersion.startsWith('argoproj.io/');
    const spec = isFlux || isArgo ? reading.child(index, 'spec') : undefined;
    if (spec === undefined) continue;
    if (isFlux) found.push(ofFlux(reading, object, spec));
    else append(found, ofArgo(reading, object, spec));
  }
  return found;
}

function kustomize(reading: Reading, root: number): KustomizationFact {
  const list = (key: string): number | undefined => reading.child(root, key);
  return {
    from: 'folder',
    isComponent: reading.text(reading.textChild(root, 'kind')) === 'Component',
    references: ['resources', 'bases'].flatMap((key) => referencesIn(reading, list(key))),
    components: referencesIn(reading, list('components')),
    data: [
      ...['generators', 'transformers', 'validators'].flatMap((key) => texts(reading, list(key))),
      ...['configMapGenerator', 'secretGenerator', 'helmCharts'].flatMap((key) => dataIn(reading, list(key))),
    ],
    namespace: textOf(reading, root, 'namespace'),
    patches: patchKeys.flatMap((key) => patchesOf(reading, list(key))),
    images: overridesIn(reading, list('images')),
  };
}

function ofFlux(reading: Reading, { index, name }: ObjectHead, spec: number): KustomizationFact {
  const path = reading.textChild(spec, 'path');
  const source = reading.child(spec, 'sourceRef');
  const kind = source === undefined ? undefined : textOf(reading, source, 'kind');
  // An artifact may hold any folder, and one without path and source is no object that Flux takes.
  const isHere = source === undefined ? path !== undefined : kind !== 'OCIRepository' && kind !== 'Bucket';
  const place = reading.at(reading.node(path ?? index).start);
  return {
    from: 'root',
    isComponent: false,
    references: [{ path: reading.text(path) || './', ...place }],
    components: referencesIn(reading, reading.child(spec, 'components')),
    data: [],
    namespace: textOf(reading, spec, 'targetNamespace'),
    patches: patchesOf(reading, reading.child(spec, 'patches')),
    images: overridesIn(reading, reading.child(spec, 'images')),
    ...(isHere ? { deploys: { by: 'flux', object: `Kustomization ${name}`, recurses: true } } : {}),
  };
}

function ofArgo(reading: Reading, { name }: ObjectHead, spec: number): KustomizationFact[] {
  const single = reading.child(spec, 'source');
  const sources = [
    ...items(reading, reading.child(spec, 'sources')),
    ...(single === undefined ? [] : [single]),
  ];
  return sources.flatMap((source) => {
    const path = reading.textChild(source, 'path');
    if (path === undefined) return [];
    const kustomize = reading.child(source, 'kustomize');
    const directory = reading.child(source, 'directory');
    const within = (map: number | undefined, key: string): number | undefined =>
      map === undefined ? undefined : reading.child(map, key);
    const recurse = within(directory, 'recurse');
    const recurses = recurse !== undefined && reading.text(recurse) === 'true';
    return [
      {
        from: 'root',
        isComponent: false,
        references: [{ path: reading.text(path), ...reading.at(reading.node(path).start) }],
        components: [],
        data: [],
        namespace: undefined,
        patches: [],
        images: argoOverrides(reading, within(kustomize, 'images')),
        deploys: { by: 'argocd', object: `Application ${name}`, recurses },
      },
    ];
  });
}

/** Entries of kustomize's `images`; those without a name change nothing. */
function overridesIn(reading: Reading, list: number | undefined): OverrideFact[] {
  return items(reading, list).flatMap((entry, index) => {
    if (reading.node(entry).kind !== 'map') return [];
    const name = textOf(reading, entry, 'name');
    if (name === undefined) return [];
    const newName = textOf(reading, entry, 'newName');
    const setsVersion = ['newTag', 'digest'].some((key) => textOf(reading, entry, key) !== undefined);
    const place = reading.at(reading.node(entry).start);
    return [{ index, name, ...(newName === undefined ? {} : { newName }), setsVersion, ...place }];
  });
}

/** Argo CD's strings: `name=newName:tag`, `newName:tag` and the like. */
function argoOverrides(reading: Reading, list: number | undefined): OverrideFact[] {
  return texts(reading, list).map(({ path: text, ...place }, index) => {
    const equals = text.indexOf('=');
    const target = text.slice(equals + 1);
    const version = /(?::[^/:@]*)?(?:@.*)?$/.exec(target)?.[0] ?? '';
    const newName = target.slice(0, target.length - version.length);
    const name = equals === -1 ? newName : text.slice(0, equals);
    return { index, name, ...(newName === name ? {} : { newName }), setsVersion: version !== '', ...place };
  });
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

/** Files that go into generated objects, such as values for Helm. */
function dataIn(reading: Reading, list: number | undefined): ReferenceFact[] {
  return items(reading, list).flatMap((entry) => {
    if (reading.node(entry).kind !== 'map') return [];
    const values = reading.textChild(entry, 'valuesFile');
    return [
      ...(values === undefined ? [] : [referenceAt(reading, values)]),
      ...dataKeys.flatMap((key) => texts(reading, reading.child(entry, key)).map(withoutKey)),
    ];
  });
}

/** `key=path`, as generators write it. */
function withoutKey({ path, ...place }: ReferenceFact): ReferenceFact {
  return { path: path.slice(path.indexOf('=') + 1), ...place };
}

function referencesIn(reading: Reading, list: number | undefined): ReferenceFact[] {
  // A resource may be written in place, as a block of YAML.
  return texts(reading, list).filter(({ path }) => path !== '' && !path.includes('\n'));
}

function texts(reading: Reading, list: number | undefined): ReferenceFact[] {
  return items(reading, list).flatMap((item) => (reading.isText(item) ? [referenceAt(reading, item)] : []));
}

function referenceAt(reading: Reading, index: number): { readonly path: string } & Position {
  return { path: reading.text(index), ...reading.at(reading.node(index).start) };
}

function items(reading: Reading, list: number | undefined): number[] {
  return list === undefined || reading.node(list).kind !== 'seq' ? [] : children(reading.outline, list);
}

function textOf(reading: Reading, map: number, key: string): string | undefined {
  const found = reading.textChild(map, key);
  const text = reading.text(found);
  return text === '' ? undefined : text;
}
