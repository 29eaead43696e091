import { afterEach, describe, expect, it } from 'vitest';
import { parseRecords } from '../../src/release/record.ts';
import { deployment, policyFile } from '../scenarios/world.ts';
import { cut, hold, lift, openWeb, rollback, tag } from './orders.ts';
import { Stage, titles } from './stage.ts';

let stage: Stage | undefined;
afterEach(() => stage?.close());

async function open(...given: Parameters<typeof openWeb>): Promise<Stage> {
  stage = await openWeb(...given);
  return stage;
}

/** Name, tag and digest in keys of their own, each with a marker. */
function split(image: string, version: string, digest: string): string {
  return `web:
  repo: ${image} # {"$tallyman": "web:name"}
  version: ${version} # {"$tallyman": "web:tag"}
  sum: ${digest} # {"$tallyman": "web:digest"}
`;
}

describe('fields in parts', () => {
  it('go back together, the digest with its tag and the name not at all', async () => {
    const digests: string[] = [];
    stage = await Stage.open((image, put) => {
      digests.push(put('web', '1.0.0', 'old'), put('web', '1.1.0', 'new'));
      return {
        'prod/values.yaml': split(image('web'), '1.0.0', digests[0] ?? ''),
        'prod/policy.yaml': policyFile('web', image('web'), 'semver: "*"'),
      };
    });
    expect(titles(await stage.run())).toEqual(['web']);
    expect(await stage.file('prod/values.yaml')).toContain(digests[1]);
    cut(stage);
    await rollback(stage);
    expect(await stage.file('prod/values.yaml')).toBe(split(stage.image('web'), '1.0.0', digests[0] ?? ''));
  });

  it.each([['kustomize with tag and digest', '    newTag: 1.0.0\n    digest: DIGEST\n']])(
    'of %s go back',
    async (_, parts) => {
      let text = '';
      stage = await Stage.open((image, put) => {
        const digest = put('web', '1.0.0', 'old');
        put('web', '1.1.0', 'new');
        text = `kind: Kustomization\nimages:\n  - name: ${image('web')}\n${parts.replace('DIGEST', digest)}`;
        return {
          'prod/kustomization.yaml': text,
          'prod/policy.yaml': policyFile('web', image('web'), 'semver: "*"'),
        };
      });
      expect(titles(await stage.run())).toEqual(['web']);
      expect(await stage.file('prod/kustomization.yaml')).not.toBe(text);
      cut(stage);
      await rollback(stage);
      expect(await stage.file('prod/kustomization.yaml')).toBe(text);
    },
  );
});

describe('rollback', () => {
  it('never puts a tag of another image behind the name', async () => {
    const on = await open('', (image) => ({ 'prod/web.yaml': deployment('web', `${image('old')}:9.9.9`) }));
    await on.commit({ 'prod/web.yaml': deployment('web', `${on.image('web')}:1.0.0`) });
    await expect(rollback(on)).rejects.toThrow('has not held anything before');
    await expect(rollback(on, { to: '9.9.9' })).rejects.toThrow('has not held 9.9.9');
  });

  it.each([
    [
      'a container',
      (image: string, tag: string, digest?: string) =>
        deployment('web', `${image}:${tag}${digest === undefined ? '' : `@${digest}`}`),
    ],
    [
      'kustomize',
      (image: string, tag: string, digest?: string) =>
        `kind: Kustomization\nimages:\n  - name: ${image}\n    newTag: ${tag}\n${digest === undefined ? '' : `    digest: ${digest}\n`}`,
    ],
  ])('of %s puts the digest back that a person left out', async (_, text) => {
    let digest = '';
    stage = await Stage.open((image, put) => {
      digest = put('web', '1.0.0', 'one');
      put('web', '1.1.0', 'two');
      return {
        'prod/kustomization.yaml': text(image('web'), '1.0.0', digest),
        'prod/policy.yaml': policyFile('web', image('web'), 'semver: "*"'),
      };
    });
    const { image } = stage;
    await stage.commit({ 'prod/kustomization.yaml': text(image('web'), '1.1.0') });
    cut(stage);
    const done = await rollback(stage);
    expect(await stage.file('prod/kustomization.yaml')).toBe(text(image('web'), '1.0.0', digest));
    expect(parseRecords(done.commits[0]?.message ?? '').records).toMatchObject([{ to: '1.0.0', digest }]);
  });

  it('of many fields makes commits of a hundred records in one push', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 250 }, (_, index) => [`prod/web${index}.yaml`, index] as const),
    );
    const on = await open('', (image) =>
      Object.fromEntries(
        Object.keys(files).map((file) => [file, deployment('web', `${image('web')}:1.0.0`)]),
      ),
    );
    on.settings = { ...on.settings, maxReleasesPerRun: 1000 };
    on.push('web', '1.1.0');
    await on.run({ once: true });
    const done = await rollback(on);
    expect(done.commits.map(({ releases }) => releases.length)).toEqual([100, 100, 51]);
    on.forget();
    expect(titles(await on.run())).toEqual([]);
  });
});

/** A workload with two images, held. */
function pair(image: Stage['image']): string {
  return `kind: Deployment
apiVersion: apps/v1
metadata:
  name: pair
  annotations:
    tallyman.dev/hold: no
spec:
  template:
    spec:
      containers:
        - {name: a, image: "${image('web')}:1.0.0"}
        - {name: b, image: "${image('api')}:1.0.0"}
`;
}

describe('lift', () => {
  it('of an environment lifts no rejection of what it held', async () => {
    const on = await open();
    on.push('web', '1.1.0');
    await on.run();
    await rollback(on);
    await hold(on, { environments: ['prod'] });
    const lifted = await lift(on, { environments: ['prod'] });
    expect(lifted.outcome).toBe('done');
    expect(lifted.notes).toEqual([
      'What was taken back of web stays rejected; to let it be released again: tallyman lift web',
    ]);
    on.forget();
    expect(titles(await on.run())).toEqual([]);
    expect(await tag(on)).toBe('1.0.0');
  });

  it('is not stopped by a wider entry whose time is over', async () => {
    const on = await open();
    await hold(on, { environments: ['prod'] }, { until: on.now + 1000 });
    await hold(on, { policies: ['web'] });
    on.now += 2000;
    expect((await lift(on, { policies: ['web'] })).outcome).toBe('done');
    expect(await on.file('.tallyman/holds.yaml')).toContain('environments: [prod]');
    expect(await on.file('.tallyman/holds.yaml')).not.toContain('policies: [web]');
  });

  it('tells of other policies that the annotation of the workload held', async () => {
    const on = await open('', (image) => ({
      'prod/web.yaml': pair(image),
      'prod/api.yaml': policyFile('api', image('api'), 'semver: "*"'),
    }));
    const lifted = await lift(on, { policies: ['web'] });
    expect(lifted.notes).toEqual([
      'The annotation in prod/web.yaml held api as well; it is not held by it any more.',
    ]);
    const { records } = parseRecords(lifted.commits[0]?.message ?? '');
    expect(records.map(({ policy }) => policy)).toEqual(['web']);
  });

  it('of an environment forgets nothing of a policy without an order', async () => {
    const on = await Stage.open((image) => ({
      'prod/web.yaml': deployment('web', `${image('web')}:build-a`),
      'prod/policy.yaml': policyFile('web', image('web'), 'newest: {}'),
    }));
    stage = on;
    for (const build of ['build-a', 'build-b', 'build-c']) {
      on.push('web', build);
      await on.run();
      on.now += 30 * 3_600_000;
    }
    expect(await tag(on)).toBe('build-c');
    await hold(on, { environments: ['prod'] });
    expect(await lift(on, { environments: ['prod'] })).toMatchObject({ outcome: 'done' });
    await rollback(on, { to: 'build-a' });
    on.forget();
    expect(titles(await on.run())).toEqual([]);
    expect(await tag(on)).toBe('build-a');
  });

  it('of one environment leaves what was taken back in another rejected', async () => {
    const on = await open('  paths: ["**"]\n', (image) => ({
      'prod/dev/web.yaml': deployment('web', `${image('web')}:1.0.0`),
    }));
    on.settings = {
      ...on.settings,
      environments: ['dev', 'prod'].map((name) => ({
        name,
        paths: [name === 'dev' ? 'prod/dev/**' : 'prod/*'],
        paused: false,
        freezes: [],
      })),
    };
    on.push('web', '1.1.0');
    await on.run();
    await rollback(on);
    await lift(on, { policies: ['web'], environments: ['dev'] });
    on.forget();
    await on.run();
    expect(await on.file('prod/dev/web.yaml')).toContain(':1.1.0');
    expect(await tag(on)).toBe('1.0.0');
  });
});
