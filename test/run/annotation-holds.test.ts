import { afterEach, describe, expect, it } from 'vitest';
import { policyFile } from '../scenarios/world.ts';
import { codes, Stage } from './stage.ts';

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

type Files = Readonly<Record<string, string>>;

function pod(name: string, image: string, annotation: string, rest = ''): string {
  return `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n  annotations:\n    tallyman.dev/${annotation}\nspec:\n  containers:\n    - name: main\n      image: ${image}:1.0.0\n${rest}`;
}

const policy = 'policy: "semver:^1"';

function holds(key: string, name: string): string {
  return `- {${key}: [${name}], reason: INC-7}\n`;
}

describe('a hold by name on the policy of an annotation', () => {
  it.each<
    [label: string, held: string, files: (image: (name: string) => string) => Files, moved: readonly string[]]
  >([
    ['holds it', 'web', (image) => ({ 'prod/web.yaml': pod('web', image('web'), policy) }), []],
    [
      'stays when another workload of that name comes',
      'web',
      (image) => ({
        'prod/web.yaml': pod('web', image('web'), policy),
        'test/web.yaml': pod('web', image('web'), policy),
      }),
      [],
    ],
    [
      'stays when that one goes',
      'prod.web',
      (image) => ({
        'prod/web.yaml': pod('web', image('web'), policy),
        'test/api.yaml': pod('api', image('web'), policy),
      }),
      ['test/api.yaml'],
    ],
    [
      'is of one of two by its longer name',
      'prod.web',
      (image) => ({
        'prod/web.yaml': pod('web', image('web'), policy),
        'test/web.yaml': pod('web', image('web'), policy),
      }),
      ['test/web.yaml'],
    ],
    [
      'stays when the workload gets another container',
      'web',
      (image) => ({
        'prod/web.yaml': pod(
          'web',
          image('web'),
          policy,
          `    - name: side\n      image: ${image('side')}:1.0.0\n`,
        ),
      }),
      [],
    ],
    [
      'stays when a policy takes the name',
      'web',
      (image) => ({
        'prod/web.yaml': pod('web', image('web'), policy),
        'other/web.yaml': policyFile('web', image('other'), 'semver: "^1"'),
        'other/pod.yaml': pod('other', image('other'), 'policy: "policy:web"'),
      }),
      [],
    ],
  ])('%s', async (_, held, files, moved) => {
    stage = await Stage.open((image) => {
      const all = files(image);
      return { ...all, '.tallyman/holds.yaml': `holds:\n  ${holds('policies', held)}` };
    });
    for (const name of ['web', 'side', 'other']) stage.push(name, '1.0.0', '1.1.0');
    const result = await stage.run();
    expect(codes(result)).toEqual([]);
    if (result.outcome === 'failed') throw result.failure;
    expect(result.plan.commits.flatMap(({ releases }) => releases.map(({ file }) => file))).toEqual(moved);
  });

  it('holds a group that only an annotation names', async () => {
    stage = await Stage.open((image) => ({
      'prod/policy.yaml': policyFile('web', image('web'), 'semver: "^1"'),
      'prod/web.yaml': pod('web', image('web'), 'group: stack'),
      '.tallyman/holds.yaml': `holds:\n  ${holds('groups', 'stack')}`,
    }));
    stage.push('web', '1.0.0', '1.1.0');
    const result = await stage.run();
    expect([result.outcome, codes(result)]).toEqual(['unchanged', []]);
  });
});
