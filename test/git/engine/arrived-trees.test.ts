import { describe, expect, it } from 'vitest';

import { ArrivedTrees } from '../../../src/git/engine/arrived-trees.ts';
import { encodeCommit } from '../../../src/git/engine/commit.ts';
import { newObject } from '../../../src/git/engine/object-id.ts';
import { encodeTree, parseTree, type NewTreeItem } from '../../../src/git/engine/tree-object.ts';
import { bot } from './remote-stage.ts';

const file = newObject('blob', Buffer.from('image: x:1\n'));
const folder = tree([{ name: 'a.yaml', mode: 'file', id: file.id }]);
const other = tree([{ name: 'b.yaml', mode: 'file', id: file.id }]);
const root = tree([
  { name: 'one', mode: 'tree', id: folder.id },
  { name: 'two', mode: 'tree', id: other.id },
]);
const content = { tree: root.id, parents: [], author: bot, committer: bot, at: 0, message: 'm' };
const commit = newObject('commit', encodeCommit(content));

describe('ArrivedTrees', () => {
  it.each([
    ['all came', [commit, root, folder, other], [], true],
    ['all came, the folders first', [folder, other, root, commit], [], true],
    ['one folder is here already', [commit, root, other], [folder.id], true],
    ['the root is here already', [commit], [root.id], true],
    ['a folder is missing', [commit, root, folder], [], false],
    ['the root is missing', [commit, folder, other], [], false],
  ])('%s', (_, came, here, isWhole) => {
    const arrived = new ArrivedTrees();
    for (const object of came)
      arrived.see(object.id, object, object.type === 'tree' ? parseTree(object.id, object.bytes) : []);
    const roots = arrived.whole((id) => (here as readonly string[]).includes(id));
    expect([...roots]).toEqual(isWhole ? [[commit.id, root.id]] : []);
  });
});

function tree(items: readonly NewTreeItem[]) {
  return newObject('tree', encodeTree(items));
}
