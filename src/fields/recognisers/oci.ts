import { addField } from '../field.ts';
import { objectOf } from '../objects.ts';
import type { Recogniser } from './recogniser.ts';
import { keyAbove } from './surroundings.ts';

/**
 * `spec.ref` of Flux `OCIRepository`, with the name from `spec.url`. A `semver` there decides over the tag, so that an edit
 * of the tag would change nothing: such a field is left to Flux.
 */
export const ociReferences: Recogniser = {
  keys: ['ref'],
  visit(reading, index) {
    const spec = reading.node(index).parent;
    if (keyAbove(reading, index) !== 'spec' || reading.node(index).kind !== 'map') return;
    if (objectOf(reading, index)?.kind !== 'OCIRepository') return;
    if (reading.child(index, 'semver') !== undefined) return;
    const url = reading.textChild(spec, 'url');
    const tag = reading.textChild(index, 'tag');
    const digest = reading.textChild(index, 'digest');
    if (url === undefined || (tag === undefined && digest === undefined)) return;
    const name = reading.text(url).replace(/^oci:\/\//, '');
    addField(reading, { kind: 'oci', index, name, parts: { tag, digest } });
  },
};
