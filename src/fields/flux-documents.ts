import { toValue } from '../yaml/value.ts';
import type { FluxDocument } from './model.ts';
import { objectsOf } from './objects.ts';
import type { Reading } from './reading.ts';

const group = 'image.toolkit.fluxcd.io/';
const kinds = ['ImageRepository', 'ImagePolicy', 'ImageUpdateAutomation'] as const;

/**
 * The image automation objects of Flux 2 in a file (product.md, 2.4); `dialects/flux2` says what they mean. What stands in
 * a file with template text is not known before another tool has filled it in, and is left out.
 */
export function readFluxDocuments(reading: Reading): FluxDocument[] {
  const documents: FluxDocument[] = [];
  for (const { index, apiVersion, kind: written, name } of objectsOf(reading)) {
    const kind = kinds.find((known) => known === written);
    if (kind === undefined || !apiVersion.startsWith(group)) continue;
    if (reading.isTemplate) return [];
    const { start, document } = reading.node(index);
    const read = toValue(reading.outline, index, { positionOf: reading.at });
    if ('error' in read) {
      reading.problem(
        'bad-policy',
        read.error.offset,
        `The ${kind} ${name} of Flux cannot be read: ${read.error.message}.`,
      );
      continue;
    }
    const pointer = reading.pointer(index);
    documents.push({ apiVersion, kind, name, pointer, document, ...read, ...reading.at(start) });
  }
  return documents;
}
