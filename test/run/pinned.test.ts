import { afterEach, describe, expect, it } from 'vitest';
import type { LoggedCommit } from '../../src/release/log.ts';
import { FieldOrigins } from '../../src/run/past/field-origins.ts';
import { pinnedBy } from '../../src/run/past/pinned-by.ts';
import { RunMemory } from '../../src/run/run.ts';
import { deployment, policyFile } from '../scenarios/world.ts';
import { Stage, titles, web } from './stage.ts';

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

type Step = (opened: Stage) => Promise<unknown>;

const file = 'prod/web.yaml';
const day = 86_400_000;

/** 1.1.0 is released, and 1.2.0 comes later. */
async function released(): Promise<Stage> {
  const opened = await Stage.open((image) => web(image));
  stage = opened;
  opened.push('web', '1.0.0', '1.1.0');
  expect(titles(await opened.run())).toEqual(['web']);
  opened.push('web', '1.2.0');
  return opened;
}

function holds(tag: string): Step {
  return (opened) => opened.commit({ [file]: deployment('web', `${opened.image('web')}:${tag}`) });
}

/** Whatever the author's name is. */
function by(name: string, email: string, step: (opened: Stage) => Readonly<Record<string, string>>): Step {
  return async (opened) => {
    const changes = Object.entries(step(opened)).map(([path, text]) => ({ path, bytes: Buffer.from(text) }));
    const base = await opened.repository.sync();
    await opened.repository.publish(base, [{ changes, message: 'x\n', author: { name, email } }]);
  };
}

async function edit(opened: Stage, change: (text: string) => string): Promise<void> {
  await by('Bob', 'bob@test.invalid', () => ({}))(opened);
  const text = change(await opened.file(file));
  await by('Bob', 'bob@test.invalid', () => ({ [file]: text }))(opened);
}

async function head(opened: Stage): Promise<string> {
  return (await opened.repository.sync()).commit.slice(0, 10);
}

async function pins(opened: Stage): Promise<string[]> {
  const result = await opened.run();
  if (result.outcome === 'failed') throw result.failure;
  expect(titles(result)).toEqual([]);
  const gates = result.plan.rulings.flatMap((ruling) => ('decision' in ruling ? ruling.decision.gates : []));
  return gates.filter(({ gate }) => gate === 'pinned').map(({ detail }) => detail);
}

const rest = (value: string): string =>
  `the policy would not elect the current value ${value}; put back a version of this policy to go on`;

describe('a pinned value', () => {
  it('is told with its author and commit', async () => {
    const opened = await released();
    await holds('hotfix')(opened);
    const commit = await head(opened);
    expect(await pins(opened)).toEqual([`pinned by Ann in ${commit}: ${rest('hotfix')}`]);
  });

  it.each<[label: string, later: Step]>([
    [
      'another file changed',
      (opened) =>
        by('Bob', 'b@x', () => ({
          'prod/policy.yaml': policyFile('web', opened.image('web'), 'semver: "~1"'),
        }))(opened),
    ],
    ['its file changed elsewhere', (opened) => edit(opened, (text) => `${text}# more\n`)],
    [
      'a document came before it',
      (opened) =>
        edit(opened, (text) => `apiVersion: v1\nkind: Service\nmetadata: {name: web}\n---\n${text}`),
    ],
  ])('is told with the commit that brought it, not with a later one: %s', async (_, later) => {
    const opened = await released();
    await holds('hotfix')(opened);
    const commit = await head(opened);
    expect(await pins(opened)).toHaveLength(1);
    await later(opened);
    expect(await pins(opened)).toEqual([`pinned by Ann in ${commit}: ${rest('hotfix')}`]);
    // As a process that has seen none of it.
    opened.memory = new RunMemory();
    expect(await pins(opened)).toEqual([`pinned by Ann in ${commit}: ${rest('hotfix')}`]);
  });

  it('is told with who put it back, where it was there before', async () => {
    const opened = await released();
    await holds('hotfix')(opened);
    expect(await pins(opened)).toHaveLength(1);
    await by('Bob', 'b@x', () => ({ [file]: deployment('web', `${opened.image('web')}:other`) }))(opened);
    expect((await pins(opened))[0]).toContain('pinned by Bob in');
    await by('Cleo', 'c@x', () => ({ [file]: deployment('web', `${opened.image('web')}:hotfix`) }))(opened);
    expect(await pins(opened)).toEqual([`pinned by Cleo in ${await head(opened)}: ${rest('hotfix')}`]);
  });

  it.each<[label: string, days: number, author: string | undefined]>([
    ['is looked for down to the horizon', 3, 'Ann'],
    ['is not looked for beyond it', 1, undefined],
  ])('%s', async (_, days, author) => {
    const opened = await released();
    opened.now += day;
    await holds('hotfix')(opened);
    opened.now += 2 * day;
    await edit(opened, (text) => `${text}# more\n`);
    await pins(opened);
    const { prepared } = opened.memory;
    const [binding] = prepared?.value.bindings ?? [];
    if (prepared === undefined || binding === undefined) throw new Error('nothing was run');
    const origins = new FieldOrigins(prepared.snapshot, opened.now - days * day);
    expect((await origins.of(binding))?.author.name).toBe(author);
  });

  it('stays pinned when the commit that brought it is older than the log that is read', async () => {
    const opened = await released();
    await holds('hotfix')(opened);
    expect(await pins(opened)).toHaveLength(1);
    opened.now += opened.settings.horizon + day;
    opened.forget();
    expect(await pins(opened)).toEqual([
      expect.stringMatching(
        /^the current value hotfix is none of this policy, and older than the log that is read/,
      ),
    ]);
    expect(await opened.file(file)).toContain(':hotfix');
  });

  it('is adopted where the whole log shows that no version of the policy ever stood there', async () => {
    const opened = await Stage.open((image) => ({
      ...web(image),
      [file]: deployment('web', `${image('web')}:main-build`),
    }));
    stage = opened;
    opened.push('web', '1.0.0');
    opened.now += opened.settings.horizon / 2;
    expect(titles(await opened.run())).toEqual(['web']);
  });

  it('is told with the first commit of all', async () => {
    const opened = await released();
    // As it was before the release.
    const { prepared } = opened.memory;
    const [binding] = prepared?.value.bindings ?? [];
    if (prepared === undefined || binding === undefined) throw new Error('nothing was run');
    expect((await new FieldOrigins(prepared.snapshot, 0).of(binding))?.message).toBe('First commit\n');
  });

  it('costs no look at history where there is nothing newer', async () => {
    const opened = await released();
    await opened.commit({
      [file]: deployment('web', `${opened.image('web')}:hotfix`),
      'prod/policy.yaml': policyFile('web', opened.image('web'), 'semver: "^9"'),
    });
    expect(await pins(opened)).toEqual([]);
    expect(opened.memory.origins.origins.size).toBe(0);
  });
});

describe('the author of a commit', () => {
  it.each<[label: string, name: string, email: string, shown: string]>([
    ['by name', 'Ann Lee', 'ann@x', 'Ann Lee'],
    ['without control characters', 'Ann\u001b[31m\u202e\n Lee\u0000', 'ann@x', 'Ann [31m Lee'],
    ['cut', 'A'.repeat(100_000), 'ann@x', `${'A'.repeat(57)}...`],
    ['by address without a name', ' \u200b ', 'ann@x', 'ann@x'],
    ['by nothing', '', '', 'somebody'],
  ])('is shown %s', (_, name, email, shown) => {
    const commit = { id: 'a'.repeat(40), author: { name, email } } as LoggedCommit;
    expect(pinnedBy(commit)).toEqual({ author: shown, commit: 'a'.repeat(10) });
  });
});
