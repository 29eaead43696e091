import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deployment, policyFile } from '../scenarios/world.ts';
import { json, tallyman } from './harness.ts';
import { House } from './house.ts';

let house: House;

beforeEach(async () => {
  house = await House.open((image) => ({
    'staging/web.yaml': deployment('web', `${image('web')}:1.0.0`),
    'prod/web.yaml': deployment('web', `${image('web')}:1.0.0`),
    'policy.yaml': policyFile('web', image('web'), 'semver: ">=1.0.0-0"', '  minAge: 1ms\n'),
  }));
  house.push('web', '1.0.0', '1.1.0', '1.2.0-rc.1');
});

afterEach(() => house.close());

const hour = 3_600_000;

/** Writes the rules of `prod` into tallyman.yaml, beside an environment `staging` without any. */
async function rules(text: string): Promise<void> {
  const path = join(house.directory, 'tallyman.yaml');
  const old = await readFile(path, 'utf8');
  const prod = `  - {name: prod, repository: fleet, paths: ["prod/**"], rules: ${text}}\n`;
  const staging = '  - {name: staging, repository: fleet, paths: ["staging/**"]}\n';
  await writeFile(path, old.replace(/^environments:\n(?: {2}- .*\n)*/m, `environments:\n${staging}${prod}`));
}

/** What a plan of the checkout would release at a time: `file tag`. */
async function planned(at: number): Promise<{ readonly exit: number; readonly releases: readonly string[] }> {
  const args = ['plan', '--dir', 'checkout', '-o', 'json'];
  const result = await tallyman(args, { directory: house.directory, now: () => at });
  const { commits } = json(result) as {
    commits: readonly { releases: readonly { file: string; to: string }[] }[];
  };
  const releases = commits.flatMap((commit) => commit.releases.map(({ file, to }) => `${file} ${to}`));
  return { exit: result.exit, releases };
}

describe('the rules of an environment', () => {
  it('let a tag into staging at once, and into prod when it is old enough and matches', async () => {
    await rules('{tags: "^v?[0-9.]+$", minAge: 24h}');
    // Without a state directory nothing tells an age, and that is a problem, not a silent wait.
    expect(await planned(Date.now())).toEqual({ exit: 1, releases: [] });
    expect((await house.run('run', '--once')).exit).toBe(1);
    const first = Date.now();
    expect(await planned(first + hour)).toEqual({ exit: 0, releases: ['staging/web.yaml 1.2.0-rc.1'] });
    expect(await planned(first + 24 * hour)).toEqual({
      exit: 0,
      releases: ['prod/web.yaml 1.1.0', 'staging/web.yaml 1.2.0-rc.1'],
    });
  });

  it('are told by explain, tag by tag', async () => {
    await rules('{tags: "^v?[0-9.]+$", minAge: 24h}');
    const { stdout } = await house.run('explain', 'web');
    expect(stdout).toMatch(
      /too-young \(1\): not known for as long as minAge asks\n {2}1\.1\.0 {2}known since \S+; old enough at \S+ by minAge of the environment prod\n/,
    );
    expect(stdout).toContain('\n  prod/web.yaml:11:25  by name, in prod\n');
    expect(stdout).toContain('\n  staging/web.yaml:11:25  by name, in staging\n');
    expect(stdout).toMatch(
      /environment-tags \(1\): not taken by the environment\n {2}1\.2\.0-rc\.1 {2}the environment prod takes only tags that match "\^v\?\[0-9\.\]\+\$"\n/,
    );
  });
});

describe('a rule that is not carried out', () => {
  const detail =
    'the environment prod has rules.mode: pullRequest, but this version opens no pull requests; take that out of tallyman.yaml, or edit the field by hand';

  it('stops prod alone, and run, plan, explain, status and lint say so', async () => {
    await rules('{mode: pullRequest}');
    const problem = {
      code: 'not-supported',
      file: join(house.directory, 'tallyman.yaml'),
      line: 7,
      column: 65,
      message:
        'The environment prod has rules.mode: pullRequest, but this version opens no pull requests: nothing is released there. Take that out to have releases committed to the branch, or edit the fields there by hand. The other environments go on.',
    };
    // The age that the policy asks for: the first run only begins to count.
    await house.run('run', '--once');
    const plan = await house.json('plan');
    expect(plan.exit).toBe(1);
    expect(plan.document).toMatchObject({ repositories: [{ problems: [problem] }] });
    const lint = await house.json('lint', '--dir', 'checkout');
    expect(lint.document).toMatchObject({ problems: [problem], advice: [] });
    const explained = await house.run('explain', 'web');
    expect(explained.stdout).toContain(`\nstopped  not-supported: ${detail}\n`);
    const status = await house.json('status');
    expect(status.document).toMatchObject({
      services: [
        { environment: 'staging', newer: '1.2.0-rc.1' },
        { environment: 'prod', newer: '1.2.0-rc.1', because: `not-supported: ${detail}` },
      ],
    });
    const run = await house.json('run', '--once');
    expect(run.exit).toBe(1);
    expect(run.document).toMatchObject({
      repositories: [
        {
          outcome: 'released',
          commits: [{ releases: [{ environment: 'staging', to: '1.2.0-rc.1' }] }],
          problems: [problem],
        },
      ],
    });
  });
});

describe('a bad rule', () => {
  it.each([
    [
      'an unknown key',
      '{minage: 1h}',
      '7:65: environments[1].rules: unknown key "minage" (did you mean "minAge"?)',
    ],
    ['a bad pattern', '{tags: "^(?=v)"}', '7:71: environments[1].rules.tags: bad regular expression: '],
  ])('is an error with its place: %s', async (_, text, message) => {
    await rules(text);
    for (const command of [
      ['run', '--once'],
      ['plan', '--dir', 'checkout'],
      ['lint', '--dir', 'checkout'],
    ]) {
      const { exit, stderr } = await house.run(...command);
      expect({ exit, stderr }).toEqual({
        exit: 2,
        stderr: expect.stringContaining(`tallyman.yaml:${message}`) as string,
      });
    }
  });
});
