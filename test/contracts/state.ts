import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StateStore } from '../../src/state/store.ts';

/** What every StateStore does. `open` gives an empty one. */
export function stateContract(label: string, open: () => Promise<StateStore>): void {
  describe(`StateStore: ${label}`, () => {
    let store: StateStore;

    beforeEach(async () => {
      store = await open();
    });

    afterEach(async () => {
      await store.close();
    });

    it('gives what was set, and nothing for other keys', async () => {
      await store.set(
        'tags',
        new Map([
          ['a', '1'],
          ['b', '2'],
        ]),
      );
      expect(await store.get('tags', ['b', 'c', 'a'])).toEqual(
        new Map([
          ['a', '1'],
          ['b', '2'],
        ]),
      );
    });

    it('keeps spaces apart', async () => {
      await store.set('tags', new Map([['a', '1']]));
      await store.set('created', new Map([['a', '2']]));
      expect(await store.get('tags', ['a'])).toEqual(new Map([['a', '1']]));
      expect(await store.get('created', ['a'])).toEqual(new Map([['a', '2']]));
      expect(await store.get('other', ['a'])).toEqual(new Map());
    });

    it('replaces values', async () => {
      await store.set('tags', new Map([['a', '1']]));
      await store.set('tags', new Map([['a', '2']]));
      expect(await store.get('tags', ['a'])).toEqual(new Map([['a', '2']]));
    });

    it('asks for nothing and sets nothing', async () => {
      await store.set('tags', new Map());
      expect(await store.get('tags', [])).toEqual(new Map());
    });

    it('takes many keys at once', async () => {
      const entries = new Map(Array.from({ length: 5000 }, (_, index) => [`key ${index}`, `value ${index}`]));
      await store.set('many', entries);
      expect(await store.get('many', [...entries.keys()])).toEqual(entries);
    });

    it('is a map, for any keys and values', async () => {
      const text = fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: 20 }),
        fc.constantFrom('', '__proto__', "'; --", 'a\nb'),
      );
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(text, text), { maxLength: 20 }), async (pairs) => {
          const space = `space ${run++}`;
          const model = new Map<string, string>();
          for (const [key, value] of pairs) {
            model.set(key, value);
            await store.set(space, new Map([[key, value]]));
          }
          expect(await store.get(space, [...model.keys(), 'never set'])).toEqual(model);
        }),
        { numRuns: 30 },
      );
    });
  });
}
