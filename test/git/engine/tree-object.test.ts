import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { hashObject } from '../../../src/git/engine/object-id.ts';
import {
  encodeTree,
  findTreeItem,
  parseTree,
  type NewTreeItem,
  type TreeMode,
} from '../../../src/git/engine/tree-object.ts';
import { git, gitRaw, inFolder } from '../git.ts';

const blob = 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391';
const modes: readonly TreeMode[] = ['file', 'executable', 'symlink', 'submodule', 'tree'];
const names = [
  'a',
  'a-',
  'a.b',
  'a0',
  'ab',
  'A',
  'é',
  '漢',
  '😀',
  '\uFFFE',
  ' ',
  '.gitignore',
  '.github',
  '...',
  'x'.repeat(200),
];

describe('findTreeItem', () => {
  it('finds what looking at every item finds', () => {
    const anyName = fc.oneof(
      fc.constantFrom(...names),
      fc.stringMatching(/^[a-c.0-]{1,4}$/),
      fc.string({ minLength: 1 }),
    );
    const anyItems = fc.uniqueArray(fc.record({ name: anyName, mode: fc.constantFrom(...modes) }), {
      selector: ({ name }) => name,
      minLength: 16,
      maxLength: 60,
    });
    fc.assert(
      fc.property(anyItems, anyName, (made, other) => {
        const allowed = made.filter(
          ({ name }) => !/^\.{1,2}$|[/\0]|^\.git$/i.test(name) && name.isWellFormed(),
        );
        const items = parseTree('', encodeTree(allowed.map((item) => ({ ...item, id: blob }))));
        for (const name of [...allowed.map((item) => item.name), other]) {
          const slow = items.find((item) => item.name === name);
          const isFolder = slow?.mode === 'tree';
          expect(findTreeItem(items, name, isFolder ? 'folder' : 'file')).toBe(slow);
          expect(findTreeItem(items, name, isFolder ? 'file' : 'folder')).toBeUndefined();
        }
      }),
    );
  });
});

describe('encodeTree and parseTree', () => {
  const items = fc.uniqueArray(
    fc.record({
      name: fc.oneof(fc.constantFrom(...names), fc.stringMatching(/^[^/\0]{5,12}$/u)),
      mode: fc.constantFrom(...modes),
      id: fc.stringMatching(/^[0-9a-f]{40}$/),
    }),
    { selector: (item) => item.name },
  );

  it('give back what they were given, in git’s order', () => {
    fc.assert(
      fc.property(items, (items) => {
        const bytes = encodeTree(items);
        const parsed = parseTree('0'.repeat(40), bytes);
        const plain = parsed.map(({ name, mode, id }) => ({ name, mode, id }));
        expect(new Set(plain.map((item) => JSON.stringify(item)))).toEqual(
          new Set(items.map(({ name, mode, id }) => JSON.stringify({ name, mode, id }))),
        );
        expect(encodeTree(plain)).toEqual(bytes);
        for (const { id, idOffset } of parsed)
          expect(bytes.toString('hex', idOffset, idOffset + 20)).toBe(id);
      }),
    );
  });

  it('sort as git mktree does', async () => {
    await inFolder(async (folder) => {
      git(folder, 'init', '-q', '--bare', '.');
      const texts = {
        file: '100644 blob',
        executable: '100755 blob',
        symlink: '120000 blob',
        submodule: '160000 commit',
        tree: '040000 tree',
      };
      const items: NewTreeItem[] = names.map((name, index) => ({
        name,
        mode: modes[index % modes.length] ?? 'file',
        id: blob,
      }));
      const rows = items.map(({ name, mode, id }) => `${texts[mode]} ${id}\t${name}\0`).join('');
      const theirs = gitRaw(folder, ['mktree', '-z', '--missing'], rows).toString().trim();
      expect(hashObject('tree', encodeTree(items))).toBe(theirs);
    });
  });

  it.each(['', '.', '..', '.git', '.GIT', 'a/b', 'a\0b'])('refuse to write the name %j', (name) => {
    expect(() => encodeTree([{ name, mode: 'file', id: blob }])).toThrow(
      expect.objectContaining({ code: 'invalid-input' }),
    );
  });

  const raw = Buffer.from(blob, 'hex').toString('latin1');
  it.each([
    ['cut off in the id', `100644 a\0${raw.slice(0, 19)}`],
    ['cut off in the name', '100644 a'],
    ['an unknown mode', `100600 a\0${raw}`],
    ['an empty name', `100644 \0${raw}`],
    ['a name with a slash', `100644 ../x\0${raw}`],
    ['the name ..', `40000 ..\0${raw}`],
    ['the name .git', `40000 .git\0${raw}`],
    ['the name .Git', `40000 .Git\0${raw}`],
    ['a name twice', `100644 a\0${raw}100644 a\0${raw}`],
    ['wrong order', `100644 b\0${raw}100644 a\0${raw}`],
    ['a folder sorted as a file', `40000 a\0${raw}100644 a.b\0${raw}`],
  ])('refuse to read %s', (_, text) => {
    expect(() => parseTree('0'.repeat(40), Buffer.from(text, 'latin1'))).toThrow(
      expect.objectContaining({ code: 'corrupt' }),
    );
  });

  it('read what old tools wrote', () => {
    const bytes = Buffer.from(`100664 a\0${raw}040000 b\0${raw}`, 'latin1');
    expect(parseTree('0'.repeat(40), bytes).map((item) => item.mode)).toEqual(['file', 'tree']);
  });
});
