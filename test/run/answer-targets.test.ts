import { describe, expect, it } from 'vitest';
import { FactsCache } from '../../src/run/prepare/facts-cache.ts';
import { prepare } from '../../src/run/prepare/prepare.ts';
import { memoryTree } from '../../src/tree/memory-tree.ts';
import type { Tree } from '../../src/tree/tree.ts';
import { targeting } from '../bindings/manifests.ts';

const settings = { repository: 'fleet', paths: [], policyRoots: [], environments: [] };

/** A tree that notes which files are read. */
function noting(files: Readonly<Record<string, string>>): { tree: Tree; read: string[] } {
  const tree = memoryTree(files);
  const read: string[] = [];
  return {
    read,
    tree: {
      list: () => tree.list(),
      entry: (path) => tree.entry(path),
      read: (entries, visit, tooLarge) => {
        read.push(...entries.map(({ path }) => path));
        return tree.read(entries, visit, tooLarge);
      },
    },
  };
}

describe('the lookup of targets', () => {
  const files = {
    'p.yaml': targeting('web', 'a/*.yaml $.v tag', 'a/1.yaml $.w tag'),
    'a/1.yaml': 'v: 1.4.0\nw: 1.4.0\n',
    'a/2.yaml': 'v: 1.4.1\n',
    'a/same.yaml': 'v: 1.4.1\n',
    'b/3.yaml': 'v: 1.4.2\n',
  };

  it('reads only files that a glob matches, each content once for all paths', async () => {
    const { tree, read } = noting(files);
    const { bindings, problems } = await prepare(tree, settings, new FactsCache());
    expect(bindings.map(({ key }) => key)).toEqual([
      'a/1.yaml#/v',
      'a/1.yaml#/w',
      'a/2.yaml#/v',
      'a/same.yaml#/v',
    ]);
    expect(problems).toEqual([]);
    const survey = Object.keys(files).length;
    expect(read.slice(survey)).toEqual(['a/1.yaml', 'a/2.yaml']);
  });

  it('reads nothing again that is unchanged', async () => {
    const cache = new FactsCache();
    const first = await prepare(noting(files).tree, settings, cache);
    const again = noting(files);
    expect((await prepare(again.tree, settings, cache)).bindings).toEqual(first.bindings);
    expect(again.read).toEqual([]);
    const changed = noting({ ...files, 'a/2.yaml': 'v: 1.4.9\n' });
    await prepare(changed.tree, settings, cache);
    expect(changed.read).toEqual(['a/2.yaml', 'a/2.yaml']);
    const asked = noting({ ...files, 'p.yaml': targeting('web', 'a/1.yaml $.v tag', 'b/*.yaml $.v tag') });
    await prepare(asked.tree, settings, cache);
    expect(asked.read.filter((path) => path !== 'p.yaml' && path !== 'a/2.yaml')).toEqual(['b/3.yaml']);
  });

  it('reads no file for policies without targets', async () => {
    const { tree, read } = noting({ ...files, 'p.yaml': 'a: 1\n' });
    await prepare(tree, settings, new FactsCache());
    expect(read).toHaveLength(Object.keys(files).length);
  });
});
