import type { NameClass } from '../fields/model.ts';
import { objectsOf } from '../fields/objects.ts';
import { Reading, type ObjectHead } from '../fields/reading.ts';
import { decode } from '../yaml/decode.ts';
import { readOutline } from '../yaml/read.ts';
import { children } from '../yaml/walk.ts';
import type { ApplierFact, LintFacts, PathFact, RenovateFact } from './facts.ts';
import { looseImagesOf } from './loose-images.ts';
import { updaterOf, writersOf } from './writers.ts';

/** A file without any of these words tells lint nothing that the facts of the run do not tell. */
const telling =
  /\+argocd:skip-file-rendering|resources|bases|components|kustomize\.toolkit|argoproj|keel\.(?:sh|observer)|fluxcd\.io\/automated|flux\.weave\.works\/automated|renovate:|image|repository/i;

/**
 * Reads what only `lint` wants to know of a file; runs do not pay for it. A file that cannot be read tells nothing here: that is a
 * problem of its own already.
 */
export function readLintFacts(bytes: Uint8Array, nameClass: NameClass): LintFacts {
  const decoded = decode(bytes);
  if ('refused' in decoded || !telling.test(decoded.text)) return nothing;
  const skipped = /^[ \t]*#.*\+argocd:skip-file-rendering/m.test(decoded.text);
  const read = readOutline(decoded.text);
  if ('error' in read) return { ...nothing, skipped };
  const reading = new Reading(read.outline, nameClass);
  const objects = objectsOf(reading);
  return {
    skipped,
    resources: nameClass === 'kustomization' ? resourcesOf(reading) : [],
    appliers: objects.flatMap((object) => appliersOf(reading, object)),
    writers: objects.flatMap((object) => writersOf(reading, object)),
    updaters: objects.flatMap((object) => updaterOf(reading, object)),
    renovate: renovateOf(reading),
    looseImages: looseImagesOf(reading),
  };
}

const none: readonly never[] = Object.freeze([]);
const nothing: LintFacts = Object.freeze({
  skipped: false,
  resources: none,
  appliers: none,
  writers: none,
  updaters: none,
  renovate: none,
  looseImages: none,
});

function resourcesOf(reading: Reading): PathFact[] {
  return reading.outline.documents.flatMap(({ root }) =>
    root === -1
      ? []
      : ['resources', 'bases', 'components'].flatMap((key) => textsIn(reading, reading.child(root, key))),
  );
}

function textsIn(reading: Reading, list: number | undefined): PathFact[] {
  if (list === undefined || reading.node(list).kind !== 'seq') return [];
  return children(reading.outline, list)
    .filter((index) => reading.hasValue(index) && reading.isText(index))
    .map((index) => pathAt(reading, index));
}

function pathAt(reading: Reading, index: number): PathFact {
  return { path: reading.text(index), ...reading.at(reading.node(index).start) };
}

function appliersOf(reading: Reading, { index, apiVersion, kind, name }: ObjectHead): ApplierFact[] {
  const spec = reading.child(index, 'spec');
  if (spec === undefined) return [];
  if (kind === 'Kustomization' && apiVersion.startsWith('kustomize.toolkit.fluxcd.io/')) {
    const path = reading.textChild(spec, 'path');
    const place =
      path === undefined ? { path: '', ...reading.at(reading.node(index).start) } : pathAt(reading, path);
    return [{ by: 'flux', object: `Kustomization ${name}`, recurses: true, ...place }];
  }
  if (kind !== 'Application' || !apiVersion.startsWith('argoproj.io/')) return [];
  const sources = reading.child(spec, 'sources');
  const source = reading.child(spec, 'source');
  const all = [
    ...(sources === undefined ? [] : children(reading.outline, sources)),
    ...(source === undefined ? [] : [source]),
  ];
  return all.flatMap((one) => {
    const path = reading.textChild(one, 'path');
    const directory = reading.child(one, 'directory');
    const recurse = directory === undefined ? undefined : reading.textChild(directory, 'recurse');
    const recurses = reading.text(recurse) === 'true';
    return path === undefined
      ? []
      : [{ by: 'argocd' as const, object: `Application ${name}`, recurses, ...pathAt(reading, path) }];
  });
}

function renovateOf(reading: Reading): RenovateFact[] {
  const { text, comments } = reading.outline;
  return comments
    .filter(({ start, end }) => /^#+\s*renovate:/.test(text.slice(start, end)))
    .map(({ start }) => {
      const place = reading.at(start);
      return { ...place, target: place.line + 1 };
    });
}
