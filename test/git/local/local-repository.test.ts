import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { Tree } from '../../../src/tree/tree.ts';
import { initBareRepository } from '../../../src/git/local/init.ts';
import { openLocalRepository } from '../../../src/git/local/local-repository.ts';
import { git, inFolder } from '../git.ts';

const bot = { name: 'Tallyman', email: 'bot@example.com' };
const at = Date.UTC(2026, 10, 21, 9, 0, 0);

async function textOf(tree: Tree, path: string): Promise<string | undefined> {
  const entry = await tree.entry(path);
  if (entry === undefined) return undefined;
  let text = '';
  await tree.read([entry], (_, bytes) => (text = Buffer.from(bytes).toString('utf8')));
  return text;
}

const files = {
  'README.md': 'hello\n',
  'a/web.yaml': 'image: web:1\n',
  'a.yaml': 'x: 1\n',
  'a/b/c/deep.yaml': 'image: deep:1\n',
};

function open(path: string, extra: { now?: () => number } = {}): ReturnType<typeof openLocalRepository> {
  return openLocalRepository({
    name: 'fleet',
    path,
    branch: 'main',
    author: bot,
    committer: bot,
    now: () => at,
    ...extra,
  });
}

describe('initBareRepository', () => {
  it('makes a repository that native git reads and finds sound', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'config.git');
      const id = await initBareRepository(path, {
        branch: 'main',
        files,
        message: 'First',
        author: bot,
        now: () => at,
      });
      expect(git(path, 'fsck', '--strict')).toBe('');
      expect(git(path, 'rev-parse', 'HEAD')).toBe(id);
      expect(git(path, 'log', '--format=%an <%ae> %at %cn %s')).toBe(
        `Tallyman <bot@example.com> ${at / 1000} Tallyman First`,
      );
      expect(git(path, 'ls-tree', '-r', '--name-only', 'main').split('\n')).toEqual([
        'README.md',
        'a.yaml',
        'a/b/c/deep.yaml',
        'a/web.yaml',
      ]);
    });
  });

  it.each([
    ['a folder that is not empty', 'main', { x: '1' }, true],
    ['a path that is a file and a folder', 'main', { x: '1', 'x/y': '2' }, false],
    ['a path out of the tree', 'main', { '../x': '1' }, false],
    ['a path into .git', 'main', { '.git/config': '1' }, false],
  ])('refuses %s', async (_, branch, files, filled) => {
    await inFolder(async (folder) => {
      const path = join(folder, 'r.git');
      if (filled) mkdirSync(join(path, 'x'), { recursive: true });
      const made = initBareRepository(path, { branch, files, message: 'm', author: bot, now: () => at });
      await expect(made).rejects.toMatchObject({ code: 'invalid-input' });
    });
  });
});

describe('openLocalRepository', () => {
  it('reads, commits and moves the branch; native git agrees', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'config.git');
      const first = await initBareRepository(path, {
        branch: 'main',
        files,
        message: 'First',
        author: bot,
        now: () => at,
      });
      const repository = open(path);
      const base = await repository.sync();
      expect(base.commit).toBe(first);
      expect((await base.tree.list()).map((entry) => entry.path)).toEqual(
        git(path, 'ls-tree', '-r', '--name-only', 'main').split('\n'),
      );
      const published = await repository.publish(base, [
        { changes: [{ path: 'a/b/c/deep.yaml', bytes: Buffer.from('image: deep:2\n') }], message: 'Two' },
        {
          changes: [{ path: 'a/web.yaml', bytes: Buffer.from('image: web:2\n') }],
          message: 'Three',
          author: { name: 'Zoë', email: 'zoe@example.com' },
        },
      ]);
      expect(published).toEqual({
        kind: 'pushed',
        commits: git(path, 'rev-list', '--reverse', `${first}..main`).split('\n'),
      });
      expect(git(path, 'fsck', '--strict')).toBe('');
      expect(git(path, 'log', '--format=%an %s', '--reverse')).toBe(
        'Tallyman First\nTallyman Two\nZoë Three',
      );
      expect(git(path, 'diff', '--stat', '--summary', first, 'main')).toContain(
        '2 files changed, 2 insertions(+), 2 deletions(-)',
      );
      const next = await repository.sync();
      expect(await textOf(next.tree, 'a/b/c/deep.yaml')).toBe('image: deep:2\n');
      expect(await textOf(base.tree, 'a/b/c/deep.yaml')).toBe('image: deep:1\n');
      expect((await next.history(0)).map((commit) => commit.message)).toEqual([
        'Three\n',
        'Two\n',
        'First\n',
      ]);
      expect(await textOf(await next.at(first), 'a/web.yaml')).toBe('image: web:1\n');
      expect(await repository.sync()).toBe(next);
      await repository.close();
    });
  });

  it('reads packs, packed refs and alternates of native git, and goes on after a repack', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'config.git');
      await initBareRepository(path, { branch: 'main', files, message: 'First', author: bot, now: () => at });
      git(path, 'gc', '-q');
      git(folder, 'clone', '-q', '--bare', '--shared', path, 'shared.git');
      git(join(folder, 'shared.git'), 'pack-refs', '--all');
      const repository = open(join(folder, 'shared.git'));
      const base = await repository.sync();
      expect(await textOf(base.tree, 'README.md')).toBe('hello\n');
      const change = { changes: [{ path: 'a.yaml', bytes: Buffer.from('x: 2\n') }], message: 'Two' };
      expect(await repository.publish(base, [change])).toMatchObject({ kind: 'pushed' });
      git(join(folder, 'shared.git'), 'repack', '-adq');
      git(path, 'repack', '-adq');
      const next = await repository.sync();
      expect(await textOf(next.tree, 'a.yaml')).toBe('x: 2\n');
      expect(await textOf(next.tree, 'a/web.yaml')).toBe('image: web:1\n');
      expect(git(join(folder, 'shared.git'), 'fsck', '--strict')).toBe('');
      await repository.close();
    });
  });

  it('says raced when somebody else was first, and leaves the branch alone', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'config.git');
      await initBareRepository(path, { branch: 'main', files, message: 'First', author: bot, now: () => at });
      const [one, two] = [open(path), open(path)];
      const [baseOne, baseTwo] = [await one.sync(), await two.sync()];
      const draft = { changes: [{ path: 'a.yaml', bytes: Buffer.from('x: 2\n') }], message: 'Two' };
      expect(await one.publish(baseOne, [draft])).toMatchObject({ kind: 'pushed' });
      expect(await two.publish(baseTwo, [draft])).toEqual({ kind: 'raced' });
      expect(git(path, 'rev-list', '--count', 'main')).toBe('2');
    });
  });

  it('says raced while the lock of the ref is held, and keeps that lock', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'config.git');
      const first = await initBareRepository(path, {
        branch: 'main',
        files,
        message: 'First',
        author: bot,
        now: () => at,
      });
      writeFileSync(join(path, 'refs/heads/main.lock'), '');
      const repository = open(path);
      const draft = { changes: [{ path: 'a.yaml', bytes: Buffer.from('x: 2\n') }], message: 'Two' };
      expect(await repository.publish(await repository.sync(), [draft])).toEqual({
        kind: 'raced',
        locked: `${join(path, 'refs/heads/main.lock')} exists`,
      });
      expect(git(path, 'rev-parse', 'main')).toBe(first);
      expect(readFileSync(join(path, 'refs/heads/main.lock'), 'utf8')).toBe('');
    });
  });

  it('reads a checkout, but does not move the branch under its work tree', async () => {
    await inFolder(async (folder) => {
      git(folder, 'init', '-q', '-b', 'main', 'work');
      const work = join(folder, 'work');
      writeFileSync(join(work, 'a.yaml'), 'x: 1\n');
      symlinkSync('a.yaml', join(work, 'link.yaml'));
      git(work, 'add', '.');
      git(work, 'commit', '-qm', 'First');
      const repository = open(work);
      const base = await repository.sync();
      expect(await base.tree.entry('link.yaml')).toMatchObject({ mode: 'symlink' });
      const draft = { changes: [{ path: 'a.yaml', bytes: Buffer.from('x: 2\n') }], message: 'Two' };
      expect(await repository.publish(base, [draft])).toMatchObject({
        kind: 'refused',
        words: expect.stringContaining('checked out'),
      });
      git(work, 'checkout', '-q', '-b', 'other');
      expect(await repository.publish(base, [draft])).toMatchObject({ kind: 'pushed' });
      expect(git(work, 'show', 'main:a.yaml')).toBe('x: 2');
      expect(git(work, 'reflog', 'show', '--format=%gs', 'main').split('\n')[0]).toBe('push');
    });
  });

  it.each([
    ['no repository', 'none', 'main', /no git repository/],
    ['no such branch', 'config.git', 'maim', /no such branch \(did you mean "main"\?\)/],
    ['an empty repository', 'empty.git', 'main', /it is empty/],
    ['a symbolic branch to nowhere', 'config.git', 'link', /no such branch; it has main\./],
  ])('says what to do: %s', async (_, name, branch, message) => {
    await inFolder(async (folder) => {
      await initBareRepository(join(folder, 'config.git'), {
        branch: 'main',
        files,
        message: 'm',
        author: bot,
        now: () => at,
      });
      git(folder, 'init', '-q', '--bare', 'empty.git');
      git(join(folder, 'config.git'), 'symbolic-ref', 'refs/heads/link', 'refs/heads/gone');
      const repository = openLocalRepository({
        name: 'fleet',
        path: join(folder, name),
        branch,
        author: bot,
        committer: bot,
        now: () => at,
      });
      await expect(repository.sync()).rejects.toMatchObject({
        code: 'not-found',
        message: expect.stringMatching(message),
      });
    });
  });
});

/** Publishes to a bare repository with a hook. */
async function publishBeside(hook: string, mode: number, config?: string): Promise<unknown> {
  return inFolder(async (folder) => {
    const path = join(folder, 'config.git');
    await initBareRepository(path, { branch: 'main', files, message: 'First', author: bot, now: () => at });
    mkdirSync(join(path, config ?? 'hooks'), { recursive: true });
    writeFileSync(join(path, config ?? 'hooks', hook), '#!/bin/sh\nexit 1\n', { mode });
    if (config !== undefined) git(path, 'config', 'core.hooksPath', config);
    const repository = open(path);
    const base = await repository.sync();
    const draft = { changes: [{ path: 'a.yaml', bytes: Buffer.from('x: 2\n') }], message: 'Two' };
    const result = await repository.publish(base, [draft]);
    await repository.close();
    expect(git(path, 'rev-list', '--count', 'main')).toBe(result.kind === 'pushed' ? '2' : '1');
    return result;
  });
}

describe('hooks', () => {
  it.each<[string, number, string | undefined]>([
    ['pre-receive', 0o755, undefined],
    ['update', 0o755, undefined],
    ['reference-transaction', 0o755, undefined],
    ['update', 0o755, 'guards'],
  ])('that may refuse a push are not passed by: %s', async (hook, mode, config) => {
    expect(await publishBeside(hook, mode, config)).toMatchObject({
      kind: 'refused',
      words: expect.stringMatching(
        `the hook ${hook} of .* decides about pushes, and on a local path no hooks run`,
      ),
    });
  });

  it.each<[string, number]>([
    ['update.sample', 0o755],
    ['update', 0o644],
    ['post-receive', 0o755],
  ])('of another kind, or that git would not run, stop nothing: %s', async (hook, mode) => {
    expect(await publishBeside(hook, mode)).toMatchObject({ kind: 'pushed' });
  });
});
