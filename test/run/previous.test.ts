import { expect, it } from 'vitest';
import { previousOf } from '../../src/run/past/previous.ts';

/** Tags in the order in which they came, each with its digest after `@`. */
const cases: readonly (readonly [label: string, held: string, previous: string | undefined])[] = [
  ['one after the other', '1 2 3', '2'],
  ['taken back once', '1 2 3 2', '1'],
  ['taken back twice', '1 2 3 2 1', undefined],
  ['taken back and put back', '1 2 3 2 3', '2'],
  ['over several at once', '1 2 3 1', undefined],
  ['tried early and taken back', '1 3 1 2 3', '2'],
  ['to what never stood there', '1 2 0', '2'],
  ['a digest that is added', '1@a 2 2@b', '1@a'],
  ['a tag that moved', '1@a 1@b', '1@a'],
  ['the same all the time', '1 1', undefined],
  ['digests alone', '@a @b @c @b', '@a'],
];

it.each(cases)('what stood there before: %s', (_, held, previous) => {
  const values = held.split(' ').map((text) => {
    const [tag = '', digest] = text.split('@');
    return { tag: tag === '' ? null : tag, digest: digest ?? null };
  });
  const found = previousOf(values.toReversed());
  const shown = found && `${found.tag ?? ''}${found.digest === null ? '' : `@${found.digest}`}`;
  expect(shown).toBe(previous);
});
