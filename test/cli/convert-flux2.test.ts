import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { House } from './house.ts';

const object = (kind: string, name: string, spec: string): string =>
  `apiVersion: image.toolkit.fluxcd.io/v1\nkind: ${kind}\nmetadata:\n  name: ${name}\nspec:\n${spec}`;

const policy = (name: string, of: string, rule: string): string =>
  object('ImagePolicy', name, `  imageRepositoryRef:\n    name: ${of}\n${rule}`);
const automation = (name: string, path: string, suspend: string): string =>
  object(
    'ImageUpdateAutomation',
    name,
    `  interval: 30m\n${suspend}  sourceRef: {kind: GitRepository, name: flux-system}\n  git:\n    commit: {author: {email: flux@test.invalid}}\n    push: {branch: main}\n  update: {path: ${path}, strategy: Setters}\n`,
  );

/** A fleet as Flux 2 users keep it: policies in one folder, two clusters, kustomize overlays and a HelmRelease, everything marked. */
function fleet(image: House['image']): Record<string, string> {
  const repository = (name: string, more = ''): string =>
    object('ImageRepository', name, `  image: ${image(name)}\n  interval: 5m\n${more}`);
  return {
    'clusters/prod/image-automation/kustomization.yaml':
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: flux-system\nresources:\n  - repositories.yaml\n  - policies.yaml\n  - automation.yaml\n',
    'clusters/prod/image-automation/repositories.yaml': [
      repository('web', '  exclusionList: ["^.*\\\\.sig$", "-debug$"]\n'),
      repository('api'),
      repository('jobs'),
    ].join('---\n'),
    'clusters/prod/image-automation/policies.yaml': [
      policy('web', 'web', '  policy:\n    semver:\n      range: 1.x\n'),
      policy('web-staging', 'web', '  policy:\n    semver:\n      range: ">=1.0.0-0 <2.0.0"\n'),
      policy(
        'api',
        'api',
        "  filterTags:\n    pattern: '^main-[a-f0-9]+-(?P<ts>[0-9]+)$'\n    extract: '$ts'\n  policy:\n    numerical:\n      order: asc\n",
      ),
      policy(
        'jobs',
        'jobs',
        '  digestReflectionPolicy: IfNotPresent\n  policy:\n    alphabetical: {order: asc}\n',
      ),
      policy('retired', 'jobs', '  policy:\n    alphabetical: {}\n'),
    ].join('---\n'),
    'clusters/prod/image-automation/automation.yaml': [
      automation('prod', './apps/prod', '  suspend: true\n'),
      automation('staging', './apps/staging', ''),
    ].join('---\n'),
    'apps/base/web/deployment.yaml': `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          image: ${image('web')}\n`,
    'apps/base/web/kustomization.yaml': 'resources:\n  - deployment.yaml\n',
    'apps/prod/kustomization.yaml': `resources:\n  - ../base/web\n  - api.yaml\n  - jobs.yaml\nimages:\n  # the front end\n  - name: ${image('web')}\n    newTag: 1.4.2   # {"$imagepolicy": "flux-system:web:tag"}\n`,
    'apps/staging/kustomization.yaml': `resources: [../base/web]\nimages:\n  - name: ${image('web')}\n    newTag: 1.5.0-rc.1 # {"$imagepolicy": "flux-system:web-staging:tag"}\n`,
    'apps/prod/api.yaml': `---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: api}\nspec:\n  values:\n    image:\n        repository: ${image('api')}   # keep\n        tag: main-0a1b2c3-20261101000000 # {"$imagepolicy": "flux-system:api:tag"}\n`,
    'apps/prod/jobs.yaml': `apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: jobs}\nspec:\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          containers:\n            - name: jobs\n              image: "DIGEST" # {"$imagepolicy": "flux-system:jobs"}\n`,
  };
}

let house: House;
let files: Readonly<Record<string, string>>;

beforeAll(async () => {
  house = await House.open((image) => fleet(image));
  house.push('web', '1.3.0', '1.4.2', '1.5.0-rc.1', '1.4.9-debug', '2.0.0', '1.9');
  house.push('api', 'main-0a1b2c3-20261101000000', 'main-ffffff0-20261031000000', 'latest');
  const digest = house.registry.registry.addImage({
    repository: 'acme/jobs',
    tag: 'b-2',
    created: Date.parse('2026-11-01T00:00:00Z'),
  }).digest;
  house.push('jobs', 'a-1');
  files = fleet(house.image);
  const jobs = files['apps/prod/jobs.yaml']?.replace('DIGEST', `${house.image('jobs')}:b-2@${digest}`) ?? '';
  files = { ...files, 'apps/prod/jobs.yaml': jobs };
  await house.write(files);
  await house.commit('apps/prod/jobs.yaml');
});

afterAll(() => house.close());

const path = (name: string): string => `clusters/prod/image-automation/${name}`;

describe('a fleet of Flux 2', () => {
  it('is told what convert would do, and stays as it is', async () => {
    const { exit, stdout } = await house.run('convert', '--dir', 'checkout');
    expect(exit).toBe(0);
    expect(stdout).toContain(`+++ b/${path('policies.tallyman.yaml')}`);
    for (const [file, text] of Object.entries(files)) expect(await house.read(file)).toBe(text);
    await expect(house.read(path('policies.tallyman.yaml'))).rejects.toThrow('ENOENT');
  });

  it('has its automations said, those at work and those that are suspended, and what moves nothing', async () => {
    const { document } = await house.json('convert', '--dir', 'checkout');
    expect(document).toMatchObject({
      problems: [],
      written: 0,
      converted: ['web', 'web-staging', 'api', 'jobs'].map((policy) => ({
        dialect: 'flux2',
        name: `flux-system:${policy}`,
        policy,
        to: path('policies.tallyman.yaml'),
      })),
      todo: expect.arrayContaining([
        {
          message: expect.stringMatching(/^Suspend the ImageUpdateAutomation staging /) as string,
          file: path('automation.yaml'),
          line: expect.any(Number) as number,
          column: 1,
        },
        expect.objectContaining({
          message: expect.stringMatching(/^The ImageUpdateAutomation prod is suspended/) as string,
        }),
        expect.objectContaining({ message: expect.stringContaining('flux-system:retired') as string }),
      ]) as unknown[],
    });
  });

  it('is written: one new file, and not a byte of the others', async () => {
    const { document } = await house.json('convert', '--dir', 'checkout', '--write');
    expect(document).toMatchObject({
      files: [{ file: path('policies.tallyman.yaml'), new: true }],
      written: 1,
    });
    for (const [file, text] of Object.entries(files)) expect(await house.read(file)).toBe(text);
    expect((await house.json('convert', '--dir', 'checkout')).document).toMatchObject({
      files: [],
      converted: [],
    });
    await house.commit(path('policies.tallyman.yaml'));
  });

  it('is at rest: a run changes nothing, and leaves to the automation what it writes', async () => {
    const { exit, document } = await house.json('run', '--once');
    expect(document['repositories']).toMatchObject([
      { outcome: 'unchanged', commits: [], problems: [{ code: 'other-writer', policy: 'web-staging' }] },
    ]);
    expect(exit).toBe(1);
  });

  it('moves on where Flux did, once the last automation is suspended', async () => {
    const suspended =
      files[path('automation.yaml')]?.replace(
        'interval: 30m\n  sourceRef',
        'interval: 30m\n  suspend: true\n  sourceRef',
      ) ?? '';
    await house.write({ [path('automation.yaml')]: suspended });
    await house.commit(path('automation.yaml'));
    const rest = await house.json('run', '--once');
    expect([rest.exit, rest.document['repositories']]).toMatchObject([
      0,
      [{ outcome: 'unchanged', problems: [] }],
    ]);
    house.push('web', '1.5.0', '1.6.0-debug');
    house.push('api', 'main-9999999-20261102000000');
    const { document } = await house.json('run', '--once', '--dry-run');
    const [repository] = document['repositories'] as {
      commits: { releases: { field: string; to: string }[] }[];
    }[];
    expect(
      repository?.commits
        .flatMap(({ releases }) => releases)
        .map(({ field, to }) => `${field} ${to}`)
        .toSorted(),
    ).toEqual([
      'apps/prod/api.yaml#/spec/values/image/tag main-9999999-20261102000000',
      'apps/prod/kustomization.yaml#/images/0/newTag 1.5.0',
      'apps/staging/kustomization.yaml#/images/0/newTag 1.5.0',
    ]);
  });
});
