import type { FieldFact } from '../../fields/model.ts';
import type { ForeignReading } from '../foreign-reading.ts';
import type { SourceEntry, SourceObject } from '../model.ts';
import { fieldByPaths } from '../values-paths.ts';
import type { Flux1Key } from './keys.ts';

/** The images of a HelmRelease that annotations map: `repository.fluxcd.io/<alias>: image.repository` and the like. */
export interface MappedImages {
  /** By alias: the name that filters give the image. */
  readonly fields: ReadonlyMap<string, FieldFact>;
  readonly wrong: readonly { readonly entry: SourceEntry; readonly message: string }[];
}

interface KeyedEntry {
  readonly entry: SourceEntry;
  readonly key: Flux1Key;
}

/** Reads the paths, which start below `spec.values` of the HelmRelease. */
export function mappedImages(
  source: ForeignReading,
  object: SourceObject,
  entries: readonly KeyedEntry[],
): MappedImages {
  const fields = new Map<string, FieldFact>();
  const wrong: { entry: SourceEntry; message: string }[] = [];
  const values = valuesOf(source, object);
  const maps = entries.flatMap(({ entry, key }) => (key.kind === 'map' ? [{ entry, ...key }] : []));
  for (const [alias, of] of Map.groupBy(maps, (map) => map.alias)) {
    const [first] = of;
    const path = (part: string): string | undefined =>
      of.find((map) => map.part === part)?.entry.value.trim();
    const repository = path('repository') ?? '';
    if (first === undefined) continue;
    if (values === undefined) {
      const message = `${first.entry.key} has no effect: ${object.name} is no HelmRelease with spec.values.`;
      wrong.push({ entry: first.entry, message });
    } else if (repository === '') {
      const message = `${first.entry.key} needs repository.fluxcd.io/${alias} beside it, which says where the values keep the image.`;
      wrong.push({ entry: first.entry, message });
    } else {
      const field = fieldByPaths(source.reading, values, {
        registry: path('registry'),
        repository,
        tag: path('tag'),
      });
      if (!('missing' in field)) fields.set(alias, field);
      else {
        const entry = of.find((map) => map.entry.value.trim() === field.missing)?.entry ?? first.entry;
        wrong.push({ entry, message: `${entry.key}: spec.values has no text at ${field.missing}.` });
      }
    }
  }
  return { fields, wrong };
}

function valuesOf({ reading, objects }: ForeignReading, object: SourceObject): number | undefined {
  const head = objects.find(
    ({ index }) =>
      reading.node(index).document === object.document && reading.pointer(index) === object.pointer,
  );
  const spec = head?.kind === 'HelmRelease' ? reading.child(head.index, 'spec') : undefined;
  return spec === undefined ? undefined : reading.child(spec, 'values');
}
