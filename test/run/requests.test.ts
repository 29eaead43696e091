import { afterEach, describe, expect, it } from 'vitest';
import { RunMemory } from '../../src/run/run.ts';
import { deployment, policyFile } from '../scenarios/world.ts';
import { Stage } from './stage.ts';

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

const hour = 3_600_000;

/**
 * 999 tags of which the filter leaves 400, in the order of their times. One more would fill a page, and a full page is
 * followed by another request, since a registry may leave out that the list ends there.
 */
async function open(platforms: readonly string[] = ['linux/amd64']): Promise<Stage> {
  const opened = await Stage.open((image) => ({
    'prod/web.yaml': deployment('web', `${image('web')}:main-0`),
    'prod/policy.yaml': policyFile('web', image('web'), 'newest: {}', '  filterTags: {pattern: "^main-"}\n'),
  }));
  stage = opened;
  for (let index = 0; index < 400; index++) build(opened, `main-${index}`, index, platforms);
  for (let index = 0; index < 599; index++) build(opened, `pr-${index}`, index, platforms);
  return opened;
}

function build(opened: Stage, tag: string, age: number, platforms: readonly string[], content = tag): void {
  const created = opened.now - 1000 * hour + age * hour;
  opened.registry.registry.addImage({ repository: 'acme/web', tag, created, platforms, content });
}

/** The requests of one run. */
async function asked(opened: Stage): Promise<readonly string[]> {
  opened.requests.length = 0;
  expect((await opened.run()).outcome).not.toBe('failed');
  return [...opened.requests];
}

describe('newest over a page of tags', () => {
  it('asks twice for each candidate at first, then for the list and for the elected tag', async () => {
    const opened = await open();
    const cold = await asked(opened);
    expect(await opened.file('prod/web.yaml')).toContain('acme/web:main-399"');
    expect(cold.length).toBeLessThanOrEqual(2 * 400 + 2);
    expect(cold.filter((request) => request.includes('pr-'))).toEqual([]);
    const warm = await asked(opened);
    // Of a field without a digest nobody needs to know whether its tag moved.
    expect(warm).toEqual(['GET tags/list']);
  });

  it('asks for a new tag alone, also in a new process with the same state', async () => {
    const opened = await open();
    await asked(opened);
    build(opened, 'main-new', 401, ['linux/amd64']);
    Object.assign(opened, { memory: new RunMemory() });
    const requests = await asked(opened);
    expect(await opened.file('prod/web.yaml')).toContain('acme/web:main-new"');
    expect(requests.filter((request) => request.startsWith('GET manifests/'))).toEqual([
      'GET manifests/main-new',
    ]);
    expect(requests.length).toBeLessThanOrEqual(5);
  });

  it('follows a tag that is pinned by its digest with a list and a HEAD', async () => {
    const opened = await open();
    await asked(opened);
    const policy = await opened.file('prod/policy.yaml');
    await opened.commit({ 'prod/policy.yaml': `${policy}  digest: pin\n` });
    await asked(opened);
    expect(await opened.file('prod/web.yaml')).toMatch(/acme\/web:main-399@sha256:/);
    expect(await asked(opened)).toEqual(['GET tags/list', 'HEAD manifests/main-399']);
  });

  it('reads what the indexes of several tags share once', async () => {
    const platforms = ['linux/amd64', 'linux/arm64'];
    const opened = await Stage.open((image) => ({
      'prod/web.yaml': deployment('web', `${image('web')}:main-0`),
      'prod/policy.yaml': policyFile('web', image('web'), 'newest: {}'),
    }));
    stage = opened;
    build(opened, 'main-0', 0, platforms);
    for (const tag of ['1', '1.2', '1.2.3']) build(opened, tag, 1, platforms, 'one image');
    const cold = await asked(opened);
    const digests = cold.filter((request) => request.includes('sha256:'));
    expect(new Set(digests).size).toBe(8);
    // The tags are asked about at the same time, so some part may be read twice.
    expect(cold.length).toBeLessThanOrEqual(2 + 4 * 5);
    expect((await asked(opened)).length).toBeLessThanOrEqual(2);
  });
});
