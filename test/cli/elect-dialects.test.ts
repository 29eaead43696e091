import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { policyFile } from '../scenarios/world.ts';
import { json, tallyman, type CliResult } from './harness.ts';

let folder = '';

const repository = `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: web, namespace: flux-system}
spec: {image: ghcr.io/acme/web, interval: 5m}
`;
const fluxPolicy = (kind: string, more = '', metadata = ', namespace: flux-system', version = 'v1') =>
  `apiVersion: image.toolkit.fluxcd.io/${version}
kind: ImagePolicy
metadata: {name: web${metadata}}
spec: {imageRepositoryRef: {name: web}, policy: ${kind}${more}}
`;
const workload = (annotations: string, image = 'ghcr.io/acme/web:1.2.0') => `apiVersion: apps/v1
kind: Deployment
metadata: {name: hello, annotations: {${annotations}}}
spec: {template: {spec: {containers: [{name: web, image: "${image}"}]}}}
`;
/** Workloads that opted in to Tallyman: two policies, a held one, a broken one, one that names a file. */
const optedIn = [
  '{tallyman.dev/policy.web: "semver:~1.2", tallyman.dev/policy.side: "glob:main-* order=alphabetical"}',
  '{tallyman.dev/policy.web: "semver:*", tallyman.dev/hold: "audit"}',
  '{tallyman.dev/policy: "semvr:~1.2"}',
  '{tallyman.dev/policy.web: "policy:elsewhere"}',
]
  .map(
    (annotations, index) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: hello${index}, annotations: ${annotations}}
spec: {template: {spec: {containers: [{name: web, image: "a/web:1.2.0"}, {name: side, image: "a/side:main-1"}]}}}
`,
  )
  .join('---\n');
const twoContainers = `apiVersion: apps/v1
kind: Deployment
metadata: {name: hello, annotations: {fluxcd.io/automated: "true", fluxcd.io/tag.web: "semver:~1.2", fluxcd.io/tag.side: "glob:main-*"}}
spec: {template: {spec: {containers: [{name: web, image: "a/web:1.2.0"}, {name: side, image: "a/side:main-1"}]}}}
`;
const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: shop
  annotations:
    argocd-image-updater.argoproj.io/image-list: web=ghcr.io/acme/web:~1.2, redis=redis
    argocd-image-updater.argoproj.io/web.ignore-tags: "*.10"
    argocd-image-updater.argoproj.io/redis.update-strategy: alphabetical
`;
const updater = (strategy: string) => `apiVersion: argocd-image-updater.argoproj.io/v1alpha1
kind: ImageUpdater
metadata: {name: shop}
spec:
  commonUpdateSettings: {updateStrategy: ${strategy}}
  applicationRefs:
    - namePattern: "*"
      images: [{alias: web, imageName: "ghcr.io/acme/web:~1.2"}]
`;

const files: Readonly<Record<string, string>> = {
  'annotated.yaml': workload('tallyman.dev/policy: "semver:~1.2"'),
  'opted-in.yaml': optedIn,
  'ours.yaml': policyFile('web', 'ghcr.io/acme/web', 'semver: "~1.2"'),
  'flux2.yaml': `${repository}---\n${fluxPolicy('{semver: {range: ~1.2}}')}`,
  'folder/repository.yaml': repository,
  'folder/policy.yaml': fluxPolicy('{semver: {range: 1.2.x}}', '', ', namespace: flux-system', 'v1beta2'),
  'alone/policy.yaml': fluxPolicy('{semver: {range: 1.2.x}}', '', ''),
  'numbers.yaml': `${repository}---\n${fluxPolicy('{numerical: {order: asc}}')}`,
  'letters.yaml': `${repository}---\n${fluxPolicy('{alphabetical: {order: asc}}', ', filterTags: {pattern: "^main-(?P<ts>.*)$", extract: $ts}')}`,
  'excluding.yaml': `${repository.replace('5m', '5m, exclusionList: ["10$"]')}---\n${fluxPolicy('{semver: {range: "*"}}')}`,
  'suspended.yaml': `${repository}---\n${fluxPolicy('{semver: {range: "*"}}', ', suspend: true')}`,
  'several.yaml': `${repository}---\n${fluxPolicy('{semver: {range: "*"}}')}---\n${fluxPolicy('{semver: {range: "*"}}', '', ', namespace: other')}`,
  'flux1.yaml': workload('fluxcd.io/automated: "true", fluxcd.io/tag.web: "semver:~1.2"'),
  'flux1-two.yaml': twoContainers,
  'keel.yaml': workload('keel.sh/policy: patch, keel.sh/trigger: poll'),
  'keel-approvals.yaml': workload('keel.sh/policy: minor, keel.sh/approvals: "2"'),
  'application.yaml': application,
  'updater.yaml': updater('semver'),
  'bad/both.yaml': `${repository}---\n${fluxPolicy('{semver: {range: "*"}, numerical: {order: asc}}')}`,
  'bad/none.yaml': `${repository}---\n${fluxPolicy('{}')}`,
  'bad/range.yaml': `${repository}---\n${fluxPolicy('{semver: {range: ">>1"}}')}`,
  'bad/key.yaml': `${repository}---\n${fluxPolicy('{semver: {rnage: "1"}}')}`,
  'bad/cross.yaml': `${repository}---\n${fluxPolicy('{semver: {range: "*"}}', '', ', namespace: other').replace('{name: web}', '{name: web, namespace: flux-system}')}`,
  'bad/filter.yaml': `${repository}---\n${fluxPolicy('{semver: {range: "*"}}', ', filterTags: {pattern: "(a"}')}`,
  'bad/image.yaml': `${repository.replace('acme/web', 'acme/web:1.0')}---\n${fluxPolicy('{semver: {range: "*"}}')}`,
  'bad/version.yaml': `${repository}---\n${fluxPolicy('{semver: {range: "*"}}', '', '', 'v2')}`,
  'bad/flux1.yaml': workload('fluxcd.io/automated: "true", fluxcd.io/tag.web: "semver:>>1"'),
  'bad/flux1-key.yaml': workload('fluxcd.io/automatd: "true", fluxcd.io/tag.web: "semver:1"'),
  'bad/keel.yaml': workload('keel.sh/policy: minro'),
  'values.yaml': `image: {repository: ghcr.io/acme/web, tag: 1.2.0}
keel: {policy: minor, images: [{repository: image.repository, tag: image.tag}]}
`,
  'bad/values.yaml': 'keel:\n  policy: minor\n',
  'bad/force.yaml': workload('keel.sh/policy: force'),
  'bad/updater.yaml': updater('newest'),
  'bad/application.yaml': application
    .replace(':~1.2', ':>>1')
    .replace(', redis=redis', '')
    .replace(/^.*redis.update.*$/m, ''),
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallyman-elect-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
});

afterAll(() => rm(folder, { recursive: true }));

const tags = '1.2.0\n1.2.9\n1.2.10\n1.3.0\nlatest\n1.2\nmain-b\nmain-a\n';

async function elect(file: string, args: readonly string[] = [], input = tags): Promise<CliResult> {
  return tallyman(['elect', '--policy', file, ...args], { directory: folder, input });
}

describe('elect finds out the dialect', () => {
  const rows: readonly [
    label: string,
    file: string,
    args: readonly string[],
    policy: string,
    elected: string | null,
  ][] = [
    ['ours', 'ours.yaml', [], 'web', '1.2.10'],
    ['an annotation of ours', 'annotated.yaml', [], 'hello', '1.2.10'],
    ['one of several', 'opted-in.yaml', ['--name', 'hello0.web'], 'hello0.web', '1.2.10'],
    ['with an order', 'opted-in.yaml', ['--name', 'hello0.side'], 'hello0.side', 'main-b'],
    ['Flux 2', 'flux2.yaml', [], 'flux-system:web', '1.2.10'],
    ['Flux 2, the repository in another file', 'folder/policy.yaml', [], 'flux-system:web', '1.2.10'],
    ['Flux 2, without its repository', 'alone/policy.yaml', [], 'web', '1.2.10'],
    ['Flux 2 by letters', 'letters.yaml', [], 'flux-system:web', 'main-b'],
    ['Flux 2 with an exclusionList', 'excluding.yaml', [], 'flux-system:web', '1.3.0'],
    ['Flux 2 by its full name', 'several.yaml', ['--name', 'other:web'], 'other:web', '1.3.0'],
    ['Flux v1', 'flux1.yaml', [], 'hello/web', '1.2.10'],
    ['Flux v1 of two containers', 'flux1-two.yaml', ['--name', 'hello/web'], 'hello/web', '1.2.10'],
    ['Keel, from the current value in the file', 'keel.yaml', [], 'hello/web', '1.2.10'],
    ['Keel, from another one', 'keel.yaml', ['--current', '1.1.0'], 'hello/web', null],
    ["Keel's section of values", 'values.yaml', [], 'values/image', '1.3.0'],
    ['an Application', 'application.yaml', ['--name', 'shop/web'], 'shop/web', '1.2.9'],
    ['an Application by letters', 'application.yaml', ['--name', 'shop/redis'], 'shop/redis', 'main-b'],
    ['an ImageUpdater', 'updater.yaml', [], 'shop/web', '1.2.10'],
  ];
  it.each(rows)('%s', async (_, file, args, policy, elected) => {
    const result = await elect(file, [...args, '-o', 'json']);
    expect(json(result)).toMatchObject({ policy, elected, considered: 8 });
    expect(result.exit).toBe(elected === null ? 3 : 0);
  });

  it('Flux 2 numbers fail whole where one is none', async () => {
    const whole = json(await elect('numbers.yaml', ['-o', 'json'], '9\n10\n'));
    expect(whole).toMatchObject({ elected: '10' });
    const failed = await elect('numbers.yaml', ['-o', 'json'], '9\n10\nmain\n');
    expect(failed.exit).toBe(3);
    expect(json(failed)).toMatchObject({ elected: null, reason: expect.stringContaining('main') as string });
  });

  it('says what has no equal, and what stands still', async () => {
    expect(json(await elect('keel.yaml', ['-o', 'json']))).toMatchObject({
      current: '1.2.0',
      problems: [{ code: 'not-supported', file: 'keel.yaml', line: 3, column: expect.any(Number) as number }],
    });
    expect(json(await elect('alone/policy.yaml', ['-o', 'json']))).toMatchObject({
      problems: [
        { code: 'bad-policy', message: expect.stringContaining('no ImageRepository web') as string },
      ],
    });
    expect(json(await elect('flux2.yaml', ['-o', 'json']))).not.toHaveProperty('problems');
    expect(json(await elect('opted-in.yaml', ['--name', 'hello1', '-o', 'json']))).toMatchObject({
      elected: '1.3.0',
      gates: [{ gate: 'hold', detail: expect.stringContaining('audit') as string }],
    });
    expect(json(await elect('suspended.yaml', ['-o', 'json']))).toMatchObject({ gates: [{ gate: 'hold' }] });
    const text = await elect('keel-approvals.yaml');
    expect(text.stdout).toMatch(
      /^keel-approvals\.yaml:3:\d+: not-supported: keel\.sh\/approvals has no equal/,
    );
    expect(text.stdout).toContain('hold: held: Keel asks for 2 approvals');
  });

  const refused: readonly [label: string, file: string, args: readonly string[], words: RegExp][] = [
    [
      'several policies',
      'flux1-two.yaml',
      [],
      /holds 2 policies \(hello\/web, hello\/side\): say which with --name/,
    ],
    [
      'an unknown name',
      'application.yaml',
      ['--name', 'shop/wbe'],
      /holds no policy "shop\/wbe" \(did you mean "shop\/web"\?\)/,
    ],
    [
      'a short name of two',
      'several.yaml',
      ['--name', 'web'],
      /2 policies "web": flux-system:web, other:web/,
    ],
    [
      'several workloads',
      'opted-in.yaml',
      [],
      /holds 5 policies \(hello0\.web, hello0\.side, hello1, hello2, hello3\): say which with --name/,
    ],
    [
      'a workload for its container',
      'opted-in.yaml',
      ['--name', 'hello0'],
      /holds no policy "hello0".*It holds hello0\.web, hello0\.side/,
    ],
    ['a bad annotation', 'opted-in.yaml', ['--name', 'hello2'], /:13:\d+: .*did you mean "semver"/],
    ['a name of another file', 'opted-in.yaml', ['--name', 'hello3'], /:18:\d+: .*"elsewhere".*another file/],
    ['two kinds', 'bad/both.yaml', [], /:9:\d+: .*there are semver and numerical/],
    ['no kind', 'bad/none.yaml', [], /:9:\d+: .*there is none/],
    ['a bad range', 'bad/range.yaml', [], /:9:\d+: .*bad semver range/],
    ['an unknown key', 'bad/key.yaml', [], /:9:\d+: .*rnage \(did you mean "range"\?\)/],
    ['a forbidden repository', 'bad/cross.yaml', [], /:9:\d+: .*in another namespace and does not allow it/],
    ['a bad filter', 'bad/filter.yaml', [], /:9:\d+: .*filterTags\.pattern/],
    ['an image with a tag', 'bad/image.yaml', [], /ImageRepository flux-system:web .* has errors/],
    ['an unknown version', 'bad/version.yaml', [], /:6:\d+: .*apiVersion is image\.toolkit\.fluxcd\.io\/v2/],
    ['a bad range of Flux v1', 'bad/flux1.yaml', [], /:3:\d+: .*fluxcd\.io\/tag\.web: bad semver range/],
    ['an unknown key of Flux v1', 'bad/flux1-key.yaml', [], /did you mean "automated"/],
    ['an unknown level', 'bad/keel.yaml', [], /:3:\d+: .*"minro" is no policy of Keel.*did you mean "minor"/],
    ['what has no equal', 'bad/force.yaml', [], /:3:\d+: .*force takes any tag in any order/],
    ['a section of values without images', 'bad/values.yaml', [], /:1:1: The section keel .*names no image/],
    ['an unknown strategy', 'bad/updater.yaml', [], /:5:\d+: .*"newest" is no update strategy/],
    ['a bad constraint', 'bad/application.yaml', [], /:6:\d+: .*bad semver range/],
  ];
  it.each(refused)('refuses %s', async (_, file, args, words) => {
    const result = await elect(file, args);
    expect(result).toMatchObject({ exit: 2, stdout: '' });
    expect(result.stderr).toMatch(words);
  });
});
