import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GitTree } from '../../../src/git/engine/git-tree.ts';
import { hashObject } from '../../../src/git/engine/object-id.ts';
import { ObjectStore } from '../../../src/git/engine/object-store.ts';
import { encodeTree } from '../../../src/git/engine/tree-object.ts';
import { git } from '../git.ts';

describe('what changed between two trees', () => {
  let folder: string;
  let store: ObjectStore;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tallyman-changes-'));
    git(folder, 'init', '--quiet', '--bare');
    store = new ObjectStore(join(folder, 'objects'));
  });

  afterAll(() => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const names = ['a', 'a-', 'a.b', 'a0', 'b', 'é', '\u{1F600}', '\uFFFE', 'z'];
  const path = fc
    .array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 })
    .map((parts) => parts.join('/'));
  const files = fc.dictionary(path, fc.constantFrom('1', '2', '3'), { maxKeys: 12 });

  it('is what their lists say', async () => {
    await fc.assert(
      fc.asyncProperty(files, files, async (left, right) => {
        const [a, b] = [treeOf(left), treeOf(right)];
        const changed = await a.changesFrom(b, 100);
        expect(changed?.toSorted()).toEqual((await differing(a, b)).toSorted());
        expect(await a.changesFrom(a, 0)).toEqual([]);
        const count = changed?.length ?? 0;
        expect(await a.changesFrom(b, count - 1)).toEqual(count > 0 ? undefined : []);
      }),
      { numRuns: 60 },
    );
  });

  function treeOf(contents: Readonly<Record<string, string>>): GitTree {
    return new GitTree(store, folderOf(Object.entries(contents)));
  }

  /** A file and a folder of one name cannot stand together: the folder counts. */
  function folderOf(contents: readonly (readonly [path: string, content: string])[]): string {
    const items = [...Map.groupBy(contents, ([path]) => path.split('/')[0] ?? '')].map(([name, below]) => {
      const inside = below.filter(([path]) => path !== name);
      const rest = inside.map(([path, content]) => [path.slice(name.length + 1), content] as const);
      return inside.length > 0
        ? { name, mode: 'tree' as const, id: folderOf(rest) }
        : { name, mode: 'file' as const, id: write('blob', Buffer.from(below[0]?.[1] ?? '')) };
    });
    return write('tree', encodeTree(items));
  }

  function write(type: 'blob' | 'tree', bytes: Buffer): string {
    const id = hashObject(type, bytes);
    if (!store.has(id)) store.writeLoose({ id, type, bytes });
    return id;
  }
});

async function differing(a: GitTree, b: GitTree): Promise<readonly string[]> {
  const [left, right] = await Promise.all(
    [a, b].map(async (tree) => new Map((await tree.list()).map((entry) => [entry.path, entry.id]))),
  );
  const all = new Set([...(left?.keys() ?? []), ...(right?.keys() ?? [])]);
  return [...all].filter((name) => left?.get(name) !== right?.get(name));
}
