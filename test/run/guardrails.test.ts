import { afterEach, describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/run/run.ts';
import type { EnvironmentPaths } from '../../src/run/settings.ts';
import { deployment, policyFile } from '../scenarios/world.ts';
import { codes, Stage } from './stage.ts';

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

const hour = 3_600_000;

function environment(name: string, rules: EnvironmentPaths['rules']): EnvironmentPaths {
  return { name, paths: [`${name}/**`], paused: false, freezes: [], rules };
}

/** One policy over two environments; only `prod` has rules. */
async function open(
  rules: EnvironmentPaths['rules'],
  more = '',
  kind = 'semver: ">=1.0.0-0"',
): Promise<Stage> {
  const opened = await Stage.open((image) => ({
    'staging/web.yaml': deployment('web', `${image('web')}:1.0.0`),
    'prod/web.yaml': deployment('web', `${image('web')}:1.0.0`),
    'policy.yaml': policyFile('web', image('web'), kind, more),
  }));
  stage = opened;
  const prod = environment('prod', rules);
  opened.settings = { ...opened.settings, environments: [environment('staging', undefined), prod] };
  opened.push('web', '1.0.0');
  return opened;
}

/** The tag that stands in staging, and the one in prod, after a run. */
async function run(opened: Stage): Promise<readonly string[]> {
  const result = await opened.run();
  if (result.outcome === 'failed') throw result.failure;
  const files = [await opened.file('staging/web.yaml'), await opened.file('prod/web.yaml')];
  return files.map((text) => /acme\/web:([^"@\s]+)/.exec(text)?.[1] ?? '');
}

/** What was decided for the field in prod. */
function inProd(result: RunResult) {
  if (result.outcome === 'failed') throw result.failure;
  const ruling = result.plan.rulings.find(({ binding }) => binding.file === 'prod/web.yaml');
  if (ruling === undefined || !('decision' in ruling)) throw new Error('nothing was decided');
  return ruling.decision;
}

describe('the rules of an environment', () => {
  it('let a tag into staging at once, and into prod when it is old enough and matches', async () => {
    const opened = await open({ tags: '^v?[0-9.]+$', minAge: 24 * hour }, '  minAge: 1ms\n');
    opened.push('web', '1.1.0');
    expect(await run(opened)).toEqual(['1.0.0', '1.0.0']);
    opened.now += 1;
    expect(await run(opened)).toEqual(['1.1.0', '1.0.0']);
    opened.now += 20 * hour;
    opened.push('web', '1.2.0-rc.1');
    await run(opened);
    opened.now += 1;
    expect(await run(opened)).toEqual(['1.2.0-rc.1', '1.0.0']);
    opened.now += 4 * hour;
    expect(await run(opened)).toEqual(['1.2.0-rc.1', '1.1.0']);
    opened.now += 48 * hour;
    expect(await run(opened)).toEqual(['1.2.0-rc.1', '1.1.0']);
    const { dropped } = inProd(await opened.run());
    expect(dropped.find(({ tag }) => tag === '1.2.0-rc.1')).toEqual({
      tag: '1.2.0-rc.1',
      rule: 'environment-tags',
      detail: 'the environment prod takes only tags that match "^v?[0-9.]+$"',
    });
  });

  it('cannot be loosened by a policy, and a policy can ask for more', async () => {
    const opened = await open({ minAge: 2 * hour }, '  minAge: 3h\n');
    opened.push('web', '1.1.0');
    await run(opened);
    opened.now += 2 * hour;
    expect(await run(opened)).toEqual(['1.0.0', '1.0.0']);
    opened.now += hour;
    expect(await run(opened)).toEqual(['1.1.0', '1.1.0']);
  });

  it('concern the digest of a tag that is followed', async () => {
    const opened = await open({ minAge: 2 * hour }, '', 'digest: {tag: stable}');
    const old = opened.put('web', 'stable', 'old');
    await opened.commit(
      Object.fromEntries(
        ['staging', 'prod'].map((name) => [
          `${name}/web.yaml`,
          deployment('web', `${opened.image('web')}:stable@${old}`),
        ]),
      ),
    );
    const fresh = opened.put('web', 'stable', 'new');
    await run(opened);
    expect(await opened.file('staging/web.yaml')).toContain(fresh);
    expect(await opened.file('prod/web.yaml')).toContain(old);
    opened.now += 2 * hour;
    await run(opened);
    expect(await opened.file('prod/web.yaml')).toContain(fresh);
  });

  it('that are loosened bring nothing back that was taken back while they counted', async () => {
    const opened = await open({ tags: '^1' });
    opened.push('web', '2.0.0');
    const file = 'prod/web.yaml';
    const [before, tried] = ['1.0.0', '2.0.0'].map((tag) =>
      deployment('web', `${opened.image('web')}:${tag}`),
    );
    for (const text of [tried, before]) {
      opened.now += 24 * hour;
      await opened.commit({ [file]: text ?? '' });
    }
    opened.push('web', '1.2.0');
    expect((await run(opened))[1]).toBe('1.0.0');
    const free = opened.settings.environments.map((one) => ({ ...one, rules: {} }));
    opened.settings = { ...opened.settings, environments: free };
    opened.forget();
    opened.now += 24 * hour;
    expect((await run(opened))[1]).toBe('1.0.0');
    opened.push('web', '2.0.1');
    expect((await run(opened))[1]).toBe('2.0.1');
  });

  it('that count in no field of the policy change nothing', async () => {
    const opened = await open({ tags: '^none$' });
    opened.settings = {
      ...opened.settings,
      environments: [{ ...environment('other', { tags: '^none$', mode: 'pullRequest' }) }],
    };
    opened.push('web', '1.1.0');
    const result = await opened.run();
    expect(codes(result)).toEqual([]);
    expect(inProd(result).elected).toBe('1.1.0');
  });
});

describe('a rule that is not carried out', () => {
  const place = { file: 'tallyman.yaml', line: 7, column: 3 };

  it.each<[rules: NonNullable<EnvironmentPaths['rules']>]>([
    [{ mode: 'pullRequest' }],
    [{ verify: 'required' }],
    [{ mode: 'pullRequest', verify: 'required' }],
  ])('stops its environment alone: %o', async (rules) => {
    const opened = await open(rules);
    const [staging, prod] = opened.settings.environments;
    if (staging === undefined || prod === undefined) throw new Error('no environments');
    const places = { entry: place, mode: place, verify: { ...place, line: 8 } };
    opened.settings = { ...opened.settings, environments: [staging, { ...prod, places }] };
    opened.push('web', '1.1.0');
    const result = await opened.run();
    if (result.outcome === 'failed') throw result.failure;
    expect(inProd(result)).toMatchObject({ elected: '1.1.0', gates: [{ gate: 'not-supported' }] });
    expect(result.plan.problems).toEqual([
      {
        code: 'not-supported',
        ...(rules.mode === undefined ? places.verify : places.mode),
        message: expect.stringMatching(
          /^The environment prod has rules\..* nothing is released there\. /,
        ) as string,
      },
    ]);
    expect(await run(opened)).toEqual(['1.1.0', '1.0.0']);
  });

  it('stops a group that has a member there', async () => {
    const opened = await open({ mode: 'pullRequest' }, '  group: stack\n');
    opened.push('web', '1.1.0');
    expect(await run(opened)).toEqual(['1.0.0', '1.0.0']);
  });
});

describe('one run on a new machine', () => {
  it.each<[label: string, rules: EnvironmentPaths['rules'], more: string, message: readonly string[]]>([
    [
      'an environment asks for an age',
      { minAge: hour },
      '',
      ['election-failed: web has minAge by the rules of the environment prod, '],
    ],
    ['policy and environment ask', { minAge: hour }, '  minAge: 2h\n', ['election-failed: web has minAge, ']],
    ['the environment asks for no age', { minAge: 0 }, '', []],
    ['nobody asks', undefined, '', []],
  ])('is an error of the set-up where %s', async (_, rules, more, message) => {
    const opened = await open(rules, more);
    const result = await opened.run({ once: true });
    if (result.outcome === 'failed') throw result.failure;
    const starts = result.plan.problems.map(
      ({ code, message: text }) => `${code}: ${text.replace(/which counts.*/, '')}`,
    );
    expect(starts).toEqual(message);
    opened.now += 3 * hour;
    expect(codes(await opened.run({ once: true }))).toEqual([]);
  });
});
