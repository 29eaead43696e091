import { children } from '../../yaml/walk.ts';
import { addField } from '../field.ts';
import type { Recogniser } from './recogniser.ts';
import { isAtRoot } from './surroundings.ts';

/** `services.<name>.image` of Compose files. */
export const composeServices: Recogniser = {
  keys: ['services'],
  visit(reading, index) {
    if (reading.nameClass !== 'compose' || !isAtRoot(reading, index)) return;
    for (const service of children(reading.outline, index)) {
      const image = reading.textChild(service, 'image');
      if (image !== undefined) addField(reading, { kind: 'compose', index: service, parts: { image } });
    }
  },
};
