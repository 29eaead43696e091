import { afterEach, describe, expect, it } from 'vitest';
import { git } from '../git/git.ts';
import { makeCommit } from '../git/make-commit.ts';
import { hold, lift, openWeb, release, rollback, tag } from './orders.ts';
import { titles, type Stage } from './stage.ts';

/** What people do after 1.1.0, 1.2.0 and 1.3.0 were released one after the other (product.md, 6.2). */
interface Case {
  readonly label: string;
  readonly act: (on: Stage) => Promise<void>;
  /** What stands there then. */
  readonly holds: string;
  /** What stays rejected, though it is pushed; `undefined`: nothing was taken back. */
  readonly rejected?: string;
  /** What is released, once pushed. */
  readonly next: string;
}

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

const file = 'prod/web.yaml';
const released = ['1.1.0', '1.2.0', '1.3.0'];

async function put(on: Stage, version: string, message: string): Promise<void> {
  const text = await on.file(file);
  await on.commit({ [file]: text.replace(/(acme\/web:)[^"]+/, `$1${version}`) }, message);
}

async function log(on: Stage) {
  return (await on.repository.sync()).history(0);
}

/** As `git revert` writes it. */
async function revert(on: Stage, to = '1.2.0'): Promise<void> {
  const [head] = await log(on);
  const subject = head?.message.split('\n', 1)[0] ?? '';
  await put(on, to, `Revert "${subject}"\n\nThis reverts commit ${head?.id ?? ''}.\n`);
}

/** A pull request with the same change, merged with a merge commit. */
async function mergeRevert(on: Stage): Promise<void> {
  const text = (await on.file(file)).replace(/(acme\/web:)[^"]+/, '$11.2.0');
  const head = git(on.path, 'rev-parse', 'main');
  const side = makeCommit(on.path, {
    files: { [file]: text },
    message: 'Revert "release(web): 1.2.0 -> 1.3.0"\n',
    parents: [head],
    at: on.now,
  });
  const message = 'Merge pull request #12 from acme/revert-11-web\n\nRevert "release(web): 1.2.0 -> 1.3.0"\n';
  const merge = makeCommit(on.path, { files: { [file]: text }, message, parents: [head, side], at: on.now });
  git(on.path, 'update-ref', 'refs/heads/main', merge, head);
}

/** The message of the release quoted in that of the revert, as a squash on GitHub does it. */
async function squashRevert(on: Stage): Promise<void> {
  const [head] = await log(on);
  await put(
    on,
    '1.2.0',
    `Revert "release(web): 1.2.0 -> 1.3.0" (#12)\n\n* ${head?.message ?? ''}\n---------\n`,
  );
}

/** A hold that had nothing to do with any version, lifted before. */
async function holdAndLift(on: Stage): Promise<void> {
  await hold(on, { environments: ['prod'] });
  await lift(on, { environments: ['prod'] });
}

async function byGitLab(on: Stage): Promise<void> {
  await put(
    on,
    '1.2.0',
    `Revert "release(web): 1.2.0 -> 1.3.0"\n\nThis reverts merge request !11\n\nSee merge request acme/fleet!12\n`,
  );
}

const cases: readonly Case[] = [
  { label: 'git revert', act: (on) => revert(on), holds: '1.2.0', rejected: '1.3.0', next: '1.3.1' },
  {
    label: 'a revert by a merged pull request',
    act: mergeRevert,
    holds: '1.2.0',
    rejected: '1.3.0',
    next: '1.4.0',
  },
  {
    label: 'a revert that GitHub squashed',
    act: squashRevert,
    holds: '1.2.0',
    rejected: '1.3.0',
    next: '1.4.0',
  },
  { label: 'a revert that GitLab merged', act: byGitLab, holds: '1.2.0', rejected: '1.3.0', next: '1.4.0' },
  {
    label: 'a manual downgrade to what never stood there',
    act: (on) => put(on, '1.0.5', 'Back\n'),
    holds: '1.0.5',
    rejected: '1.2.5',
    next: '1.3.1',
  },
  {
    label: 'tallyman rollback',
    act: async (on) => void (await rollback(on)),
    holds: '1.2.0',
    rejected: '1.2.9',
    next: '1.3.1',
  },
  {
    label: 'a step back over several versions',
    act: (on) => put(on, '1.0.0', 'Back to the beginning\n'),
    holds: '1.0.0',
    rejected: '1.1.5',
    next: '1.4.0',
  },
  {
    label: 'a step back in two steps',
    act: async (on) => {
      await revert(on);
      await revert(on, '1.1.0');
    },
    holds: '1.1.0',
    rejected: '1.2.5',
    next: '1.3.1',
  },
  {
    label: 'a release of something older by command',
    act: async (on) => void (await release(on, '1.1.0')),
    holds: '1.1.0',
    rejected: '1.2.5',
    next: '1.3.1',
  },
  {
    label: 'a revert of a revert',
    act: async (on) => {
      await revert(on);
      await revert(on, '1.3.0');
    },
    holds: '1.3.0',
    next: '1.3.1',
  },
  {
    label: 'a revert of a revert of a revert',
    act: async (on) => {
      await revert(on);
      await revert(on, '1.3.0');
      await revert(on);
    },
    holds: '1.2.0',
    rejected: '1.3.0',
    next: '1.3.1',
  },
  {
    label: 'a forward move by a person',
    act: (on) => put(on, '1.5.0', 'By hand\n'),
    holds: '1.5.0',
    next: '1.5.1',
  },
  {
    label: 'a forward move by a person, taken back',
    act: async (on) => {
      await put(on, '1.5.0', 'By hand\n');
      await put(on, '1.3.0', 'Back\n');
    },
    holds: '1.3.0',
    rejected: '1.4.0',
    next: '1.5.1',
  },
  {
    label: 'tallyman rollback of what stood there at a lift',
    act: async (on) => {
      await holdAndLift(on);
      await rollback(on);
    },
    holds: '1.2.0',
    rejected: '1.3.0',
    next: '1.3.1',
  },
  {
    label: 'git revert of what stood there at a lift',
    act: async (on) => {
      await holdAndLift(on);
      await revert(on);
      // As of somebody else, not a fight with us.
      on.now += 25 * 3_600_000;
    },
    holds: '1.2.0',
    rejected: '1.3.0',
    next: '1.3.1',
  },
  {
    label: 'a revert, and a lift',
    act: async (on) => {
      await revert(on);
      await lift(on, { policies: ['web'] });
      // What was taken back is released again.
      expect(titles(await on.run())).toEqual(['web']);
    },
    holds: '1.3.0',
    next: '1.3.1',
  },
  {
    label: 'a revert whose message repeats an older lift',
    act: async (on) => {
      await revert(on);
      await lift(on, { policies: ['web'] });
      const [told] = await log(on);
      expect(titles(await on.run())).toEqual(['web']);
      await put(on, '1.2.0', `Back (#12)\n\n* ${told?.message ?? ''}`);
    },
    holds: '1.2.0',
    rejected: '1.2.5',
    next: '1.3.1',
  },
  {
    label: 'a revert, and a range that is narrowed below it',
    act: async (on) => {
      await revert(on);
      const policy = await on.file('prod/policy.yaml');
      await on.commit({ 'prod/policy.yaml': policy.replace('"^1"', '">=1.0.0 <1.3.0"') });
    },
    // The mark is the highest version that the rules still admit: 1.2.0, which stands there.
    holds: '1.2.0',
    next: '1.2.9',
  },
];

async function after(act: Case['act'], more = ''): Promise<Stage> {
  const on = await openWeb(more);
  stage = on;
  for (const version of released) {
    on.push('web', version);
    expect(titles(await on.run())).toEqual(['web']);
    // Nobody is taken for another writer.
    on.now += 25 * 3_600_000;
  }
  await act(on);
  return on;
}

describe('onRevert', () => {
  it.each(cases)(
    'skip, after $label: what is there stays until something newer comes, also with empty state',
    async (one) => {
      const { act, holds, rejected, next } = one;
      const on = await after(act);
      expect(await tag(on)).toBe(holds);
      on.push('web', ...(rejected === undefined ? [] : [rejected]));
      expect(titles(await on.run())).toEqual([]);
      on.push('web', next);
      on.forget();
      expect(titles(await on.run())).toEqual(['web']);
      expect(await tag(on)).toBe(next);
    },
  );

  const some = [
    'git revert',
    'a revert by a merged pull request',
    'tallyman rollback',
    'a revert of a revert',
  ];
  it.each(cases.filter(({ label }) => some.includes(label)))(
    'hold, after $label: what is there stays until it is lifted, if something was taken back',
    async ({ act, rejected, next }) => {
      const on = await after(act, '  onRevert: hold\n');
      on.push('web', next);
      on.forget();
      expect(titles(await on.run())).toEqual(rejected === undefined ? ['web'] : []);
      await lift(on, { policies: ['web'] });
      on.forget();
      await on.run();
      expect(await tag(on)).toBe(next);
    },
  );
});
