import { afterEach, describe, expect, it } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { deployment, policyFile } from '../scenarios/world.ts';
import { codes, Stage, titles, web, wrap } from './stage.ts';

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

type Image = (name: string) => string;

async function open(files: Parameters<typeof Stage.open>[0]): Promise<Stage> {
  stage = await Stage.open(files);
  return stage;
}

describe('a run', () => {
  it('releases, and the next one finds nothing to do', async () => {
    const { push, ...rest } = await prepared();
    push('1.1.0');
    const first = await rest.run();
    expect(first).toMatchObject({ outcome: 'released' });
    expect(await rest.file()).toContain('acme/web:1.1.0"');
    const second = await rest.run();
    expect(second).toMatchObject({ outcome: 'unchanged' });
  });

  it('tells its environment and its reason in the event and in the record', async () => {
    const opened = await open((image) => web(image));
    opened.push('web', '1.0.0', '1.1.0');
    await opened.run();
    const released = opened.events.find((event) => event.kind === 'released');
    expect(released).toMatchObject({
      branch: 'main',
      releases: [{ policy: 'web', environment: 'prod', from: '1.0.0', to: '1.1.0', file: 'prod/web.yaml' }],
    });
    expect(released?.kind === 'released' && released.message).toMatch(
      /Tallyman-Release: v=1 branch=main env=prod policy=web field=prod\/web\.yaml#\/spec\/\S+ image=\S+ from=1\.0\.0 from-digest= to=1\.1\.0 digest=sha256:[0-9a-f]{64}/,
    );
  });

  it('plans without committing on a dry run', async () => {
    const opened = await open((image) => web(image));
    opened.push('web', '1.0.0', '1.1.0');
    const base = (await opened.repository.sync()).commit;
    const result = await opened.run({ dryRun: true });
    expect(result).toMatchObject({ outcome: 'planned' });
    expect((await opened.repository.sync()).commit).toBe(base);
  });

  it('that is told to stop while it lists tags says so, blames no registry and pushes nothing', async () => {
    const opened = await open((image) => web(image));
    opened.push('web', '1.0.0', '1.1.0');
    const stop = new AbortController();
    const list = async (): Promise<never> => {
      stop.abort();
      throw new Failure('aborted', 'the request was stopped by its caller');
    };
    opened.ports = { ...opened.ports, tags: { ...opened.ports.tags, list } };
    const result = await opened.run({ signal: stop.signal });
    expect(result).toMatchObject({
      outcome: 'failed',
      failure: {
        code: 'aborted',
        message: expect.stringMatching(/^the run of .* was stopped before/) as string,
      },
    });
    expect(await opened.file('prod/web.yaml')).toContain('acme/web:1.0.0"');
  });

  it('makes one commit per policy, and one push', async () => {
    const opened = await open((image) => ({
      ...web(image),
      'prod/api.yaml': deployment('api', `${image('api')}:1.0.0`),
      'prod/api-policy.yaml': policyFile('api', image('api'), 'semver: "^1"'),
    }));
    opened.push('web', '1.0.0', '1.1.0');
    opened.push('api', '1.0.0', '1.2.0');
    const publishes = countPublishes(opened);
    const result = await opened.run();
    expect(titles(result)).toEqual(['api', 'web']);
    expect(result).toMatchObject({ outcome: 'released', commits: [expect.any(String), expect.any(String)] });
    expect(publishes()).toBe(1);
  });

  it('puts edits of two policies in one file into two commits, each with its own diff', async () => {
    const opened = await open((image) => ({
      'prod/both.yaml': `${deployment('web', `${image('web')}:1.0.0`)}---\n${deployment('api', `${image('api')}:1.0.0`)}`,
      'prod/web.policy.yaml': policyFile('web', image('web'), 'semver: "^1"'),
      'prod/api.policy.yaml': policyFile('api', image('api'), 'semver: "^1"'),
    }));
    opened.push('web', '1.0.0', '1.10.0');
    opened.push('api', '1.0.0', '1.2.0');
    const result = await opened.run();
    expect(titles(result)).toEqual(['api', 'web']);
    if (result.outcome !== 'released') throw new Error(result.outcome);
    const changed = result.plan.commits.map(
      ({ diff }) => diff.split('\n').filter((line) => /^[+-] /.test(line)).length,
    );
    expect(changed).toEqual([2, 2]);
    const text = await opened.file('prod/both.yaml');
    expect(text).toContain('acme/web:1.10.0"');
    expect(text).toContain('acme/api:1.2.0"');
  });
});

function stack(webMore: string) {
  return (image: Image) => ({
    ...web(image, webMore),
    'prod/api.yaml': deployment('api', `${image('api')}:1.0.0`),
    'prod/api-policy.yaml': policyFile('api', image('api'), 'semver: "^1"', '  group: stack\n'),
  });
}

describe('a group', () => {
  it('moves together, in one commit', async () => {
    const opened = await open(stack('  group: stack\n'));
    opened.push('web', '1.0.0', '1.1.0');
    opened.push('api', '1.0.0', '1.2.0');
    expect(titles(await opened.run())).toEqual(['stack']);
  });

  it('does not wait for a member that is up to date', async () => {
    const opened = await open(stack('  group: stack\n'));
    opened.push('web', '1.0.0');
    opened.push('api', '1.0.0', '1.2.0');
    expect(titles(await opened.run())).toEqual(['stack']);
  });

  it('stays as a whole where a member is held, and says which', async () => {
    const opened = await open(stack('  group: stack\n  hold: {reason: audit, by: ann}\n'));
    opened.push('web', '1.0.0', '1.1.0');
    opened.push('api', '1.0.0', '1.2.0');
    const result = await opened.run();
    expect(result).toMatchObject({ outcome: 'unchanged' });
    if (result.outcome === 'failed') throw result.failure;
    expect(result.plan.stops.get('stack')?.because).toMatch(/^web is stopped by hold: .*audit/);
  });

  it('stays as a whole where a member cannot be decided', async () => {
    const opened = await open(stack('  group: stack\n'));
    opened.push('api', '1.0.0', '1.2.0');
    const result = await opened.run();
    expect(result).toMatchObject({ outcome: 'unchanged' });
    expect(codes(result)).toEqual(['registry-failed']);
  });

  it.each([
    ['could not be completed', 'promote: {from: nobody}', '', 'web could not be decided: '],
    ['gave a tag that the registry no longer has', 'semver: "^1"', '1.1.0', 'listed 1.1.0 but has no digest'],
  ])('stays as a whole where the election of a member %s', async (_, rule, gone, because) => {
    const opened = await open((image) => ({
      ...stack('  group: stack\n')(image),
      'prod/policy.yaml': policyFile('web', image('web'), rule, '  group: stack\n  digest: pin\n'),
    }));
    opened.push('web', '1.0.0', '1.1.0');
    opened.push('api', '1.0.0', '1.2.0');
    const { images } = opened.ports;
    const without: typeof images = {
      inspect: (...asked) => images.inspect(...asked),
      digest: async (...asked) => (asked[1] === gone ? undefined : images.digest(...asked)),
    };
    opened.ports = { ...opened.ports, images: without };
    const result = await opened.run();
    expect(result).toMatchObject({ outcome: 'unchanged' });
    if (result.outcome === 'failed') throw result.failure;
    expect(result.plan.stops.get('stack')?.because).toContain(because);
  });
});

describe('failures of the registry', () => {
  it('concern their own image only', async () => {
    const opened = await open((image) => ({
      ...web(image),
      'prod/api.yaml': deployment('api', `${image('api')}:1.0.0`),
      'prod/api-policy.yaml': policyFile('api', image('api'), 'semver: "^1"'),
    }));
    opened.push('web', '1.0.0', '1.1.0');
    const result = await opened.run();
    expect(titles(result)).toEqual(['web']);
    expect(codes(result)).toEqual(['registry-failed']);
  });

  it('after the listing elect nothing either', async () => {
    const opened = await open((image) => web(image));
    opened.push('web', '1.0.0', '1.1.0');
    const { images } = opened.ports;
    for (const broken of [
      { ...images, digest: failing, inspect: images.inspect.bind(images) },
      { ...images, digest: images.digest.bind(images), inspect: failing },
    ]) {
      opened.ports = { ...opened.ports, images: broken };
      const result = await opened.run();
      expect(result).toMatchObject({ outcome: 'unchanged' });
      expect(codes(result)).toEqual(['registry-failed']);
    }
    expect(await opened.file('prod/web.yaml')).toContain('acme/web:1.0.0"');
  });
});

describe('a file over the size cap', () => {
  it('is a problem of its own; the rest goes on', async () => {
    const opened = await open((image) => ({
      ...web(image),
      'prod/huge.yaml': `image: x\n${'# padding\n'.repeat(900_000)}`,
    }));
    opened.push('web', '1.0.0', '1.1.0');
    const result = await opened.run();
    expect(titles(result)).toEqual(['web']);
    if (result.outcome === 'failed') throw result.failure;
    expect(result.plan.problems).toMatchObject([
      { code: 'bad-encoding', file: 'prod/huge.yaml', line: 1, column: 1 },
    ]);
  });
});

describe('an election that cannot be completed', () => {
  it('is a problem at its policy', async () => {
    const opened = await open((image) => ({
      'prod/web.yaml': deployment('web', `${image('web')}:main-0`),
      'prod/policy.yaml': policyFile('web', image('web'), 'glob: "main-*"'),
    }));
    opened.push('web', ...Array.from({ length: 501 }, (_, index) => `main-${index}`));
    const result = await opened.run();
    expect(result).toMatchObject({ outcome: 'unchanged' });
    if (result.outcome === 'failed') throw result.failure;
    expect(result.plan.problems).toMatchObject([
      { code: 'election-failed', file: 'prod/policy.yaml', policy: 'web' },
    ]);
  });
});

describe('a tag that moved', () => {
  it('is a problem, never an edit', async () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const opened = await open((image) => ({
      'prod/web.yaml': deployment('web', `${image('web')}:1.0.0@${digest}`),
      'prod/policy.yaml': policyFile('web', image('web'), 'semver: "^1"'),
    }));
    opened.push('web', '1.0.0');
    const result = await opened.run();
    expect(result).toMatchObject({ outcome: 'unchanged' });
    expect(codes(result)).toEqual(['tag-moved']);
  });
});

async function failing(): Promise<never> {
  throw new Failure('timeout', 'registry.test does not answer.', { host: 'registry.test' });
}

async function prepared(): Promise<{
  push: (tag: string) => void;
  run: Stage['run'];
  file: () => Promise<string>;
}> {
  const opened = await open((image) => web(image));
  opened.push('web', '1.0.0');
  return {
    push: (tag) => opened.push('web', tag),
    run: opened.run.bind(opened),
    file: () => opened.file('prod/web.yaml'),
  };
}

function countPublishes(opened: Stage): () => number {
  return wrap(opened, (base, drafts, signal) => opened.repository.publish(base, drafts, signal));
}

describe('a field that holds only a digest', () => {
  it('moves when the elected tag has another one, and then rests', async () => {
    const opened = await open((image, put) => ({
      'prod/kustomization.yaml': `kind: Kustomization\nimages:\n  - name: ${image('web')}\n    digest: ${put('web', '1.0.0', 'one')}\n`,
      'prod/policy.yaml': policyFile('web', image('web'), 'semver: "^1"'),
    }));
    expect(titles(await opened.run())).toEqual([]);
    const digest = opened.put('web', '1.1.0', 'two');
    expect(titles(await opened.run())).toEqual(['web']);
    expect(await opened.file('prod/kustomization.yaml')).toContain(`digest: ${digest}\n`);
    expect(titles(await opened.run())).toEqual([]);
  });
});
