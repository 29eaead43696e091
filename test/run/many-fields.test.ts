import { afterEach, describe, expect, it } from 'vitest';
import { parseRecords } from '../../src/release/record.ts';
import type { RunResult } from '../../src/run/run.ts';
import { policyFile } from '../scenarios/world.ts';
import { Stage, titles, wrap } from './stage.ts';

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

type Image = Stage['image'];

/** A workload of many containers, each at 1.0.0. */
function crowd(image: Image, count: number, name = 'web'): string {
  const containers = Array.from(
    { length: count },
    (_, index) => `            - name: c${index}\n              image: ${image(name)}:1.0.0\n`,
  );
  return `kind: Deployment\nmetadata:\n  name: ${name}\nspec:\n  template:\n    spec:\n          containers:\n${containers.join('')}`;
}

async function open(files: Parameters<typeof Stage.open>[0]): Promise<Stage> {
  stage = await Stage.open(files);
  stage.settings = { ...stage.settings, maxReleasesPerRun: 1000 };
  stage.push('web', '1.0.0', '1.1.0');
  return stage;
}

function recordsOf(result: RunResult): number[] {
  if (result.outcome !== 'released') throw new Error(result.outcome);
  return result.plan.commits.map(({ message }) => parseRecords(message).records.length);
}

describe('a policy with more fields than one commit records', () => {
  it('is released in several commits of one push, each of 100 records at most', async () => {
    const opened = await open((image) => ({
      'prod/web.yaml': crowd(image, 250),
      'prod/policy.yaml': policyFile('web', image('web'), 'semver: "^1"'),
    }));
    const sizes: number[] = [];
    wrap(opened, (base, drafts) => {
      sizes.push(drafts.length);
      return opened.repository.publish(base, drafts);
    });
    const result = await opened.run();
    expect(recordsOf(result)).toEqual([100, 100, 50]);
    expect(sizes).toEqual([3]);
    expect(result).toMatchObject({ plan: { pending: { releases: 3 } } });
    expect(await opened.file('prod/web.yaml')).not.toContain('1.0.0');
    // Each commit changed what it records, and nothing else.
    if (result.outcome !== 'released') throw new Error(result.outcome);
    for (const { diff, releases } of result.plan.commits) {
      expect(diff.split('\n').filter((line) => line.startsWith('+ '))).toHaveLength(releases.length);
    }
    // History knows all of them: taken back, they stay so.
    await opened.commit({ 'prod/web.yaml': crowd(opened.image, 250) });
    opened.forget();
    expect(await opened.run()).toMatchObject({ outcome: 'unchanged' });
  });

  it('changes whole files where it can', async () => {
    const opened = await open((image) => ({
      'prod/a.yaml': crowd(image, 60),
      'prod/b.yaml': crowd(image, 60),
      'prod/c.yaml': crowd(image, 30),
      'prod/policy.yaml': policyFile('web', image('web'), 'semver: "^1"'),
    }));
    expect(recordsOf(await opened.run())).toEqual([60, 90]);
  });

  it('is a group that moves together, whatever its number of commits', async () => {
    const opened = await open((image) => ({
      'prod/a.yaml': crowd(image, 101),
      'prod/policy.yaml': policyFile('web', image('web'), 'semver: "^1"', '  group: all\n'),
      'prod/b.yaml': crowd(image, 1, 'api'),
      'prod/b.policy.yaml': policyFile('api', image('api'), 'semver: "^1"', '  group: all\n'),
    }));
    opened.push('api', '1.0.0', '1.1.0');
    const result = await opened.run();
    expect(titles(result)).toEqual(['all', 'all']);
    expect(recordsOf(result)).toEqual([100, 2]);
  });
});

/** Of three maps the first has no place for a digest: the second would merge it in. */
function values(image: string): string {
  return `a: &a {repository: ${image}, tag: 1.0.0}\nb: {<<: *a, repository: other, tag: 1.0.0}\nc: {repository: ${image}, tag: 1.0.0}\n`;
}

function pinned(image: Image, more = ''): Record<string, string> {
  return {
    'prod/values.yaml': values(image('web')),
    'prod/policy.yaml': policyFile('web', image('web'), 'semver: "^1"', `  digest: pin\n${more}`),
  };
}

describe('a policy with a field that cannot be edited', () => {
  it('moves the others, and says why that one stays', async () => {
    const opened = await open((image) => pinned(image));
    const digest = opened.put('web', '1.2.0', 'new');
    const result = await opened.run();
    expect(result).toMatchObject({
      plan: { problems: [{ code: 'refused-edit', file: 'prod/values.yaml', line: 1 }] },
    });
    expect(recordsOf(result)).toEqual([1]);
    const image = opened.image('web');
    const [a, b] = values(image).split('\n');
    expect(await opened.file('prod/values.yaml')).toBe(
      `${a}\n${b}\nc: {repository: ${image}, tag: 1.2.0, digest: ${digest}}\n`,
    );
  });

  it('moves nothing where it is a group', async () => {
    const opened = await open((image) => pinned(image, '  group: all\n'));
    expect(await opened.run()).toMatchObject({
      outcome: 'unchanged',
      plan: { problems: [{ code: 'refused-edit' }] },
    });
  });
});
