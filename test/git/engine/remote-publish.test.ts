import { describe, expect, it } from 'vitest';

import { contents, draft, Stage, web } from './remote-stage.ts';
import { git, gitRaw } from '../git.ts';

describe('publish', () => {
  it('pushes exactly the new objects, and the next sync fetches nothing', async () => {
    await Stage.in(async (stage) => {
      stage.push('b.yaml', 'x: 1\n');
      const { repository, transport } = stage.open();
      const base = await repository.sync();
      const published = await repository.publish(base, [draft('image: x:2\n'), draft('image: x:3\n')]);
      expect(published).toEqual({
        kind: 'pushed',
        commits: git(stage.server, 'rev-list', '--reverse', `${base.commit}..main`).split('\n'),
      });
      expect(transport.calls.pushes[0]?.pack.length).toBeGreaterThan(0);
      expect(Buffer.from(transport.calls.pushes[0]?.pack ?? []).readUInt32BE(8)).toBe(10);
      const next = await repository.sync();
      expect(next.commit).toBe(stage.head());
      expect(transport.calls.fetches.length).toBe(1);
      expect((await contents(next.tree))[web]).toBe('image: x:3\n');
      expect(git(stage.server, 'fsck', '--strict', '--no-dangling')).toBe('');
      expect(git(stage.directory, 'fsck', '--strict', '--no-dangling')).toBe('');
      expect((await next.history(0)).length).toBe(4);
      await repository.close();
    });
  });

  it('says raced and refused as the server says; the human edit survives', async () => {
    await Stage.in(async (stage) => {
      let words: string | undefined;
      let human: string | undefined;
      const { repository } = stage.open({
        refuse: () => words,
        beforePush: () => (human ??= stage.push('human.yaml', 'x: 1\n')),
      });
      expect(await repository.publish(await repository.sync(), [draft('image: x:2\n')])).toEqual({
        kind: 'raced',
      });
      expect(stage.head()).toBe(human);
      words = 'remote: branch main is protected';
      expect(await repository.publish(await repository.sync(), [draft('image: x:2\n')])).toEqual({
        kind: 'refused',
        words,
      });
      words = undefined;
      expect(await repository.publish(await repository.sync(), [draft('image: x:2\n')])).toMatchObject({
        kind: 'pushed',
      });
      expect(git(stage.server, 'show', 'main:human.yaml')).toBe('x: 1');
      await repository.close();
    });
  });

  it.each([
    ['a missing file', 'apps/none.yaml'],
    ['a folder', 'apps'],
    ['a path through a file', `${web}/x`],
    ['a path out of the tree', '../x'],
  ])('refuses to change %s, and pushes nothing', async (_, path) => {
    await Stage.in(async (stage) => {
      const { repository, transport } = stage.open();
      const change = { changes: [{ path, bytes: Buffer.from('x') }], message: 'm' };
      await expect(repository.publish(await repository.sync(), [change])).rejects.toMatchObject({
        code: 'invalid-input',
      });
      expect(transport.calls.pushes).toEqual([]);
    });
  });

  it('creates files and their folders where git would sort them, and commits that change nothing', async () => {
    await Stage.in(async (stage) => {
      // `apps` is a folder: git sorts it as `apps/`, behind `apps-old` and before `apps0`.
      stage.push('apps-old', 'x: 1\n');
      const { repository } = stage.open();
      const base = await repository.sync();
      const paths = [
        '.tallyman/holds.yaml',
        'apps.yaml',
        'apps0',
        'apps/new/a/b.yaml',
        'apps/new/c.yaml',
        'zz',
      ];
      const changes = paths.map((path) => ({ path, bytes: Buffer.from(path), create: true }));
      const published = await repository.publish(base, [
        { changes: [...changes, ...draft('image: x:2\n').changes], message: 'm' },
        { changes: [], message: 'only words\n' },
      ]);
      expect(published.kind).toBe('pushed');
      expect(git(stage.server, 'fsck', '--strict', '--no-dangling')).toBe('');
      for (const path of paths) expect(git(stage.server, 'show', `main:${path}`)).toBe(path);
      expect(git(stage.server, 'show', `main:${web}`)).toBe('image: x:2');
      expect(git(stage.server, 'log', '-1', '--format=%s')).toBe('only words');
      expect(git(stage.server, 'diff', 'main~1', 'main')).toBe('');
      expect((await contents((await repository.sync()).tree))['.tallyman/holds.yaml']).toBe(paths[0]);
      await repository.close();
    });
  });

  it.each([
    ['a file that is there', web],
    ['a folder', 'apps'],
    ['a file below a file', `${web}/x`],
    ['a path out of the tree', 'apps/../x'],
    ['a part of .git', '.git/config'],
    ['a path with nothing between slashes', 'apps//x'],
  ])('refuses to create %s', async (_, path) => {
    await Stage.in(async (stage) => {
      const { repository, transport } = stage.open();
      const change = { changes: [{ path, bytes: Buffer.from('x'), create: true }], message: 'm' };
      await expect(repository.publish(await repository.sync(), [change])).rejects.toMatchObject({
        code: 'invalid-input',
      });
      expect(transport.calls.pushes).toEqual([]);
    });
  });

  it('says which name a tree has twice, as a file and as a folder', async () => {
    await Stage.in(async (stage) => {
      const blob = git(stage.server, 'rev-parse', `main:${web}`);
      const folder = git(stage.server, 'rev-parse', 'main:apps');
      const entries = [`100644 apps\0${blob}`, `40000 apps\0${folder}`];
      const bytes = entries.map((entry) => {
        const [head = '', id = ''] = entry.split('\0');
        return Buffer.concat([Buffer.from(`${head}\0`), Buffer.from(id, 'hex')]);
      });
      const args = ['hash-object', '-t', 'tree', '-w', '--literally', '--stdin'];
      const tree = gitRaw(stage.server, args, Buffer.concat(bytes)).toString().trim();
      stage.move(git(stage.server, 'commit-tree', tree, '-p', stage.first, '-m', 'Twice'));
      const { repository } = stage.open();
      const work = repository.publish(await repository.sync(), [draft('image: x:2\n')]);
      await expect(work).rejects.toThrow(`${web} cannot be changed: "apps" stands twice in its folder`);
      await repository.close();
    });
  });
});
