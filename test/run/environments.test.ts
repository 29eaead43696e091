import { afterEach, describe, expect, it } from 'vitest';
import { environments } from '../../src/run/prepare/environments.ts';
import type { EnvironmentPaths } from '../../src/run/settings.ts';
import { deployment, policyFile } from '../scenarios/world.ts';
import { pod } from '../bindings/manifests.ts';
import { Stage, titles } from './stage.ts';

function environment(name: string, rules?: EnvironmentPaths['rules'], paused = false): EnvironmentPaths {
  return { name, paths: [`${name}/**`], paused, freezes: [], rules };
}

const day = 86_400_000;
const prod = environment('prod', { minAge: day, tags: '^1' });
const staging = environment('staging', { minAge: 2 * day, mode: 'pullRequest', maxReleasesPerRun: 3 });
const paused = environment('dev', { tags: '^2', maxReleasesPerRun: 5 }, true);

describe('the environment of a file', () => {
  const known = [prod, staging, paused];
  const base = (...reaches: string[]): EnvironmentPaths | undefined =>
    environments(known, [{ file: 'base/a.yaml', reaches }])('base/a.yaml');

  it('is the one that covers it, or none', () => {
    const of = environments(known);
    expect(of('prod/a.yaml')).toBe(prod);
    expect(of('base/a.yaml')).toBeUndefined();
  });

  it('is the one that kustomize takes it to', () => {
    expect(base('staging')).toBe(staging);
    expect(base()).toBeUndefined();
    expect(base('gone')).toBeUndefined();
  });

  it('is the stricter of all where they are several', () => {
    expect(base('prod', 'staging')).toMatchObject({
      name: 'prod+staging',
      paused: false,
      freezes: [],
      rules: { minAge: 2 * day, tags: '^1', mode: 'pullRequest', maxReleasesPerRun: 3 },
    });
    expect(base('dev', 'staging')).toMatchObject({ name: 'staging+dev', paused: true });
    expect(environments(known, [{ file: 'prod/a', reaches: ['staging'] }])('prod/a')?.name).toBe(
      'prod+staging',
    );
  });

  it('is frozen where no one pattern can tell which tags all take', () => {
    const [freeze] = base('prod', 'dev')?.freezes ?? [];
    expect(freeze?.reason).toBe(
      'it reaches prod and dev, whose rules.tags differ; give each an entry in its own overlay',
    );
    expect(new Date(freeze?.until ?? NaN).getUTCFullYear()).toBe(275760);
  });
});

describe('a base', () => {
  let stage: Stage | undefined;
  afterEach(async () => {
    await stage?.close();
    stage = undefined;
  });

  /** The gates of its only field, and the newest commit. */
  async function released(isPaused: boolean): Promise<{ gates: unknown; message: string | undefined }> {
    stage = await Stage.open((image) => ({
      'policy.yaml': policyFile('web', image('web'), 'semver: "*"'),
      'base/web.yaml': deployment('web', `${image('web')}:1.0.0`),
      'base/kustomization.yaml': 'resources: [web.yaml]\n',
      'prod/kustomization.yaml': 'resources: [../base]\n',
    }));
    stage.settings = { ...stage.settings, environments: [environment('prod', undefined, isPaused)] };
    stage.push('web', '1.0.0', '1.1.0');
    const result = await stage.run();
    if (result.outcome === 'failed') throw result.failure;
    const [ruling] = result.plan.rulings;
    const gates = ruling !== undefined && 'decision' in ruling ? ruling.decision.gates : undefined;
    const [log] = await (await stage.repository.sync()).history(0);
    return { gates, message: log?.message };
  }

  it('of a paused environment does not move', async () => {
    expect(await released(true)).toMatchObject({ gates: [{ gate: 'paused' }], message: 'First commit\n' });
  });

  it('of an environment that is not paused moves, and its record names it', async () => {
    const { gates, message } = await released(false);
    expect(gates).toEqual([]);
    expect(message).toContain(' env=prod ');
  });

  it('that is moved on purpose counts in each environment that it reaches', async () => {
    stage = await Stage.open((image) => ({
      'web.yaml': policyFile('web', image('web'), 'semver: "*"'),
      'api.yaml': policyFile('api', image('api'), 'semver: "*"'),
      'base/web.yaml': pod(`${image('web')}:1.0.0 # {"$tallyman": "web"}`),
      'base/api.yaml': pod(`${image('api')}:1.0.0 # {"$tallyman": "api"}`),
      'base/kustomization.yaml': 'resources: [web.yaml, api.yaml]\n',
      'prod/kustomization.yaml': 'resources: [../base]\n',
      'staging/kustomization.yaml': 'resources: [../base]\n',
    }));
    const limited = environment('prod', { maxReleasesPerRun: 1 });
    stage.settings = { ...stage.settings, environments: [limited, environment('staging')] };
    for (const name of ['web', 'api']) stage.push(name, '1.0.0', '1.1.0');
    const result = await stage.run();
    expect(result).toMatchObject({
      plan: { fuse: [{ reason: 'too-many-releases', environment: 'prod', releases: 2, limit: 1 }] },
    });
  });

  it('is held by a hold on the environment', async () => {
    stage = await Stage.open((image) => ({
      'policy.yaml': policyFile('web', image('web'), 'semver: "*"'),
      'base/web.yaml': deployment('web', `${image('web')}:1.0.0`),
      'base/kustomization.yaml': 'resources: [web.yaml]\n',
      'prod/kustomization.yaml': 'resources: [../base]\n',
      '.tallyman/holds.yaml': 'holds:\n  - {environments: [prod], reason: no, by: Ann}\n',
    }));
    stage.push('web', '1.0.0', '1.1.0');
    expect(titles(await stage.run())).toEqual([]);
  });
});
