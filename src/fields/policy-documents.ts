import { didYouMean, nearest } from '../core/nearest.ts';
import type { PolicyDocument } from '../policy/document/document.ts';
import { toValue } from '../yaml/value.ts';
import { objectsOf } from './objects.ts';
import type { ObjectHead, Reading } from './reading.ts';

const group = 'tallyman.dev/';

/**
 * Reads the ImagePolicy documents of a file (product.md, 2.1). A file with template text gives none: what it says is not
 * known before another tool has filled it in.
 */
export function readPolicyDocuments(reading: Reading): PolicyDocument[] {
  const documents: PolicyDocument[] = [];
  for (const object of objectsOf(reading)) {
    if (!isOurs(reading, object)) continue;
    const { start, document } = reading.node(object.index);
    if (reading.isTemplate) {
      const message = `The ImagePolicy ${object.name} stands in a file with template text. Policies are only read from files that are final; move it to a file of its own.`;
      reading.problem('bad-policy', start, message);
      continue;
    }
    const read = toValue(reading.outline, object.index, { positionOf: reading.at });
    if ('error' in read) {
      reading.problem(
        'bad-policy',
        read.error.offset,
        `The ImagePolicy ${object.name} cannot be read: ${read.error.message}.`,
      );
      continue;
    }
    documents.push({ document, ...read, ...reading.at(start) });
  }
  return documents;
}

function isOurs(reading: Reading, { index, apiVersion, kind }: ObjectHead): boolean {
  const ours = apiVersion.startsWith(group);
  if (kind === 'ImagePolicy' ? ours : !ours) return ours;
  const { start } = reading.node(reading.child(index, ours ? 'kind' : 'apiVersion') ?? index);
  if (ours) {
    const message = `There is no kind ${kind} in ${apiVersion}${didYouMean(kind, ['ImagePolicy'])}.`;
    reading.problem('bad-policy', start, message);
  } else if (kind === 'ImagePolicy' && nearest(apiVersion, [`${group}v1`]) !== undefined) {
    const message = `This ImagePolicy has the unknown apiVersion ${apiVersion} (did you mean "${group}v1"?)`;
    reading.problem('bad-policy', start, message);
  }
  return false;
}
