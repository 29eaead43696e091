import { afterEach, describe, expect, it } from 'vitest';
import { runRepository, type RunResult } from '../../src/run/run.ts';
import { codes, Stage, titles } from './stage.ts';

let stage: Stage | undefined;

afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

interface Scene {
  readonly suspended?: boolean;
  /** More of the ImagePolicy's spec. */
  readonly more?: string;
  readonly kind?: string;
  readonly tags?: readonly string[];
  readonly values?: (image: string) => string;
}

const oneValue = (image: string) => `image: ${image}:1.0.0  # {"$imagepolicy": "flux-system:web"}\n`;

async function open({
  suspended = true,
  more = '',
  kind = '{semver: {range: ^1}}',
  ...scene
}: Scene): Promise<Stage> {
  const opened = await Stage.open((image) => ({
    'flux/web.yaml': `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: web, namespace: flux-system}
spec: {image: "${image('web')}", interval: 5m}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: web, namespace: flux-system}
spec: {imageRepositoryRef: {name: web}, policy: ${kind}${more}}
`,
    'flux/automation.yaml': `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata: {name: all, namespace: flux-system}
spec: {interval: 30m, sourceRef: {kind: GitRepository, name: fleet}, update: {path: ./prod}, suspend: ${suspended}}
`,
    'prod/values.yaml': (scene.values ?? oneValue)(image('web')),
  }));
  stage = opened;
  opened.push('web', ...(scene.tags ?? ['1.0.0', '1.1.0', '2.0.0', '1.2']));
  return opened;
}

async function run(opened: Stage, dialects: readonly 'flux2'[] = ['flux2']): Promise<RunResult> {
  return runRepository(opened.ports, { ...opened.settings, dialects }, opened.memory);
}

describe('a repository with Flux 2 objects', () => {
  it('is released by its markers where the automation is suspended, once', async () => {
    const opened = await open({});
    const first = await run(opened);
    expect([first.outcome, titles(first), codes(first)]).toEqual(['released', ['flux-system:web'], []]);
    expect(await opened.file('prod/values.yaml')).toBe(
      `image: ${opened.image('web')}:1.1.0  # {"$imagepolicy": "flux-system:web"}\n`,
    );
    expect((await run(opened)).outcome).toBe('unchanged');
  });

  it('keeps its fields for an automation at work', async () => {
    const result = await run(await open({ suspended: false }));
    expect([result.outcome, codes(result)]).toEqual(['unchanged', ['other-writer']]);
  });

  it('is left alone without dialects: [flux2]', async () => {
    const result = await run(await open({}), []);
    expect([result.outcome, codes(result)]).toEqual(['unchanged', ['unknown-policy']]);
  });

  it.each([
    ['a suspended policy holds', { more: ', suspend: true' }],
    ['a number that is none fails the policy', { kind: '{numerical: {}}', tags: ['1', 'main'] }],
    ['a bad range releases nothing', { kind: '{semver: {range: ">>1"}}' }],
  ])('%s', async (_, scene) => {
    const opened = await open(scene);
    expect((await run(opened)).outcome).toBe('unchanged');
    expect(await opened.file('prod/values.yaml')).toContain(':1.0.0  #');
  });

  it('says why a failed election and a bad policy release nothing', async () => {
    const failed = await run(await open({ kind: '{numerical: {}}', tags: ['1', 'main'] }));
    expect(codes(failed)).toEqual(['election-failed']);
    await stage?.close();
    const bad = await run(await open({ kind: '{semver: {range: ">>1"}}' }));
    expect(codes(bad)).toEqual(['bad-policy', 'unknown-policy']);
  });

  it('writes tag and digest as Flux does with digestReflectionPolicy, and then rests', async () => {
    const opened = await open({
      more: ', digestReflectionPolicy: IfNotPresent',
      values: (image) => `whole: ${image}:1.0.0 # {"$imagepolicy": "flux-system:web"}
alone:
  version: 1.0.0 # {"$imagepolicy": "flux-system:web:tag"}
split:
  image: ${image} # {"$imagepolicy": "flux-system:web:name"}
  tag: 1.0.0 # {"$imagepolicy": "flux-system:web:tag"}
  digest: "" # {"$imagepolicy": "flux-system:web:digest"}
`,
    });
    expect((await run(opened)).outcome).toBe('released');
    const lines = (await opened.file('prod/values.yaml')).split('\n').map((line) => line.replace(/ #.*/, ''));
    const digest = /@(sha256:[0-9a-f]{64})$/.exec(lines[0] ?? '')?.[1] ?? 'none';
    expect(lines).toEqual([
      `whole: ${opened.image('web')}:1.1.0@${digest}`,
      'alone:',
      '  version: 1.1.0',
      'split:',
      `  image: ${opened.image('web')}`,
      '  tag: 1.1.0',
      `  digest: "${digest}"`,
      '',
    ]);
    expect((await run(opened)).outcome).toBe('unchanged');
  });
});
