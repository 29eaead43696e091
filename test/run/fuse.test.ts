import { afterEach, describe, expect, it } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import type { FuseReason } from '../../src/run/fuse.ts';
import type { PlanId } from '../../src/run/plan-id.ts';
import { problemsOf, RunMemory, type RunResult } from '../../src/run/run.ts';
import { deployment, policyFile } from '../scenarios/world.ts';
import { Stage, titles, web, wrap } from './stage.ts';

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

type Image = Stage['image'];

/** `count` services, each with a workload and a policy of its own in a folder, all at 1.0.0 where 1.1.0 is newer. */
async function services(count: number, folder: (index: number) => string = () => 'prod'): Promise<Stage> {
  const indexes = Array.from({ length: count }, (_, index) => index);
  const opened = await Stage.open((image) =>
    Object.fromEntries([
      ['notes.txt', 'of no policy\n'],
      ...indexes.flatMap((index) => {
        const path = `${folder(index)}/app-${index}`;
        return [
          [`${path}.yaml`, deployment(`app-${index}`, `${image(`app-${index}`)}:1.0.0`)],
          [`${path}.policy.yaml`, policyFile(`app-${index}`, image(`app-${index}`), 'semver: "^1"')],
        ];
      }),
    ]),
  );
  stage = opened;
  for (const index of indexes) opened.push(`app-${index}`, '1.0.0', '1.1.0');
  return opened;
}

function limited(
  opened: Stage,
  maxReleasesPerRun: number,
  environments: Readonly<Record<string, number>> = {},
): void {
  opened.settings = {
    ...opened.settings,
    maxReleasesPerRun,
    environments: ['prod', 'staging'].map((name) => ({
      name,
      paths: [`${name}/**`],
      paused: false,
      freezes: [],
      rules: { maxReleasesPerRun: environments[name] },
    })),
  };
}

function idOf(result: RunResult): PlanId {
  const id = result.outcome === 'failed' ? undefined : result.plan.pending.id;
  if (id === undefined) throw new Error(`no plan: ${result.outcome}`);
  return id;
}

function fuseOf(result: RunResult): readonly FuseReason[] {
  if (result.outcome === 'failed') throw result.failure;
  return result.plan.fuse;
}

function problem(result: RunResult, code: string): string {
  return problemsOf(result).find((one) => one.code === code)?.message ?? '';
}

async function head(opened: Stage): Promise<string> {
  return (await opened.repository.sync()).commit;
}

describe('a run of more releases than are allowed', () => {
  it.each([
    [3, 3, 'released'],
    [3, 2, 'stopped'],
  ])('%i releases where %i are allowed: %s', async (count, limit, outcome) => {
    const opened = await services(count);
    limited(opened, limit);
    const before = await head(opened);
    expect(await opened.run()).toMatchObject({ outcome });
    expect((await head(opened)) === before).toBe(outcome === 'stopped');
    expect(opened.events.at(-1)).toMatchObject({ kind: 'run-finished', outcome });
  });

  it('says how many, the limit, the plan, and the command that releases it', async () => {
    const opened = await services(3);
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
    const opened = await services(61, (index) => (index === 0 ? 'held' : 'prod'));
    await opened.commit({
      'held/app-0.policy.yaml': `${await opened.file('held/app-0.policy.yaml')}  hold: {reason: audit, by: ann}\n`,
    });
    limited(opened, 50);
    const result = await opened.run({ once: true });
    expect(fuseOf(result)).toMatchObject([{ releases: 60, limit: 50 }]);
    expect(titles(result)).toHaveLength(60);
  });

  it('is told again in each run, in the same words, so that it can be told once', async () => {
    const opened = await services(3);
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
    const opened = await services(3);
    limited(opened, 2);
    const result = await opened.run({ dryRun: true, once: true });
    expect(result).toMatchObject({ outcome: 'planned' });
    expect(problemsOf(result)).toEqual([]);
    expect(fuseOf(result)).toHaveLength(1);
  });

  it('goes on by itself when the plan fits again', async () => {
    const opened = await services(3);
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
    const opened = await services(5, (index) => (index < 2 ? 'prod' : 'staging'));
    limited(opened, 50, environments);
    const result = await opened.run();
    expect(result).toMatchObject({ outcome });
    const [[environment, limit] = ['', 0]] = Object.entries(environments);
    const releases = environment === 'prod' ? 2 : 3;
    const blown = [{ reason: 'too-many-releases', environment, releases, limit }];
    expect(fuseOf(result)).toEqual(outcome === 'stopped' ? blown : []);
  });

  it('counts a policy that touches two environments in each of them, and once for the repository', async () => {
    const both = (image: Image) => ({
      'prod/web.yaml': deployment('web', `${image('web')}:1.0.0`),
      'staging/web.yaml': deployment('web', `${image('web')}:1.0.0`),
      'policy.yaml': policyFile('web', image('web'), 'semver: "^1"'),
    });
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

describe('an accepted plan', () => {
  it('is released whole, past every limit', async () => {
    const opened = await services(3);
    limited(opened, 1, { prod: 1 });
    const accept = idOf(await opened.run());
    expect(await opened.run({ once: true, accept })).toMatchObject({ outcome: 'released' });
    expect(await opened.run()).toMatchObject({ outcome: 'unchanged' });
  });

  it('is the same after a commit of somebody else and a restart without state', async () => {
    const opened = await services(3);
    limited(opened, 1);
    const accept = idOf(await opened.run());
    await opened.commit({
      'prod/app-0.yaml': `# moved down\n${await opened.file('prod/app-0.yaml')}`,
      'notes.txt': 'hello\n',
    });
    opened.forget();
    const result = await opened.run({ once: true, accept });
    expect(result).toMatchObject({ outcome: 'released' });
    expect(titles(result)).toHaveLength(3);
  });

  it('is not released where it is another one: says what was added, is gone and has changed', async () => {
    const opened = await services(4);
    limited(opened, 1);
    await opened.commit({
      'prod/app-3.policy.yaml': `${await opened.file('prod/app-3.policy.yaml')}  hold: {reason: later, by: ann}\n`,
    });
    const accept = idOf(await opened.run());
    const before = await opened.file('prod/app-0.policy.yaml');
    await opened.commit({
      'prod/app-0.policy.yaml': `${before}  hold: {reason: stop, by: ann}\n`,
      'prod/app-3.policy.yaml': (await opened.file('prod/app-3.policy.yaml')).replace(/ {2}hold:.*\n/, ''),
    });
    opened.push('app-1', '1.2.0');
    const at = await head(opened);
    const result = await opened.run({ once: true, accept });
    expect(result).toMatchObject({ outcome: 'stopped', commits: [] });
    expect(await head(opened)).toBe(at);
    const told = problem(result, 'plan-changed');
    expect(told).toMatch(/added: app-3 1\.0\.0 -> 1\.1\.0@sha256:\S+ \(prod\/app-3\.yaml#/);
    expect(told).toMatch(/gone: app-0 1\.0\.0 -> 1\.1\.0@/);
    expect(told).toMatch(/changed: app-1 1\.0\.0 -> 1\.1\.0@\S+ \(\S+\) is now 1\.0\.0 -> 1\.2\.0@/);
    expect(told).toContain(`The plan is ${idOf(result)} now`);
    expect(told).not.toContain('app-2');
  });

  it('is refused without what it held where that is not known, and where it is no plan at all', async () => {
    const opened = await services(2);
    const accept = '0123456789ab' as PlanId;
    const wrong = await opened.run({ once: true, accept });
    expect(wrong).toMatchObject({ outcome: 'stopped', commits: [] });
    expect(problem(wrong, 'plan-changed')).toContain('What it held is not known on this machine.');
    await opened.run();
    const gone = await opened.run({ once: true, accept: idOf(wrong) });
    expect(problem(gone, 'plan-changed')).toMatch(
      /gone: app-0 .*; gone: app-1 .*\. Nothing would be released now; /,
    );
  });

  it('takes a tag that now has other content for another plan', async () => {
    const opened = await services(2);
    limited(opened, 1);
    const accept = idOf(await opened.run());
    opened.put('app-1', '1.1.0', 'other content');
    opened.memory = new RunMemory();
    const result = await opened.run({ once: true, accept });
    expect(result).toMatchObject({ outcome: 'stopped' });
    expect(problem(result, 'plan-changed')).toMatch(/changed: app-1 /);
  });

  it.each([
    ['the same', 'notes.txt', 'released'],
    ['another one', 'prod/app-0.policy.yaml', 'stopped'],
  ])('is compared again after a lost race: %s', async (_label, file, outcome) => {
    const opened = await services(3);
    limited(opened, 1);
    const accept = idOf(await opened.run());
    const text = `${await opened.file(file)}  hold: {reason: stop, by: ann}\n`;
    let raced = false;
    wrap(opened, async (base, drafts) => {
      if (!raced) {
        raced = true;
        await opened.commit({ [file]: text });
      }
      return opened.repository.publish(base, drafts);
    });
    const result = await opened.run({ once: true, accept });
    expect(result).toMatchObject({ outcome });
    if (outcome === 'stopped') expect(problem(result, 'plan-changed')).toMatch(/^Plan .*gone: app-0 /);
  });
});

describe('more than 50 commits', () => {
  it('go into one push of 50 in a daemon, and the rest into the next run', async () => {
    const opened = await services(60);
    limited(opened, 100);
    expect(titles(await opened.run())).toHaveLength(50);
    expect(titles(await opened.run())).toHaveLength(10);
  });

  it('go into as many pushes as it takes with --once, each on top of the other', async () => {
    const opened = await services(60);
    limited(opened, 50);
    const accept = idOf(await opened.run());
    const sizes: number[] = [];
    wrap(opened, (base, drafts) => {
      sizes.push(drafts.length);
      return opened.repository.publish(base, drafts);
    });
    const result = await opened.run({ once: true, accept });
    expect(result).toMatchObject({ outcome: 'released', plan: { pending: { id: accept, releases: 60 } } });
    expect(sizes).toEqual([50, 10]);
    if (result.outcome !== 'released') throw new Error(result.outcome);
    expect(new Set(result.commits).size).toBe(60);
    expect(result.commits.at(-1)).toBe(await head(opened));
    expect(await opened.run()).toMatchObject({ outcome: 'unchanged' });
  });

  it('are compared again when somebody pushes between two pushes', async () => {
    const opened = await services(60);
    limited(opened, 50);
    const accept = idOf(await opened.run());
    let pushes = 0;
    wrap(opened, async (base, drafts) => {
      const published = await opened.repository.publish(base, drafts);
      if (++pushes === 1) await opened.commit({ 'notes.txt': 'in between\n' });
      return published;
    });
    const result = await opened.run({ once: true, accept });
    expect(result).toMatchObject({ outcome: 'released', plan: { pending: { releases: 60 } } });
    expect(titles(result)).toHaveLength(60);
    expect(opened.events).toContainEqual({ kind: 'raced', repository: 'fleet', attempt: 1 });
  });

  it('stop where the rest is another plan by then, and say what was pushed', async () => {
    const opened = await services(60);
    limited(opened, 50);
    const accept = idOf(await opened.run());
    const last = 'prod/app-9.policy.yaml';
    const held = `${await opened.file(last)}  hold: {reason: stop, by: ann}\n`;
    let pushes = 0;
    wrap(opened, async (base, drafts) => {
      const published = await opened.repository.publish(base, drafts);
      if (++pushes === 1) await opened.commit({ [last]: held });
      return published;
    });
    const result = await opened.run({ once: true, accept });
    if (result.outcome !== 'stopped') throw new Error(result.outcome);
    expect(result.commits).toHaveLength(50);
    expect(problem(result, 'plan-changed')).toMatch(/gone: app-9 [^;]*\. The plan is /);
  });

  it('say how many were pushed where a later push fails', async () => {
    const opened = await services(60);
    limited(opened, 60);
    let pushes = 0;
    wrap(opened, async (base, drafts) => {
      if (++pushes === 2) throw new Failure('timeout', 'the server hangs.');
      return opened.repository.publish(base, drafts);
    });
    const result = await opened.run({ once: true });
    expect(result).toMatchObject({
      outcome: 'failed',
      failure: { code: 'timeout', message: '50 commits were pushed before this failed: the server hangs.' },
    });
  });
});

describe('the first run on a branch', () => {
  async function first(): Promise<Stage> {
    stage = await Stage.open((image) => ({ ...web(image), 'notes.txt': 'of no policy\n' }));
    stage.push('web', '1.0.0', '1.1.0');
    stage.settings = { ...stage.settings, confirmFirstRun: true };
    return stage;
  }

  function record(opened: Stage, pairs: Readonly<Record<string, string>>): string {
    const all = {
      v: '1',
      branch: 'main',
      env: 'prod',
      policy: 'web',
      field: 'prod/web.yaml#/spec/template/spec/containers/0/image',
      image: opened.image('web'),
      from: '0.9.0',
      'from-digest': '',
      to: '1.0.0',
      digest: '',
      revision: '',
      intent: 'update',
      ...pairs,
    };
    return `Whatever\n\nTallyman-Release: ${Object.entries(all)
      .map(([key, value]) => `${key}=${value}`)
      .join(' ')}\n`;
  }

  it('waits for a person, also after a loss of state, and is no first run afterwards', async () => {
    const opened = await first();
    const stopped = await opened.run();
    expect(fuseOf(stopped)).toEqual([{ reason: 'first-run' }]);
    expect(problem(stopped, 'fuse')).toContain('it would be the first run on this branch (confirmFirstRun)');
    opened.forget();
    expect(await opened.run()).toMatchObject({ outcome: 'stopped' });
    expect(await opened.run({ once: true, accept: idOf(stopped) })).toMatchObject({ outcome: 'released' });
    opened.push('web', '1.2.0');
    opened.forget();
    expect(await opened.run()).toMatchObject({ outcome: 'released' });
  });

  it('wants nobody where nothing would be released', async () => {
    const opened = await first();
    await opened.commit({
      'prod/web.yaml': (await opened.file('prod/web.yaml')).replace(':1.0.0', ':1.1.0'),
    });
    expect(await opened.run()).toMatchObject({ outcome: 'unchanged', plan: { fuse: [] } });
  });

  it('is a run like others where confirmFirstRun is false', async () => {
    const opened = await first();
    opened.settings = { ...opened.settings, confirmFirstRun: false };
    expect(await opened.run()).toMatchObject({ outcome: 'released' });
  });

  it.each([
    ['a release of this branch', {}, 'released'],
    ['a promotion', { intent: 'promote' }, 'released'],
    ['a release of another branch', { branch: 'staging' }, 'stopped'],
    ['a hold, which a person made', { intent: 'hold' }, 'stopped'],
    ['a release by hand', { intent: 'release' }, 'stopped'],
    ['a version that the field never held', { to: '7.7.7' }, 'stopped'],
    ['a field that is not there', { field: 'prod/web.yaml#/spec/nothing' }, 'stopped'],
    ['a version of records that is not known', { v: '9' }, 'stopped'],
  ] as const)('is told by records: %s', async (_label, pairs, outcome) => {
    const opened = await first();
    const text = await opened.file('prod/web.yaml');
    await opened.commit({ 'prod/web.yaml': text.replace(':1.0.0', ':0.9.0') });
    await opened.commit({ 'prod/web.yaml': text }, record(opened, pairs));
    expect(await opened.run()).toMatchObject({ outcome });
  });

  it('comes again when the last record lies beyond the horizon', async () => {
    const opened = await first();
    await opened.run({ once: true, accept: idOf(await opened.run()) });
    opened.push('web', '1.2.0');
    opened.now += opened.settings.horizon + 86_400_000;
    opened.forget();
    await opened.commit({ 'notes.txt': 'a year later\n' });
    expect(fuseOf(await opened.run())).toEqual([{ reason: 'first-run' }]);
  });
});
