import { describe, expect, it } from 'vitest';
import type { Tree } from '../../src/tree/tree.ts';

/** What every Tree does. `open` gives a tree of just these files, none of them a symlink. */
export function treeContract(
  label: string,
  open: (files: Readonly<Record<string, string>>) => Promise<Tree>,
): void {
  describe(`Tree: ${label}`, () => {
    const files = {
      'b.yaml': 'b',
      'a/z.yaml': 'same',
      'a.yaml': 'same',
      'a/b/c.yaml': '',
      'é\u{1f600}.yaml': 'é',
    };

    it('lists files in byte order of their paths, not folders', async () => {
      const tree = await open({ ...files, '\u{ff5e}.yaml': 'x', '\u{1f600}.yaml': 'y' });
      expect((await tree.list()).map(({ path }) => path)).toEqual([
        'a.yaml',
        'a/b/c.yaml',
        'a/z.yaml',
        'b.yaml',
        'é\u{1f600}.yaml',
        '\u{ff5e}.yaml',
        '\u{1f600}.yaml',
      ]);
    });

    it('reads what is asked for, once each', async () => {
      const tree = await open(files);
      const wanted = (await tree.list()).filter(({ path }) => path !== 'b.yaml');
      const seen: Record<string, string> = {};
      let visits = 0;
      await tree.read(wanted, ({ path }, bytes) => {
        visits++;
        seen[path] = new TextDecoder().decode(bytes);
      });
      const { 'b.yaml': _, ...others } = files;
      expect(seen).toEqual(others);
      expect(visits).toBe(4);
    });

    it('gives one entry, and nothing for folders and for what is not there', async () => {
      const tree = await open(files);
      const listed = (await tree.list()).find(({ path }) => path === 'a/b/c.yaml');
      expect(await tree.entry('a/b/c.yaml')).toMatchObject({ path: listed?.path, mode: 'file' });
      for (const path of [
        'a',
        'a/b',
        'a/b/',
        'c.yaml',
        'b.yaml/x',
        '',
        '.',
        '../b.yaml',
        'a/../b.yaml',
        '/b.yaml',
      ]) {
        expect(await tree.entry(path), path).toBeUndefined();
      }
    });

    it('gives different content different ids', async () => {
      const ids = await open({ a: '1', b: '2', c: '' }).then((tree) => tree.list());
      expect(new Set(ids.map(({ id }) => id)).size).toBe(3);
    });

    it('says what is not there', async () => {
      const tree = await open(files);
      const gone = { path: 'gone.yaml', id: 'none', mode: 'file' } as const;
      await expect(tree.read([gone], () => {})).rejects.toMatchObject({
        code: 'not-found',
        file: 'gone.yaml',
      });
    });

    it('is empty where there is nothing', async () => {
      expect(await (await open({})).list()).toEqual([]);
    });
  });
}
