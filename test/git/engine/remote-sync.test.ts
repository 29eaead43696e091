import { describe, expect, it } from 'vitest';

import { contents, files, Stage, web } from './remote-stage.ts';
import { git } from '../git.ts';
import type { CommitId } from '../../../src/release/log.ts';

describe('sync', () => {
  it('fetches the tip alone, then only what changed; an unchanged remote costs one listing', async () => {
    await Stage.in(async (stage) => {
      stage.push('apps/2/app-2.yaml', 'image: x:2\n');
      const { repository, transport } = stage.open();
      const one = await repository.sync();
      expect(await contents(one.tree)).toEqual({ ...files, 'apps/2/app-2.yaml': 'image: x:2\n' });
      expect(transport.calls.fetches.map(({ depth, haves }) => ({ depth, haves }))).toEqual([
        { depth: 1, haves: [] },
      ]);
      expect(await repository.sync()).toBe(one);
      expect(transport.calls).toMatchObject({ lists: 2, fetches: { length: 1 } });
      stage.push(web, 'image: x:3\n');
      const two = await repository.sync();
      expect((await contents(two.tree))[web]).toBe('image: x:3\n');
      expect(transport.calls.fetches[1]?.packObjects).toBe(5); // commit, three trees, blob
      expect(git(stage.directory, 'fsck', '--strict', '--no-dangling')).toBe('');
      expect(git(stage.directory, 'log', '--format=%H', 'main')).toBe(two.commit);
      await repository.close();
    });
  });

  it('uses the clone of an earlier process', async () => {
    await Stage.in(async (stage) => {
      const one = stage.open();
      await one.repository.sync();
      await one.repository.close();
      const two = stage.open();
      expect(await contents((await two.repository.sync()).tree)).toEqual(files);
      expect(two.transport.calls.fetches).toEqual([]);
      stage.push(web, 'image: x:3\n');
      await two.repository.sync();
      expect(two.transport.calls.fetches[0]?.packObjects).toBe(5);
      await two.repository.close();
    });
  });

  it.each([
    ['a force push to an unrelated commit', (stage: Stage) => stage.push('a.yaml', 'x: 1\n', [])],
    ['a branch set back', (stage: Stage) => stage.move(stage.first)],
    [
      'a merge of an old branch',
      (stage: Stage) => {
        const main = stage.head();
        let side: string = stage.first;
        for (let n = 0; n < 5; n++) side = stage.push('side.yaml', `n: ${n}\n`, [side]);
        stage.push(web, 'image: merged:1\n', [main, side]);
      },
    ],
    ['a deleted file', (stage: Stage) => stage.push(web, null)],
  ])('follows %s', async (_, change) => {
    await Stage.in(async (stage) => {
      stage.push(web, 'image: x:1\n');
      stage.push(web, 'image: x:2\n');
      const { repository } = stage.open();
      await repository.sync();
      change(stage);
      const next = await repository.sync();
      expect(next.commit).toBe(stage.head());
      const paths = git(stage.server, 'ls-tree', '-r', '--name-only', 'main').split('\n');
      expect((await next.tree.list()).map((entry) => entry.path)).toEqual(paths);
      expect(Object.keys(await contents(next.tree)).length).toBe(paths.length);
      expect(git(stage.directory, 'fsck', '--strict', '--no-dangling')).toBe('');
      expect((await next.history(0)).map((commit) => commit.id).sort()).toEqual(
        git(stage.server, 'rev-list', 'main').split('\n').sort(),
      );
      await repository.close();
    });
  });

  it.each([
    ['a missing branch', 'update-ref -d refs/heads/main', /empty/],
    ['a renamed branch', 'branch -m main maine', /no such branch \(did you mean "maine"\?\)/],
  ])('says what to do about %s', async (_, command, message) => {
    await Stage.in(async (stage) => {
      git(stage.server, ...command.split(' '));
      const { repository } = stage.open();
      await expect(repository.sync()).rejects.toMatchObject({
        code: 'not-found',
        message: expect.stringMatching(message),
      });
    });
  });
});

describe('at', () => {
  it.each([
    ['with filter', true],
    ['from a server without filter', false],
  ])('reads the trees of older commits (%s)', async (_, filter) => {
    await Stage.in(async (stage) => {
      for (let n = 0; n < 5; n++) stage.push(web, `image: x:${n}\n`);
      const commits = git(stage.server, 'rev-list', 'main').split('\n') as CommitId[];
      const { repository, transport } = stage.open({ filter });
      const snapshot = await repository.sync();
      await snapshot.prepare(commits);
      expect(transport.calls.fetches.length).toBe(2);
      for (const [index, commit] of commits.entries()) {
        const tree = await snapshot.at(commit);
        expect(await contents(tree)).toEqual({
          ...files,
          ...(commit === stage.first ? {} : { [web]: `image: x:${4 - index}\n` }),
        });
      }
      expect(git(stage.directory, 'fsck', '--no-dangling')).toBe('');
      await repository.close();
    });
  });
});
