import { afterEach, describe, expect, it } from 'vitest';
import { deployment, policyFile } from '../scenarios/world.ts';
import { tag } from './orders.ts';
import { Stage } from './stage.ts';

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

const day = 86_400_001;
const workload = 'prod/web.yaml';

/** Where the rule stands. */
interface Case {
  readonly label: string;
  readonly files: (image: Stage['image']) => Readonly<Record<string, string>>;
  /** A person lets it take more. */
  readonly widen: (on: Stage) => Promise<void>;
}

async function edit(on: Stage, file: string, from: string | RegExp, to: string): Promise<void> {
  on.now += day;
  const text = await on.file(file);
  expect(text).toMatch(from);
  await on.commit({ [file]: text.replace(from, to) }, 'By hand\n');
}

async function put(on: Stage, version: string): Promise<void> {
  await edit(on, workload, /(acme\/web:)[^"]+/, `$1${version}`);
}

function annotated(image: Stage['image'], policy: string): string {
  const text = deployment('web', `${image('web')}:1.0.0`);
  return text.replace('metadata:\n', `metadata:\n    annotations: {tallyman.dev/policy: "${policy}"}\n`);
}

function two(image: Stage['image']): Record<string, string> {
  return {
    'prod/policy.yaml': policyFile('web', image('web'), 'semver: "^1"'),
    'prod/wide.yaml': policyFile('wide', image('web'), 'semver: "*"', '  paths: ["nowhere/**"]\n'),
  };
}

const cases: readonly Case[] = [
  {
    label: 'in a file of its own',
    files: (image) => ({
      [workload]: deployment('web', `${image('web')}:1.0.0`),
      'prod/policy.yaml': policyFile('web', image('web'), 'semver: "^1"'),
    }),
    widen: async (on) => edit(on, 'prod/policy.yaml', '"^1"', '"*"'),
  },
  {
    label: 'in the file of its workload',
    files: (image) => ({
      [workload]: `${deployment('web', `${image('web')}:1.0.0`)}---\n${policyFile('web', image('web'), 'semver: "^1"')}`,
    }),
    widen: async (on) => edit(on, workload, '"^1"', '"*"'),
  },
  {
    label: 'in an annotation',
    files: (image) => ({ [workload]: annotated(image, 'semver:^1') }),
    widen: async (on) => edit(on, workload, 'semver:^1', 'semver:*'),
  },
  {
    label: 'in another policy that an annotation names',
    files: (image) => ({ [workload]: annotated(image, 'policy:web'), ...two(image) }),
    widen: async (on) => edit(on, workload, 'policy:web', 'policy:wide'),
  },
  {
    label: 'in another policy that a marker names',
    files: (image) => ({
      [workload]: deployment('web', `${image('web')}:1.0.0`).replace('# comment', '# {"$tallyman": "web"}'),
      ...two(image),
    }),
    widen: async (on) => edit(on, workload, '"$tallyman": "web"', '"$tallyman": "wide"'),
  },
];

describe('a range that is widened later', () => {
  it.each(cases)(
    'brings nothing back that was tried and taken back before a release: $label',
    async ({ files, widen }) => {
      const on = (stage = await Stage.open(files));
      on.push('web', '1.0.0', '1.1.0', '2.0.0');
      await on.run();
      await put(on, '2.0.0');
      await put(on, '1.1.0');
      on.push('web', '1.2.0');
      on.now += day;
      await on.run();
      expect(await tag(on)).toBe('1.2.0');
      await widen(on);
      on.now += day;
      on.forget();
      expect((await on.run()).outcome).toBe('unchanged');
      expect(await tag(on)).toBe('1.2.0');
      on.push('web', '2.0.1');
      await on.run();
      expect(await tag(on)).toBe('2.0.1');
    },
  );
});

it('exclusions of Flux 2 that go from a file of their own bring nothing back', async () => {
  const on = (stage = await Stage.open((image) => ({
    [workload]: `image: ${image('web')}:1.0.0 # {"$imagepolicy": "flux-system:web"}\n`,
    'flux/repository.yaml': `${fluxHead('ImageRepository')}spec: {image: "${image('web')}", interval: 5m, exclusionList: ["^2"]}\n`,
    'flux/policy.yaml': `${fluxHead('ImagePolicy')}spec: {imageRepositoryRef: {name: web}, policy: {semver: {range: "*"}}}\n`,
  })));
  on.settings = { ...on.settings, dialects: ['flux2'] };
  const put = async (version: string): Promise<void> => edit(on, workload, /(acme\/web:)\S+/, `$1${version}`);
  on.push('web', '1.0.0', '1.1.0', '2.0.0');
  await on.run();
  await put('2.0.0');
  await put('1.1.0');
  on.push('web', '1.2.0');
  on.now += day;
  await on.run();
  expect(await on.file(workload)).toContain(':1.2.0');
  await edit(on, 'flux/repository.yaml', '"^2"', '"^3"');
  on.now += day;
  on.forget();
  expect((await on.run()).outcome).toBe('unchanged');
  on.push('web', '2.0.1');
  await on.run();
  expect(await on.file(workload)).toContain(':2.0.1');
});

function fluxHead(kind: string): string {
  return `apiVersion: image.toolkit.fluxcd.io/v1\nkind: ${kind}\nmetadata: {name: web, namespace: flux-system}\n`;
}
