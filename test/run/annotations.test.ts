import { afterEach, describe, expect, it } from 'vitest';
import { policyFile } from '../scenarios/world.ts';
import { codes, Stage, titles } from './stage.ts';

const hour = 3_600_000;

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

async function open(
  files: (image: Stage['image'], put: Stage['put']) => Readonly<Record<string, string>>,
): Promise<Stage> {
  stage = await Stage.open(files);
  return stage;
}

function pod(name: string, image: string, annotations: Readonly<Record<string, string>>): string {
  const lines = Object.entries(annotations).map(([key, value]) => `    tallyman.dev/${key}: "${value}"\n`);
  return `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n  annotations:\n${lines.join('')}spec:\n  containers:\n    - name: main\n      image: ${image}\n`;
}

async function images(opened: Stage, ...files: readonly string[]): Promise<string[]> {
  const texts = await Promise.all(files.map((file) => opened.file(file)));
  return texts.map((text) => /image: [^:]+:\d+\/acme\/web(.*)/.exec(text)?.[1] ?? '');
}

describe('annotations', () => {
  it('make one workload wait, and not the others of its policy', async () => {
    const opened = await open((image) => ({
      'prod/policy.yaml': policyFile('web', image('web'), 'semver: "^1"'),
      'prod/late.yaml': pod('late', `${image('web')}:1.0.0`, { 'min-age': '24h' }),
      'prod/now.yaml': pod('now', `${image('web')}:1.0.0`, { mode: 'commit' }),
    }));
    opened.push('web', '1.0.0', '1.1.0');
    expect(titles(await opened.run())).toEqual(['web']);
    expect(await images(opened, 'prod/late.yaml', 'prod/now.yaml')).toEqual([':1.0.0', ':1.1.0']);
    opened.now += 24 * hour;
    await opened.run();
    expect(await images(opened, 'prod/late.yaml')).toEqual([':1.1.0']);
  });

  it('make what they elect wait as well', async () => {
    const opened = await open((image) => ({
      'prod/web.yaml': pod('web', `${image('web')}:1.0.0`, { policy: 'semver:^1', 'min-age': '2h' }),
    }));
    opened.push('web', '1.0.0', '1.1.0');
    expect(titles(await opened.run())).toEqual([]);
    opened.now += 2 * hour;
    expect(titles(await opened.run())).toEqual(['web']);
  });

  it('ask for platforms of the image', async () => {
    const opened = await open((image) => ({
      'prod/web.yaml': pod('web', `${image('web')}:1.0.0`, {
        policy: 'semver:^1',
        platforms: 'linux/amd64, linux/arm64',
      }),
    }));
    const add = (tag: string, ...platforms: readonly string[]) =>
      opened.registry.registry.addImage({ repository: 'acme/web', tag, created: opened.now, platforms });
    add('1.0.0', 'linux/amd64');
    add('1.1.0', 'linux/amd64', 'linux/arm64');
    add('1.2.0', 'linux/amd64');
    await opened.run();
    expect(await images(opened, 'prod/web.yaml')).toEqual([':1.1.0']);
  });

  it('let a group move together, whatever binds its members', async () => {
    const opened = await open((image) => ({
      'prod/policy.yaml': policyFile('web', image('web'), 'semver: "^1"', '  group: stack\n'),
      'prod/web.yaml': pod('web', `${image('web')}:1.0.0`, {}).replace('  annotations:\n', ''),
      'prod/api.yaml': pod('api', `${image('api')}:1.0.0`, {
        policy: 'semver:^1',
        group: 'stack',
        hold: 'broken',
      }),
    }));
    opened.push('web', '1.0.0', '1.1.0');
    opened.push('api', '1.0.0', '1.1.0');
    expect(titles(await opened.run())).toEqual([]);
    const api = await opened.file('prod/api.yaml');
    await opened.commit({ 'prod/api.yaml': api.replace(/.*hold.*\n/, '') });
    expect(titles(await opened.run())).toEqual(['stack']);
  });

  it('release nothing by a pull request that nobody would make', async () => {
    const opened = await open((image) => ({
      'prod/policy.yaml': policyFile('web', image('web'), 'semver: "^1"'),
      'prod/web.yaml': pod('web', `${image('web')}:1.0.0`, { mode: 'pullRequest' }),
    }));
    opened.push('web', '1.0.0', '1.1.0');
    const result = await opened.run();
    expect(titles(result)).toEqual([]);
    expect(codes(result)).toEqual(['unbound-policy', 'not-supported']);
  });
});

const other = `sha256:${'a'.repeat(64)}`;

/** Each field holds `:1.0.0` or `:stable` first; the registry gives them the digest `one`, and 1.1.0 the digest `two`. */
interface DigestRow {
  readonly annotations: Readonly<Record<string, string>>;
  readonly holds: (one: string) => string;
  readonly next?: 'new tag' | 'stable moves';
  readonly expected: (one: string, two: string) => string;
  readonly problems?: readonly string[];
}

const digestRows: readonly (readonly [label: string, row: DigestRow])[] = [
  [
    'pin: a bare tag gets its digest',
    {
      annotations: { policy: 'semver:^1', digest: 'pin' },
      holds: () => ':1.0.0',
      expected: (one) => `:1.0.0@${one}`,
    },
  ],
  [
    'pin: a new tag comes with its digest',
    {
      annotations: { policy: 'semver:^1', digest: 'pin' },
      holds: (one) => `:1.0.0@${one}`,
      next: 'new tag',
      expected: (_, two) => `:1.1.0@${two}`,
    },
  ],
  [
    'pin: a tag that moved is a problem, never an edit',
    {
      annotations: { policy: 'semver:^1', digest: 'pin' },
      holds: () => `:1.0.0@${other}`,
      expected: () => `:1.0.0@${other}`,
      problems: ['tag-moved'],
    },
  ],
  [
    'pin: a tag that moved is left behind by a newer one',
    {
      annotations: { policy: 'semver:^1', digest: 'pin' },
      holds: () => `:1.0.0@${other}`,
      next: 'new tag',
      expected: (_, two) => `:1.1.0@${two}`,
    },
  ],
  [
    'keep: a bare tag stays bare',
    {
      annotations: { policy: 'semver:^1', digest: 'keep' },
      holds: () => ':1.0.0',
      next: 'new tag',
      expected: () => ':1.1.0',
    },
  ],
  [
    'keep: where a digest stands, the new one is written with the new tag',
    {
      annotations: { policy: 'semver:^1', digest: 'keep' },
      holds: (one) => `:1.0.0@${one}`,
      next: 'new tag',
      expected: (_, two) => `:1.1.0@${two}`,
    },
  ],
  [
    'keep: a tag that moved is a problem as well',
    {
      annotations: { policy: 'semver:^1' },
      holds: () => `:1.0.0@${other}`,
      expected: () => `:1.0.0@${other}`,
      problems: ['tag-moved'],
    },
  ],
  [
    'digest:TAG pins a bare tag',
    { annotations: { policy: 'digest:stable' }, holds: () => ':stable', expected: (one) => `:stable@${one}` },
  ],
  [
    'digest:TAG follows the tag, and that is no problem',
    {
      annotations: { policy: 'digest:stable' },
      holds: (one) => `:stable@${one}`,
      next: 'stable moves',
      expected: (_, two) => `:stable@${two}`,
    },
  ],
  [
    'digest:TAG pins whatever the digest annotation says',
    {
      annotations: { policy: 'digest:stable', digest: 'keep' },
      holds: () => ':stable',
      expected: (one) => `:stable@${one}`,
    },
  ],
  [
    'digest:TAG does not follow while it is held',
    {
      annotations: { policy: 'digest:stable', hold: 'not now' },
      holds: (one) => `:stable@${one}`,
      next: 'stable moves',
      expected: (one) => `:stable@${one}`,
    },
  ],
  [
    'digest:TAG with an age waits for the new digest',
    {
      annotations: { policy: 'digest:stable', 'min-age': '1h' },
      holds: (one) => `:stable@${one}`,
      next: 'stable moves',
      expected: (one) => `:stable@${one}`,
    },
  ],
  [
    'digest:TAG is pinned under the rules of platforms as well',
    {
      annotations: { policy: 'digest:stable', platforms: 'linux/arm64' },
      holds: (one) => `:stable@${one}`,
      next: 'stable moves',
      expected: (one) => `:stable@${one}`,
    },
  ],
  [
    'digest:TAG leaves another tag for its own',
    {
      annotations: { policy: 'digest:stable' },
      holds: () => ':latest',
      expected: (one) => `:stable@${one}`,
    },
  ],
];

describe('digests by annotation', () => {
  it.each(digestRows)('%s', async (_, { annotations, holds, next, expected, problems = [] }) => {
    let one = '';
    const opened = await open((image, put) => {
      one = put('web', '1.0.0', 'one');
      put('web', 'stable', 'one');
      return { 'prod/web.yaml': pod('web', `${image('web')}${holds(one)}`, annotations) };
    });
    let two = '';
    if (next === 'new tag') two = opened.put('web', '1.1.0', 'two');
    if (next === 'stable moves') two = opened.put('web', 'stable', 'two');
    const result = await opened.run();
    expect(codes(result)).toEqual(problems);
    expect(await images(opened, 'prod/web.yaml')).toEqual([expected(one, two)]);
    expect(titles(await opened.run())).toEqual([]);
  });

  it('pins in its own workload only, where a policy of its own binds the field', async () => {
    let one = '';
    const opened = await open((image, put) => {
      one = put('web', '1.0.0', 'one');
      return {
        'prod/policy.yaml': policyFile('web', image('web'), 'semver: "^1"'),
        'prod/pinned.yaml': pod('pinned', `${image('web')}:1.0.0`, { digest: 'pin' }),
        'prod/bare.yaml': pod('bare', `${image('web')}:1.0.0`, { digest: 'keep' }),
      };
    });
    await opened.run();
    const files = ['prod/pinned.yaml', 'prod/bare.yaml'] as const;
    expect(await images(opened, ...files)).toEqual([`:1.0.0@${one}`, ':1.0.0']);
    const two = opened.put('web', '1.1.0', 'two');
    expect(titles(await opened.run())).toEqual(['web']);
    expect(await images(opened, ...files)).toEqual([`:1.1.0@${two}`, ':1.1.0']);
  });
});
