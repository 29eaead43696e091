import { children } from '../../yaml/walk.ts';
import { addField } from '../field.ts';
import { behindAlias, lookup } from '../merged.ts';
import type { Recogniser } from './recogniser.ts';
import { isAtRoot } from './surroundings.ts';

/** `services.<name>.image` of Compose files; where services repeat or merge in a map (`<<: *common`), the image of that map. */
export const composeServices: Recogniser = {
  keys: ['services'],
  visit(reading, index) {
    if (reading.nameClass !== 'compose' || !isAtRoot(reading, index)) return;
    for (const service of children(reading.outline, index)) {
      const image = lookup(reading, behindAlias(reading, service), 'image');
      if (image !== undefined) addField(reading, { kind: 'compose', index: service, parts: { image } });
    }
  },
};
