import { afterEach, expect, it } from 'vitest';
import { deployment, policyFile } from '../scenarios/world.ts';
import { commit, run } from './moves.ts';
import { Stage } from './stage.ts';

/** What was taken back stays so where files get the names of others (product.md, 6.2). */
let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

type Files = Readonly<Record<string, string | null>>;

interface Exchange {
  readonly label: string;
  /** Beside `prod/web.yaml`. */
  readonly others: (image: Stage['image']) => Readonly<Record<string, string>>;
  /** What people commit, one after the other. */
  readonly acts: (
    web: string,
    image: Stage['image'],
    others: Readonly<Record<string, string>>,
  ) => readonly Files[];
  /** Where the field is then. */
  readonly to: string;
}

const file = 'prod/web.yaml';
const api = (image: Stage['image']): Record<string, string> => ({
  'prod/api.yaml': deployment('api', `${image('api')}:7.0.0`),
});
const idle = (image: Stage['image']): Record<string, string> => ({
  'prod/idle.yaml': held(deployment('idle', `${image('web')}:0.9.0`)),
});

function behind(text: string): string {
  return text.replace('            -   name: web', '            -   {name: side, image: "envoy:1"}\n$&');
}

/** It does not move, so that nothing was ever taken back there. */
function held(text: string): string {
  return text.replace('spec:', '    annotations: {tallyman.dev/hold: "idle"}\nspec:');
}

const table: readonly Exchange[] = [
  {
    label: 'two files of different images swap their names',
    others: api,
    acts: (web, _, others) => [{ [file]: others['prod/api.yaml'] ?? '', 'prod/api.yaml': web }],
    to: 'prod/api.yaml',
  },
  {
    label: 'two files swap their names with edits',
    others: api,
    acts: (web, _, others) => [
      { [file]: `${others['prod/api.yaml'] ?? ''}# x\n`, 'prod/api.yaml': `${web}# x\n` },
    ],
    to: 'prod/api.yaml',
  },
  {
    label: 'two files of one image swap their names',
    others: idle,
    acts: (web, _, others) => [{ [file]: others['prod/idle.yaml'] ?? '', 'prod/idle.yaml': web }],
    to: 'prod/idle.yaml',
  },
  {
    label: 'renamed over a file of another image',
    others: api,
    acts: (web) => [{ [file]: null, 'prod/api.yaml': web }],
    to: 'prod/api.yaml',
  },
  {
    label: 'renamed over a file without fields',
    others: () => ({ 'prod/x.yaml': 'a: 1\n' }),
    acts: (web) => [{ [file]: null, 'prod/x.yaml': web }],
    to: 'prod/x.yaml',
  },
  {
    label: 'renamed over a file of the same image',
    others: idle,
    acts: (web) => [{ [file]: null, 'prod/idle.yaml': web }],
    to: 'prod/idle.yaml',
  },
  {
    label: 'copied out first, cut later',
    others: api,
    acts: (web, _, others) => [
      { [file]: `${others['prod/api.yaml'] ?? ''}---\n${web}`, 'prod/api.yaml': null },
      { 'prod/new.yaml': web },
      { [file]: others['prod/api.yaml'] ?? '' },
    ],
    to: 'prod/new.yaml',
  },
  {
    label: 'copied into another one first, and deleted later',
    others: api,
    acts: (web, _, others) => [
      { 'prod/api.yaml': `${others['prod/api.yaml'] ?? ''}---\n${web}` },
      { [file]: null },
    ],
    to: 'prod/api.yaml',
  },
  {
    label: 'renamed with another name of the image',
    others: () => ({}),
    acts: (web, image) => [
      {
        [file]: null,
        'prod/new.yaml': web.replace(image('web'), image('mirror/web')),
        'policy.yaml': policyFile('web', image('mirror/web'), 'semver: "^1"'),
      },
    ],
    to: 'prod/new.yaml',
  },
  {
    label: 'renamed with another name of the image, behind another container',
    others: () => ({}),
    acts: (web, image) => [
      {
        [file]: null,
        'prod/new.yaml': behind(web.replace(image('web'), image('mirror/web'))),
        'policy.yaml': policyFile('web', image('mirror/web'), 'semver: "^1"'),
      },
    ],
    to: 'prod/new.yaml',
  },
  {
    label: 'another name of the image in place, behind another container',
    others: () => ({}),
    acts: (web, image) => [
      {
        [file]: behind(web.replace(image('web'), image('mirror/web'))),
        'policy.yaml': policyFile('web', image('mirror/web'), 'semver: "^1"'),
      },
    ],
    to: file,
  },
  {
    label: 'another name of the image in place',
    others: () => ({}),
    acts: (web, image) => [
      {
        [file]: web.replace(image('web'), image('mirror/web')),
        'policy.yaml': policyFile('web', image('mirror/web'), 'semver: "^1"'),
      },
    ],
    to: file,
  },
];

it.each(table)('$label', async ({ others, acts, to }) => {
  const on = (stage = await Stage.open((image) => ({
    [file]: deployment('web', `${image('web')}:1.0.0`),
    'policy.yaml': policyFile('web', image('web'), 'semver: "^1"'),
    ...others(image),
  })));
  on.push('web', '0.9.0', '1.0.0', '1.1.0');
  on.push('mirror/web', '1.0.0', '1.1.0');
  await run(on);
  expect(await on.file(file)).toContain('web:1.1.0');
  const back = (await on.file(file)).replace('1.1.0', '1.0.0');
  // The others are as before all releases.
  await commit(on, { [file]: back, ...others(on.image) });
  expect(await run(on)).toEqual([]);
  for (const files of acts(back, on.image, others(on.image))) await commit(on, files);
  expect(await on.file(to)).toContain('web:1.0.0');
  await run(on);
  expect(await on.file(to)).toContain('web:1.0.0');
  on.push('web', '1.2.0');
  on.push('mirror/web', '1.2.0');
  await run(on);
  expect(await on.file(to)).toContain('web:1.2.0');
});
