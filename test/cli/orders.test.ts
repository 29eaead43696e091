import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { House, webFiles } from './house.ts';

const ann = ['--author', 'Ann Example <ann@test.invalid>'];
const why = ['--reason', 'INC-7: slow', ...ann];

let house: House | undefined;
afterEach(() => house?.close());

async function open(): Promise<House> {
  const opened = await House.open(webFiles);
  house = opened;
  opened.push('web', '1.0.0', '1.1.0');
  return opened;
}

function log(on: House, format: string): string {
  return execFileSync('git', ['log', '-1', `--format=${format}`, 'main'], {
    cwd: join(on.directory, 'config.git'),
    encoding: 'utf8',
  }).trim();
}

describe('hold, lift, rollback and release', () => {
  it('are commits by the person, with the bot as committer', async () => {
    const on = await open();
    const held = await on.run('hold', 'web', '--until', '48h', ...why);
    expect(held).toMatchObject({ exit: 0, stderr: '' });
    expect(held.stdout).toMatch(
      /^fleet \(main\): held web\n {2}[0-9a-f]{10} hold\(web\): INC-7: slow\n--- a\/\.tallyman\/holds\.yaml\n/,
    );
    expect(log(on, '%an <%ae> / %cn <%ce>')).toBe('Ann Example <ann@test.invalid> / Bot <bot@test.invalid>');
    const explained = await on.run('explain', 'web');
    expect(explained.stdout).toContain('held by Ann Example <ann@test.invalid> until ');
    expect((await on.run('lift', 'web', ...why)).stdout).toMatch(/^fleet \(main\): lifted web\n/);
    expect((await on.run('run', '--once')).stdout).toContain('1.0.0 -> 1.1.0');
    const back = await on.json('rollback', 'web', ...why);
    expect(back).toMatchObject({
      exit: 0,
      document: {
        schema: 'tallyman.dev/rollback/v1',
        repository: 'fleet',
        branch: 'main',
        outcome: 'done',
        notes: [],
        commits: [{ title: 'web', releases: [{ from: '1.1.0', to: '1.0.0', reason: 'INC-7: slow' }] }],
      },
    });
    const released = await on.json('release', 'web', '--to', '1.1.0', ...why);
    expect(released).toMatchObject({
      exit: 0,
      document: { schema: 'tallyman.dev/release/v1', outcome: 'done' },
    });
    const history = await on.json('history');
    expect(history.document['releases']).toMatchObject([
      { intent: 'release', to: '1.1.0', author: { name: 'Ann Example' } },
      { intent: 'rollback', to: '1.0.0' },
      { intent: 'update', to: '1.1.0' },
      { intent: 'lift', to: '1.0.0' },
      { intent: 'hold', to: '1.0.0' },
    ]);
  });

  it('show and do nothing with --dry-run', async () => {
    const on = await open();
    const before = log(on, '%H');
    const planned = await on.json('hold', '--environment', 'prod', '--dry-run', ...why);
    expect(planned).toMatchObject({ exit: 0, document: { outcome: 'planned', commits: [{ commit: null }] } });
    expect(log(on, '%H')).toBe(before);
  });

  it.each<[string, string[], number, string]>([
    ['no reason', ['hold', 'web', ...ann], 2, 'hold needs --reason TEXT'],
    ['an empty reason', ['hold', 'web', '--reason', ' ', ...ann], 2, '--reason is empty'],
    [
      'a reason that nobody sees',
      ['hold', 'web', '--reason', '\u200B\u2060', ...ann],
      2,
      '--reason is empty',
    ],
    [
      'a reason that is too long',
      ['hold', 'web', '--reason', 'x'.repeat(1001), ...ann],
      2,
      '--reason has 1001 characters, and 1000 are the most',
    ],
    ['no author', ['hold', 'web', '--reason', 'x'], 2, 'needs a person as its author'],
    ['a wrong author', ['hold', 'web', '--reason', 'x', '--author', 'Ann'], 2, '--author "Ann" is no author'],
    ['nothing to hold', ['hold', ...why], 2, 'hold needs a policy, or --group, --path or --environment'],
    [
      'a wrong time',
      ['hold', 'web', '--until', 'soon', ...why],
      2,
      '--until "soon" is no date and no duration',
    ],
    [
      'an unknown policy',
      ['rollback', 'wep', ...why],
      2,
      'There is no policy "wep" on main (did you mean "web"?)',
    ],
    [
      'nothing to go back to',
      ['rollback', 'web', ...why],
      2,
      'name a version with: tallyman release web --to TAG',
    ],
    ['no tag', ['release', 'web', ...why], 2, 'release needs --to TAG'],
    [
      'an unknown tag',
      ['release', 'web', '--to', '1.1.1', ...why],
      2,
      'has no tag "1.1.1" (did you mean "1.1.0"?)',
    ],
    [
      'an unknown override',
      ['release', 'web', '--to', '1.1.0', '--override', 'verify', ...why],
      2,
      '--override "verify" is unknown here',
    ],
  ])('say what is wrong with %s', async (_, args, exit, message) => {
    const result = await (await open()).run(...args);
    expect(result).toMatchObject({ exit, stdout: '' });
    expect(result.stderr).toContain(message);
  });

  it('end with 1 where a hold stops them', async () => {
    const on = await open();
    await on.run('run', '--once');
    await on.run('hold', 'web', ...why);
    const stopped = await on.run('rollback', 'web', ...why);
    expect(stopped.exit).toBe(1);
    expect(stopped.stderr).toContain('to do it all the same: --override hold');
    expect((await on.run('rollback', 'web', '--override', 'hold', ...why)).exit).toBe(0);
  });

  it('take the author from the environment, as git does', async () => {
    const on = await open();
    const named = { GIT_AUTHOR_NAME: 'Bea', GIT_AUTHOR_EMAIL: 'bea@test.invalid' };
    expect((await on.runIn(named, 'hold', 'web', '--reason', 'x')).exit).toBe(0);
    expect(log(on, '%an <%ae>')).toBe('Bea <bea@test.invalid>');
  });
});
