import { afterEach, expect, it } from 'vitest';
import { git } from '../git/git.ts';
import { makeCommit } from '../git/make-commit.ts';
import { lift, openWeb, tag, takeBack } from './orders.ts';
import { codes, type Stage } from './stage.ts';

/**
 * A person merges the branch into an older copy of it and pushes that: the releases and what was taken back of them stand on the second side of the
 * merge, where only our own records tell that the branch was there.
 */
let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

const file = 'prod/web.yaml';

/** The copy has a commit of its own since before the release; what it merges is where the branch is now. */
async function mergeIntoCopy(on: Stage, from: string, message: string, others = 0): Promise<void> {
  const head = git(on.path, 'rev-parse', 'main');
  const note = (name: string, parents: readonly string[]): string =>
    makeCommit(on.path, { files: { [name]: 'a: 1\n' }, message: 'A note\n', parents, at: on.now });
  const copy = note('notes.yaml', [from]);
  const more = Array.from({ length: others }, (_, n) => note(`more-${n}.yaml`, [from]));
  const files = { [file]: await on.file(file) };
  const merge = makeCommit(on.path, { files, message, parents: [copy, ...more, head], at: on.now });
  git(on.path, 'update-ref', 'refs/heads/main', merge, head);
}

it.each([
  { label: 'a message of one’s own', message: 'sync\n' },
  { label: 'git merge <commit>', message: `Merge commit '${'0'.repeat(40)}'\n` },
  { label: 'an octopus', message: "Merge branch 'notes', remote-tracking branch 'origin/main'\n", others: 1 },
])('what was taken back stays so after $label', async ({ message, others = 0 }) => {
  const on = (stage = await openWeb());
  await mergeIntoCopy(on, await takeBack(on), message, others);
  on.forget();
  expect((await on.run()).outcome).toBe('unchanged');
  expect(await tag(on)).toBe('1.0.0');
  on.push('web', '1.2.0');
  await on.run();
  expect(await tag(on)).toBe('1.2.0');
});

it('what was taken back on the way may be lifted', async () => {
  const on = (stage = await openWeb());
  await mergeIntoCopy(on, await takeBack(on), 'sync\n');
  expect((await lift(on, { policies: ['web'] })).outcome).toBe('done');
  expect(codes(await on.run())).toEqual([]);
  expect(await tag(on)).toBe('1.1.0');
});

it('a merge that keeps what was released takes nothing back', async () => {
  const on = (stage = await openWeb());
  const from = git(on.path, 'rev-parse', 'main');
  on.push('web', '1.1.0');
  await on.run();
  await mergeIntoCopy(on, from, 'sync\n');
  on.push('web', '1.2.0');
  await on.run();
  expect(await tag(on)).toBe('1.2.0');
});
