import { afterEach, describe, expect, it } from 'vitest';
import { readReleaseLog } from '../../src/run/past/release-log.ts';
import { git } from '../git/git.ts';
import { makeCommit } from '../git/make-commit.ts';
import { at, commit, run } from './moves.ts';
import { lift, openWeb } from './orders.ts';
import type { Stage } from './stage.ts';

/** A lift is a word of that moment: copies of its commit lift nothing (product.md, 6.2). */
let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

const file = 'prod/web.yaml';

describe('what was taken back after a lift stays so', () => {
  it('where a squash repeats the message of the lift', async () => {
    const { on, message } = await liftedOnce();
    await commit(on, { 'notes.yaml': 'a: 1\n' }, `Notes (#7)\n\n* notes\n\n* ${message}\n`);
    expect(await run(on)).toEqual([]);
    expect(await told(on)).toEqual(['update', 'lift', 'update', 'lift copied']);
  });

  it('where a branch with a cherry-pick of the lift is merged', async () => {
    const { on, message } = await liftedOnce();
    const head = git(on.path, 'rev-parse', 'main');
    const files = { 'notes.yaml': 'b: 1\n' };
    const picked = makeCommit(on.path, {
      files: {},
      message: `${message}\n`,
      parents: [git(on.path, 'rev-parse', 'main~5')],
      at: on.now,
    });
    const side = makeCommit(on.path, { files, message: 'Notes\n', parents: [picked], at: on.now });
    const message9 = 'Merge pull request #9 from acme/notes\n';
    const merge = makeCommit(on.path, { files, message: message9, parents: [head, side], at: on.now });
    git(on.path, 'update-ref', 'refs/heads/main', merge, head);
    expect(await run(on)).toEqual([]);
    expect(await told(on)).toEqual(['update', 'lift', 'update', 'lift copied']);
  });

  it('where the lift is picked once more', async () => {
    const { on, message } = await liftedOnce();
    const head = git(on.path, 'rev-parse', 'main');
    // As git cherry-pick --allow-empty and a rebase do.
    const times = { at: on.now, authoredAt: on.now - 3_600_000 };
    const picked = makeCommit(on.path, { files: {}, message: `${message}\n`, parents: [head], ...times });
    git(on.path, 'update-ref', 'refs/heads/main', picked, head);
    expect(await run(on)).toEqual([]);
    expect(await told(on)).toEqual(['update', 'lift', 'update', 'lift copied']);
  });
});

it('counts where it takes away the only annotation of a workload', async () => {
  const on = (stage = await openWeb());
  on.push('web', '1.1.0');
  expect(await run(on)).toEqual(['web']);
  const before = await at(on, file, '1.0.0');
  const held = before.replace('spec:', '    annotations:\n        tallyman.dev/hold: slow\nspec:');
  await commit(on, { [file]: held });
  expect(await run(on)).toEqual([]);
  expect((await lift(on, { policies: ['web'] })).outcome).toBe('done');
  expect(await on.file(file)).not.toContain('tallyman.dev/hold');
  expect(await run(on)).toEqual(['web']);
});

/** What `history --ignored` lists: what counts, oldest first, then what does not. */
async function told(on: Stage): Promise<readonly string[]> {
  const { releases, doubted } = await readReleaseLog(await on.repository.sync(), { since: 0 });
  return [
    ...releases.map(({ record }) => record.intent).toReversed(),
    ...doubted.map(({ record, doubt }) => `${record.intent} ${doubt}`),
  ];
}

/** 1.1.0 is taken back, lifted, released again and taken back again. */
async function liftedOnce(): Promise<{ readonly on: Stage; readonly message: string }> {
  const on = (stage = await openWeb());
  on.push('web', '1.1.0');
  expect(await run(on)).toEqual(['web']);
  await commit(on, { [file]: await at(on, file, '1.0.0') });
  await lift(on, { policies: ['web'] });
  const message = git(on.path, 'log', '-1', '--format=%B', 'main');
  expect(message).toContain('intent=lift');
  expect(await run(on)).toEqual(['web']);
  await commit(on, { [file]: await at(on, file, '1.0.0') });
  expect(await run(on)).toEqual([]);
  return { on, message };
}
