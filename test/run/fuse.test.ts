import { afterEach, describe, expect, it } from 'vitest';
import { problemsOf } from '../../src/run/run.ts';
import { deployment, policyFile } from '../scenarios/world.ts';
import { fuseOf, head, idOf, limited, problem, services } from './services.ts';
import { Stage, titles } from './stage.ts';

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

async function open(...args: Parameters<typeof services>): Promise<Stage> {
  return (stage = await services(...args));
}

const both = (image: Stage['image']) => ({
  'prod/web.yaml': deployment('web', `${image('web')}:1.0.0`),
  'staging/web.yaml': deployment('web', `${image('web')}:1.0.0`),
  'policy.yaml': policyFile('web', image('web'), 'semver: "^1"'),
});

describe('a run of more releases than are allowed', () => {
  it.each([
    [3, 3, 'released'],
    [3, 2, 'stopped'],
  ])('%i releases where %i are allowed: %s', async (count, limit, outcome) => {
    const opened = await open(count);
    limited(opened, limit);
    const before = await head(opened);
    expect(await opened.run()).toMatchObject({ outcome });
    expect((await head(opened)) === before).toBe(outcome === 'stopped');
    expect(opened.events.at(-1)).toMatchObject({ kind: 'run-finished', outcome });
  });

  it('says how many, the limit, the plan, and the command that releases it', async () => {
    const opened = await open(3);
    limited(opened, 2);
    opened.settings = { ...opened.settings, configFile: "/etc/ann's own/tallyman.yaml" };
    const result = await opened.run({ once: true });
    expect(fuseOf(result)).toEqual([
      { reason: 'too-many-releases', environment: null, releases: 3, limit: 2 },
    ]);
    const config = String.raw`--config '/etc/ann'\''s own/tallyman.yaml'`;
    expect(problem(result, 'fuse')).toBe(
      'The fuse of fleet (main) has blown, and nothing was pushed: it would make 3 releases, and maxReleasesPerRun is 2. ' +
        `Look at plan ${idOf(result)} (3 releases) with "tallyman plan --repository fleet ${config}", ` +
        `and release it with "tallyman run --once --accept ${idOf(result)} --repository fleet ${config}".`,
    );
    expect(titles(result)).toEqual(['app-0', 'app-1', 'app-2']);
  });

  it('counts what would be released, over all pushes, and not what is held', async () => {
    const opened = await open(61, (index) => (index === 0 ? 'held' : 'prod'));
    await opened.commit({
      'held/app-0.policy.yaml': `${await opened.file('held/app-0.policy.yaml')}  hold: {reason: audit, by: ann}\n`,
    });
    limited(opened, 50);
    const result = await opened.run({ once: true });
    expect(fuseOf(result)).toMatchObject([{ releases: 60, limit: 50 }]);
    expect(titles(result)).toHaveLength(60);
  });

  it('is told again in each run, in the same words, so that it can be told once', async () => {
    const opened = await open(3);
    limited(opened, 2);
    const first = await opened.run();
    opened.now += 3_600_000;
    await opened.commit({ 'notes.txt': 'nothing to do with it\n' });
    const second = await opened.run();
    expect(problem(second, 'fuse')).toBe(problem(first, 'fuse'));
    expect(opened.events.filter(({ kind }) => kind === 'problem')).toHaveLength(2);
    // A daemon shows the plan to nobody, and asks the registry for nothing that only a commit would need.
    expect(titles(second)).toEqual([]);
  });

  it('is not asked on a dry run, which only tells of it', async () => {
    const opened = await open(3);
    limited(opened, 2);
    const result = await opened.run({ dryRun: true, once: true });
    expect(result).toMatchObject({ outcome: 'planned' });
    expect(problemsOf(result)).toEqual([]);
    expect(fuseOf(result)).toHaveLength(1);
    expect(titles(result)).toHaveLength(3);
  });

  it('goes on by itself when the plan fits again', async () => {
    const opened = await open(3);
    limited(opened, 2);
    await opened.run();
    await opened.commit({
      'prod/app-0.policy.yaml': `${await opened.file('prod/app-0.policy.yaml')}  hold: {reason: later, by: ann}\n`,
    });
    expect(await opened.run()).toMatchObject({ outcome: 'released' });
  });
});

describe('the limit of an environment', () => {
  it.each([
    ['its own releases only', { prod: 2 }, 'released'],
    ['and blows for itself', { prod: 1 }, 'stopped'],
    ['whichever it is', { staging: 2 }, 'stopped'],
  ])('counts %s', async (_label, environments, outcome) => {
    const opened = await open(5, (index) => (index < 2 ? 'prod' : 'staging'));
    limited(opened, 50, environments);
    const result = await opened.run();
    expect(result).toMatchObject({ outcome });
    const [[environment, limit] = ['', 0]] = Object.entries(environments);
    const releases = environment === 'prod' ? 2 : 3;
    const blown = [{ reason: 'too-many-releases', environment, releases, limit }];
    expect(fuseOf(result)).toEqual(outcome === 'stopped' ? blown : []);
  });

  it('counts a policy that touches two environments in each of them, and once for the repository', async () => {
    stage = await Stage.open(both);
    stage.push('web', '1.0.0', '1.1.0');
    limited(stage, 1, { prod: 1, staging: 1 });
    expect(await stage.run()).toMatchObject({
      outcome: 'released',
      plan: {
        pending: {
          releases: 1,
          byEnvironment: new Map([
            ['prod', 1],
            ['staging', 1],
          ]),
        },
      },
    });
  });
});
