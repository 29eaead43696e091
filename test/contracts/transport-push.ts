import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { git, makeBare, writeHook } from '../peers/git.ts';
import { commitFiles, makeRepository, preparePush, zero } from './git-fixture.ts';
import type { TransportStage } from './transport.ts';

const main = 'refs/heads/main';

/** How every transport moves a ref, or does not. */
export function pushContract(stage: TransportStage): void {
  it('moves the ref, and the repository stays sound', async () => {
    const { path, commits } = await makeRepository(stage.root(), 'push.git', 2);
    const push = await preparePush(stage.root(), path, commits[1] ?? zero);
    const transport = stage.peer().open('push.git');
    expect(await transport.push(push)).toEqual({ kind: 'ok' });
    expect(await transport.listRefs([main])).toEqual([{ name: main, id: push.newId }]);
    await git(path, ['fsck', '--strict', '--full']);
  });

  it('makes a ref that is not there, also in an empty repository', async () => {
    const path = join(stage.root(), 'new.git');
    await makeBare(path);
    const push = await preparePush(stage.root(), path, zero);
    expect(await stage.peer().open('new.git').push(push)).toEqual({ kind: 'ok' });
    expect(await git(path, ['rev-parse', main])).toBe(push.newId);
    expect(await stage.peer().open('new.git').push(push)).toEqual({ kind: 'raced' });
  });

  it('is raced where the ref moved, and changes nothing', async () => {
    const { path, commits } = await makeRepository(stage.root(), 'raced.git', 2);
    const push = await preparePush(stage.root(), path, commits[1] ?? zero);
    const from = commits[1] ?? zero;
    const files = { 'README.md': 'faster\n' };
    const [theirs] = await commitFiles(path, main, [{ files, message: 'faster' }], { from });
    expect(await stage.peer().open('raced.git').push(push)).toEqual({ kind: 'raced' });
    expect(await git(path, ['rev-parse', main])).toBe(theirs);
  });

  it('is raced where the ref moves while the push is under way', async () => {
    const { path, commits } = await makeRepository(stage.root(), 'late.git', 2);
    const push = await preparePush(stage.root(), path, commits[1] ?? zero);
    const theirs = commits[0] ?? zero;
    // The hook runs after the server looked at the pack and before it moves the ref.
    await writeHook(path, 'update', [
      'unset GIT_QUARANTINE_PATH',
      `git update-ref refs/heads/main ${theirs}`,
    ]);
    expect(await stage.peer().open('late.git').push(push)).toEqual({ kind: 'raced' });
    expect(await git(path, ['rev-parse', main])).toBe(theirs);
  });

  it('is raced where another push holds the lock', async () => {
    const { path, commits } = await makeRepository(stage.root(), 'locked.git', 2);
    const push = await preparePush(stage.root(), path, commits[1] ?? zero);
    await writeFile(join(path, 'refs/heads/main.lock'), '');
    expect(await stage.peer().open('locked.git').push(push)).toMatchObject({
      kind: 'raced',
      locked: expect.stringMatching(/^error: cannot lock ref .*main\.lock': File exists\.$/) as string,
    });
    expect(await git(path, ['rev-parse', main])).toBe(commits[1]);
  });

  it.each(['pre-receive', 'update'])('shows what the %s hook says', async (hook) => {
    const { path, commits } = await makeRepository(stage.root(), `refused-${hook}.git`, 2);
    await writeHook(path, hook, [
      String.raw`printf 'Branch \033[1mmain\033[0m is protected.\r\n\nAsk \342\200\256the owners.\n' >&2`,
      'exit 1',
    ]);
    const push = await preparePush(stage.root(), path, commits[1] ?? zero);
    const report = await stage.peer().open(`refused-${hook}.git`).push(push);
    expect(report.kind).toBe('refused');
    expect(report).toMatchObject({
      words: expect.stringMatching(
        /^Branch main is protected\.\nAsk the owners\.\n[^]*hook declined$/,
      ) as string,
    });
    expect(await git(path, ['rev-parse', main])).toBe(commits[1]);
  });

  it('is refused where the pack is not sound', async () => {
    const { path, commits } = await makeRepository(stage.root(), 'unsound.git', 2);
    const push = await preparePush(stage.root(), path, commits[1] ?? zero);
    const pack = Buffer.from(push.pack);
    pack[20] = (pack[20] ?? 0) ^ 0xff;
    expect(
      await stage
        .peer()
        .open('unsound.git')
        .push({ ...push, pack }),
    ).toMatchObject({ kind: 'refused' });
    expect(await git(path, ['rev-parse', main])).toBe(commits[1]);
  });

  it('hands push options to the hooks', async () => {
    const { path, commits } = await makeRepository(stage.root(), 'options.git', 2);
    await git(path, ['config', 'receive.advertisePushOptions', 'true']);
    await writeHook(path, 'pre-receive', [
      'echo "$GIT_PUSH_OPTION_COUNT:$GIT_PUSH_OPTION_0:$GIT_PUSH_OPTION_1" > options',
    ]);
    const push = await preparePush(stage.root(), path, commits[1] ?? zero);
    const options = ['ci.skip', 'topic=ünï code'];
    expect(
      await stage
        .peer()
        .open('options.git')
        .push({ ...push, options }),
    ).toEqual({ kind: 'ok' });
    expect(await readFile(join(path, 'options'), 'utf8')).toBe('2:ci.skip:topic=ünï code\n');
  });
}
