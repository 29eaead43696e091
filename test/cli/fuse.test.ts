import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { initBareRepository } from '../../src/git/local/init.ts';
import { deployment, policyFile } from '../scenarios/world.ts';
import { House } from './house.ts';

let house: House;

beforeEach(async () => {
  house = await House.open((image) => ({
    'prod/web.yaml': deployment('web', `${image('web')}:1.0.0`),
    'prod/web.policy.yaml': policyFile('web', image('web'), 'semver: "^1"'),
    'prod/api.yaml': deployment('api', `${image('api')}:2.0.0`),
    'prod/api.policy.yaml': policyFile('api', image('api'), 'semver: "^2"'),
  }));
  house.push('web', '1.0.0', '1.1.0');
  house.push('api', '2.0.0', '2.1.0');
  await configure((text) => text.replace(', confirmFirstRun: false', ''));
});

afterEach(() => house.close());

async function configure(change: (text: string) => string): Promise<void> {
  const path = join(house.directory, 'tallyman.yaml');
  await writeFile(path, change(await readFile(path, 'utf8')));
}

interface Repository {
  readonly repository: string;
  readonly outcome: string;
  readonly plan: string | null;
  readonly fuse: readonly unknown[];
  readonly commits: readonly { readonly commit: string | null }[];
  readonly problems: readonly { readonly code: string; readonly message: string }[];
}

async function json(
  ...args: readonly string[]
): Promise<{ readonly exit: number; readonly repositories: readonly Repository[] }> {
  const { exit, document } = await house.json(...args);
  return { exit, repositories: document['repositories'] as readonly Repository[] };
}

async function planId(): Promise<string> {
  const id = (await json('plan')).repositories[0]?.plan;
  if (typeof id !== 'string') throw new Error('no plan');
  return id;
}

describe('a blown fuse', () => {
  it('is told by run --once with the plan, exit code 1, and nothing is pushed', async () => {
    const id = await planId();
    const { exit, stdout, stderr } = await house.run('run', '--once');
    expect({ exit, stderr }).toEqual({ exit: 1, stderr: '' });
    expect(stdout).toMatch(
      /^fleet \(main\): did not release 2 changes\n {2}api: 2\.0\.0 -> 2\.1\.0 {2}prod\/api/,
    );
    expect(stdout).toMatch(/^-.*acme\/web:1\.0\.0"/m);
    expect(stdout).toMatch(/^\+.*acme\/web:1\.1\.0"/m);
    expect(stdout).toContain(
      `\n  plan ${id}: 2 releases\n` +
        'fuse: The fuse of fleet (main) has blown, and nothing was pushed: it would be the first run on this branch (confirmFirstRun). ' +
        `Look at plan ${id} (2 releases) with "tallyman plan --repository fleet", ` +
        `and release it with "tallyman run --once --accept ${id} --repository fleet".\n`,
    );
    expect((await json('plan')).repositories).toMatchObject([{ outcome: 'planned', plan: id }]);
  });

  it('has its shape in JSON', async () => {
    await configure((text) =>
      text.replace('paths: ["prod/**"]', 'paths: ["prod/**"], rules: {maxReleasesPerRun: 1}'),
    );
    const { exit, repositories } = await json('run', '--once');
    expect(exit).toBe(1);
    expect(repositories).toEqual([
      {
        repository: 'fleet',
        branch: 'main',
        outcome: 'stopped',
        base: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
        commits: [expect.objectContaining({ commit: null }), expect.objectContaining({ commit: null })],
        plan: expect.stringMatching(/^[0-9a-f]{12}$/) as string,
        fuse: [
          { reason: 'first-run' },
          { reason: 'too-many-releases', environment: 'prod', releases: 2, limit: 1 },
        ],
        problems: [{ code: 'fuse', message: expect.stringContaining('2 releases in prod') as string }],
      },
    ]);
  });

  it('is told by plan, dry run, status and explain, where it is no problem', async () => {
    const id = await planId();
    const accept = `tallyman run --once --accept ${id} --repository fleet\n`;
    for (const args of [['plan'], ['run', '--once', '--dry-run']]) {
      const { exit, stdout } = await house.run(...args);
      expect(exit).toBe(0);
      expect(stdout).toContain(
        `  plan ${id}: 2 releases\n  fuse: a run stops here, as it would be the first run on this branch (confirmFirstRun).\n  To release it: ${accept}`,
      );
    }
    expect((await house.run('plan', '--exit-code')).exit).toBe(3);
    const status = await house.run('status');
    expect(status.exit).toBe(0);
    expect(status.stdout).toContain(`  fuse: plan ${id} waits for a person  `);
    expect(status.stdout).toContain('as it would be the first run on this branch (confirmFirstRun).\n');
    const other = await house.run('status', '--config', './tallyman.yaml');
    expect(other.stdout).toContain(`${accept.trimEnd()} --config ./tallyman.yaml\n`);
    expect(status.stdout).toContain(accept);
    const { document } = await house.json('status');
    expect(document).toMatchObject({
      services: [{ because: expect.stringMatching(/^fuse: /) as string }, {}],
      repositories: [{ plan: id, fuse: [{ reason: 'first-run' }] }],
      problems: [],
    });
    const explained = await house.run('explain', 'web');
    expect(explained.exit).toBe(0);
    expect(explained.stdout).toContain('stopped  fuse: it would be the first run on this branch');
    expect((await house.json('explain', 'web')).document).toMatchObject({ fuse: [{ reason: 'first-run' }] });
  });
});

describe('run --once --accept', () => {
  it('releases that plan, and the next run is one like others', async () => {
    const id = await planId();
    const { exit, stdout } = await house.run('run', '--once', '--accept', id);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^fleet \(main\): released 2 changes\n/);
    expect(stdout).toContain(`\n  plan ${id}: 2 releases\n`);
    house.push('web', '1.2.0');
    expect((await json('run', '--once')).repositories).toMatchObject([{ outcome: 'released', fuse: [] }]);
    expect((await json('run', '--once')).repositories).toMatchObject([{ outcome: 'unchanged', plan: null }]);
  });

  it('says what differs, exit code 1 whatever --fail-on says, and pushes nothing', async () => {
    const id = await planId();
    house.push('web', '1.2.0');
    for (const more of [[], ['--fail-on', 'never']]) {
      const { exit, repositories } = await json('run', '--once', '--accept', id, ...more);
      expect(exit).toBe(1);
      expect(repositories).toMatchObject([{ outcome: 'stopped', problems: [{ code: 'plan-changed' }] }]);
      expect(repositories[0]?.problems[0]?.message).toMatch(
        /changed: web 1\.0\.0 -> 1\.1\.0@\S+ \(prod\/web\.yaml#\S+\) is now 1\.0\.0 -> 1\.2\.0@/,
      );
    }
    const dry = await json('run', '--once', '--dry-run', '--accept', await planId());
    expect(dry).toMatchObject({ exit: 0, repositories: [{ outcome: 'planned' }] });
  });

  it.each([
    ['without --once', ['run', '--accept', '0123456789ab'], '--accept goes with --once.'],
    ['with what is no id', ['run', '--once', '--accept', 'all'], 'not "all"; "tallyman plan" shows it.'],
    ['with an empty id', ['run', '--once', '--accept', ''], 'not ""'],
    ['with a longer one', ['run', '--once', '--accept', '0123456789abc'], '12 hexadecimal digits'],
  ])('%s is wrong usage', async (_label, args, message) => {
    const { exit, stdout, stderr } = await house.run(...args);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(stderr).toContain(message);
    const { document } = await house.json(...args);
    expect(document).toMatchObject({ schema: 'tallyman.dev/run/v1', error: { code: 'usage' } });
  });
});

describe('with several repositories', () => {
  beforeEach(async () => {
    for (const [name, lines] of [
      ['second', ''],
      ['third', ', confirmFirstRun: false'],
    ]) {
      await initBareRepository(join(house.directory, `${name}.git`), {
        branch: 'main',
        files: {
          'prod/web.yaml': deployment('web', `${house.image('web')}:1.0.0`),
          'prod/web.policy.yaml': policyFile('web', house.image('web'), 'semver: "^1"'),
        },
        message: 'First commit\n',
        author: { name: 'Ann', email: 'ann@test.invalid' },
        now: () => Date.parse('2026-11-20T00:00:00Z'),
      });
      await configure((text) =>
        text.replace('registries:', `  - {name: ${name}, url: ./${name}.git${lines}}\nregistries:`),
      );
    }
  });

  it('an accepted plan belongs to one, and the others run as usual', async () => {
    const planned = (await json('plan')).repositories;
    expect(new Set(planned.map(({ plan }) => plan)).size).toBe(3);
    const id = planned.find(({ repository }) => repository === 'second')?.plan ?? '';
    const dry = await json('run', '--once', '--dry-run', '--accept', id);
    expect(dry.repositories.map(({ outcome, fuse }) => [outcome, fuse.length])).toEqual([
      ['planned', 1],
      ['planned', 0],
      ['planned', 0],
    ]);
    const { exit, repositories } = await json('run', '--once', '--accept', id);
    expect(exit).toBe(1);
    expect(repositories).toMatchObject([
      { repository: 'fleet', outcome: 'stopped', problems: [{ code: 'fuse' }] },
      { repository: 'second', outcome: 'released' },
      { repository: 'third', outcome: 'released' },
    ]);
  });

  it('a plan of none pushes nothing anywhere', async () => {
    const { exit, repositories } = await json('run', '--once', '--accept', '0123456789ab');
    expect(exit).toBe(1);
    expect(repositories.map(({ outcome, problems }) => [outcome, problems[0]?.code])).toEqual(
      Array.from({ length: 3 }, () => ['stopped', 'plan-changed']),
    );
    expect((await json('plan')).repositories.map(({ outcome }) => outcome)).toEqual(
      Array.from({ length: 3 }, () => 'planned'),
    );
  });
});
