import type { ForeignPolicy } from '../dialects/model.ts';
import type { FieldFact, FileFacts } from '../fields/model.ts';
import { fieldPointer } from '../fields/field.ts';
import { objectsOf } from '../fields/objects.ts';
import { Reading } from '../fields/reading.ts';
import type { Place } from '../core/position.ts';
import type { Outline } from '../yaml/outline.ts';
import { children, keyText } from '../yaml/walk.ts';

/** An Application of Argo CD in the checkout. */
export interface KnownApplication extends Place {
  readonly name: string;
  /** Empty where it is not written. */
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What it applies, from the root of its repository: source paths, and folders of the files of values that it names by `$ref/`. */
  readonly folders: readonly string[];
  /** `repoURL` of its sources. */
  readonly repositories: readonly string[];
  /** The image fields that are written in it: parameters and values of Helm, images of kustomize. */
  readonly fields: readonly FieldFact[];
  readonly document: number;
  readonly pointer: string;
}

/** The Applications that one file holds. */
export function applicationsIn(outline: Outline, file: string, facts: FileFacts): KnownApplication[] {
  if (!/\bargoproj\.io\//.test(outline.text)) return [];
  const reading = new Reading(outline, 'yaml');
  return objectsOf(reading).flatMap(({ index, apiVersion, kind, name }) => {
    if (kind !== 'Application' || !apiVersion.startsWith('argoproj.io/')) return [];
    const sources = sourcesOf(reading, index);
    const metadata = reading.child(index, 'metadata');
    const prefix = `${fieldPointer(reading, index)}/`;
    const { start, document } = reading.node(index);
    const folders = sources.flatMap((source) => foldersOf(reading, source));
    const application = {
      name,
      namespace: textBelow(reading, metadata, 'namespace'),
      labels: labelsOf(reading, metadata),
      folders: [...new Set(folders)],
      repositories: [...new Set(sources.map((source) => textBelow(reading, source, 'repoURL')))],
      fields: facts.fields.filter((field) => field.document === document && field.pointer.startsWith(prefix)),
      file,
      ...reading.at(start),
      document,
      pointer: reading.pointer(index),
    };
    return [application];
  });
}

/** Those that a policy of Argo CD Image Updater is for: its own Application, or those that its ImageUpdater selects. */
export function applicationsFor(
  { applications, object }: ForeignPolicy,
  all: readonly KnownApplication[],
): readonly KnownApplication[] {
  if (applications === undefined) {
    return all.filter(
      ({ file, document, pointer }) =>
        file === object.file && document === object.document && pointer === object.pointer,
    );
  }
  const namespace = object.namespace ?? '';
  return all.filter(
    (one) =>
      applications.selects(one.name, one.labels) &&
      (namespace === '' || one.namespace === '' || namespace === one.namespace),
  );
}

/** `spec.source` and `spec.sources`. */
function sourcesOf(reading: Reading, application: number): number[] {
  const spec = reading.child(application, 'spec');
  if (spec === undefined) return [];
  const several = reading.child(spec, 'sources');
  const one = reading.child(spec, 'source');
  return [
    ...(several === undefined ? [] : children(reading.outline, several)),
    ...(one === undefined ? [] : [one]),
  ];
}

function foldersOf(reading: Reading, source: number): string[] {
  const path = reading.textChild(source, 'path');
  const own = path === undefined ? [] : folder(reading.text(path));
  const helm = reading.child(source, 'helm');
  const files = helm === undefined ? undefined : reading.child(helm, 'valueFiles');
  const values = files === undefined ? [] : children(reading.outline, files);
  const elsewhere = values.flatMap((file) => {
    const text = /^\$[^/]+\/(.+)$/.exec(reading.text(file))?.[1];
    return text === undefined ? [] : folder(text.slice(0, Math.max(0, text.lastIndexOf('/'))));
  });
  return [...own, ...elsewhere];
}

/** From the root, without `.`; none for a path that leaves it. */
function folder(path: string): string[] {
  const parts = path.split('/');
  return parts.includes('..') ? [] : [parts.filter((part) => part !== '' && part !== '.').join('/')];
}

function labelsOf(reading: Reading, metadata: number | undefined): Readonly<Record<string, string>> {
  const labels = metadata === undefined ? undefined : reading.child(metadata, 'labels');
  const entries = labels === undefined ? [] : children(reading.outline, labels);
  return Object.fromEntries(
    entries.map((entry) => [keyText(reading.outline, entry) ?? '', reading.text(entry)]),
  );
}

function textBelow(reading: Reading, map: number | undefined, key: string): string {
  return map === undefined ? '' : reading.text(reading.textChild(map, key));
}
