import { parseReference } from '../../image/reference.ts';
import { children } from '../../yaml/walk.ts';
import { addField } from '../field.ts';
import type { Reading } from '../reading.ts';
import type { Recogniser } from './recogniser.ts';
import { keyAbove } from './surroundings.ts';

/** Argo CD `helm.parameters`: `{name: web.image.tag, value: v1}` beside `{name: web.image.repository, value: ...}`. */
export const helmParameters: Recogniser = {
  keys: ['parameters'],
  visit(reading, index) {
    if (keyAbove(reading, index) !== 'helm' || reading.node(index).kind !== 'seq') return;
    const values = new Map<string, number>();
    for (const item of children(reading.outline, index)) {
      const name = reading.textChild(item, 'name');
      const value = reading.textChild(item, 'value');
      if (name !== undefined && value !== undefined) values.set(reading.text(name), value);
    }
    for (const [name, value] of values) addParameter(reading, values, name, value);
  },
};

function addParameter(
  reading: Reading,
  values: ReadonlyMap<string, number>,
  name: string,
  value: number,
): void {
  const cut = name.lastIndexOf('.') + 1;
  const prefix = name.slice(0, cut);
  const last = name.slice(cut);
  const index = reading.node(value).parent;
  if (last === 'tag' || last === 'imageTag') {
    const repository = values.get(`${prefix}repository`) ?? values.get(`${prefix}image`);
    const registry = reading.text(values.get(`${prefix}registry`));
    const path = reading.text(repository);
    const spelled = registry === '' || path === '' ? path : `${registry}/${path}`;
    addField(reading, {
      kind: 'helm',
      index,
      name: spelled === '' ? undefined : spelled,
      parts: {
        tag: value,
        digest: values.get(`${prefix}digest`),
        name: registry === '' ? repository : undefined,
      },
    });
  } else if (last === 'image') {
    const reference = parseReference(reading.text(value));
    if (reference?.tag === undefined && reference?.digest === undefined) return;
    addField(reading, { kind: 'helm', index, parts: { image: value } });
  }
}
