import { afterEach, describe, expect, it } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { parseRecords } from '../../src/release/record.ts';
import { drawPromote } from '../../src/run/orders/promote.ts';
import { RunMemory } from '../../src/run/run.ts';
import { sync } from '../../src/run/sync.ts';
import { deployment, policyFile } from '../scenarios/world.ts';
import { type Chain, gates, messages, openChain, tag } from './chain.ts';
import { ann, hold, order, rollback } from './orders.ts';
import { codes, Stage, titles } from './stage.ts';

const hour = 3_600_000;

let stage: Stage | undefined;
let other: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  await other?.close();
  [stage, other] = [undefined, undefined];
});

async function open(chain: Chain = {}): Promise<Stage> {
  stage = await openChain(chain);
  return stage;
}

describe('promotion', () => {
  it('goes one hop per push, with tag and digest, by records that say so', async () => {
    const on = await open();
    // To promote is to pin: the digest of what stands there already is written first.
    expect(titles(await on.run())).toEqual(['web-prod']);
    on.put('web', '1.1.0', '1.1.0');
    expect(titles(await on.run())).toEqual(['web-staging']);
    expect(await tag(on, 'prod')).toBe('1.0.0');
    const second = await on.run();
    expect(titles(second)).toEqual(['web-prod']);
    expect(await on.file('prod/web.yaml')).toMatch(/acme\/web:1\.1\.0@sha256:[0-9a-f]{64}"/);
    if (second.outcome === 'failed') throw second.failure;
    expect(parseRecords(second.plan.commits[0]?.message ?? '').records).toMatchObject([
      { intent: 'promote', to: '1.1.0' },
    ]);
    expect(titles(await on.run())).toEqual([]);
  });

  it('takes what stands in git, never the newest', async () => {
    const on = await open();
    await on.run();
    await hold(on, { policies: ['web-staging'] });
    on.put('web', '1.1.0', 'x');
    expect(titles(await on.run())).toEqual([]);
    expect(await tag(on, 'prod')).toBe('1.0.0');
  });

  it('never follows the source back', async () => {
    const on = await open();
    on.put('web', '1.1.0', 'x');
    await on.run();
    await on.run();
    await rollback(on, { policy: 'web-staging' });
    expect(await tag(on, 'staging')).toBe('1.0.0');
    on.forget();
    expect(titles(await on.run())).toEqual([]);
    expect(await tag(on, 'prod')).toBe('1.1.0');
  });

  it('stays where it was taken back, until the source has something newer', async () => {
    const on = await open();
    on.put('web', '1.1.0', 'x');
    await on.run();
    await on.run();
    await rollback(on, { policy: 'web-prod' });
    on.forget();
    expect(titles(await on.run())).toEqual([]);
    on.put('web', '1.2.0', 'y');
    await on.run();
    expect(titles(await on.run())).toEqual(['web-prod']);
    expect(await tag(on, 'prod')).toBe('1.2.0');
  });

  it.each([
    ['the target is above', '1.5.0', '1.0.0'],
    ['the target is a placeholder', 'latest', '1.0.0'],
  ])('begins where %s', async (_, prod) => {
    const on = await open({ prod });
    await on.run();
    expect(await tag(on, 'prod')).toBe(prod === 'latest' ? '1.0.0' : '1.5.0');
  });

  it('follows a source without an order by the time at which it came', async () => {
    const on = await open({ source: 'newest: {}' });
    on.now += hour;
    on.put('web', 'build-b', 'b');
    await on.run();
    expect(titles(await on.run())).toEqual(['web-prod']);
    on.now += hour;
    on.put('web', 'build-a', 'a');
    await on.run();
    expect(titles(await on.run())).toEqual(['web-prod']);
    expect(await tag(on, 'prod')).toBe('build-a');
    await rollback(on, { policy: 'web-staging' });
    on.forget();
    expect(titles(await on.run())).toEqual([]);
    expect(await tag(on, 'prod')).toBe('build-a');
  });

  it('counts the rules and gates of the target', async () => {
    const on = await open({ more: '  exclude: ["1.1.*"]\n  schedule: {allow: ["* 3 * * *"]}\n' });
    on.put('web', '1.1.0', 'x');
    await on.run();
    const first = await on.run();
    expect(titles(first)).toEqual([]);
    on.put('web', '1.2.0', 'y');
    await on.run();
    expect(gates(await on.run())).toEqual([expect.stringMatching(/^schedule: outside/)]);
    on.now = Date.parse('2026-11-22T03:00:00Z');
    expect(titles(await on.run())).toEqual(['web-prod']);
  });

  it('promotes nothing while the fields of the source disagree', async () => {
    const on = await open();
    const { image } = on;
    await on.commit({
      'staging/web.yaml': `${deployment('web', `${image('web')}:1.0.0`)}---\n${deployment('web2', `${image('web')}:0.9.0`)}`,
    });
    await hold(on, { policies: ['web-staging'] });
    const result = await on.run();
    expect(codes(result)).toEqual(['source-disagrees']);
    expect(messages(result)[0]).toMatch(
      /^web-prod elects nothing: the fields of web-staging do not agree: staging\/web\.yaml:11:\d+ holds 1\.0\.0, staging\/web\.yaml:\d+:\d+ holds 0\.9\.0/,
    );
  });

  it('tells of a version that is not mirrored, and of one that is another image there', async () => {
    const opened = await Stage.open((image, put) => {
      put('web', '1.0.0', 'a');
      put('mirror', '1.0.0', 'a');
      return {
        'staging/web.yaml': deployment('web', `${image('web')}:1.0.0`),
        'staging/policy.yaml': policyFile('web-staging', image('web'), 'semver: "*"', '  digest: pin\n'),
        'prod/web.yaml': deployment('web', `${image('mirror')}:1.0.0`),
        'prod/policy.yaml': policyFile('web-prod', image('mirror'), 'promote: {from: web-staging}'),
      };
    });
    stage = opened;
    await opened.run();
    opened.put('web', '1.1.0', 'b');
    await opened.run();
    const missing = await opened.run();
    expect(codes(missing)).toEqual(['not-mirrored']);
    expect(messages(missing)[0]).toContain('gives 1.1.0, and ');
    opened.put('mirror', '1.1.0', 'another');
    expect(codes(await opened.run())).toEqual(['tag-moved']);
    opened.put('mirror', '1.1.0', 'b');
    expect(titles(await opened.run())).toEqual(['web-prod']);
  });

  it.each([
    [
      'an unknown policy',
      'from: web-stagin',
      /and there is none of that name \(did you mean "web-staging"\?\)/,
    ],
    ['an unknown repository', 'from: other/web', /there is no repository "other" in tallyman\.yaml/],
  ])('tells of %s', async (_, promote, message) => {
    const on = await open({ promote });
    on.ports = { ...on.ports, neighbour: async () => undefined };
    const result = await on.run();
    expect(codes(result)).toEqual(['unknown-policy']);
    expect(messages(result)[0]).toMatch(message);
  });

  it('waits, and is no problem, where no other repository can be read', async () => {
    const result = await (await open({ promote: 'from: other/web' })).run();
    expect(codes(result)).toEqual([]);
    expect(gates(result)).toEqual([
      'source: what other/web holds is in another repository, and with --dir no other one is read',
    ]);
  });

  it('refuses a chain that comes back', async () => {
    const on = await open({ source: 'promote: {from: web-prod}', prod: '1.1.0' });
    on.put('web', '1.1.0', 'x');
    const result = await on.run();
    expect(titles(result)).toEqual([]);
    expect(codes(result)).toEqual(['bad-policy', 'bad-policy']);
    expect(messages(result)[0]).toContain(
      'web-prod promotes from itself in the end: web-prod (prod/policy.yaml:1:1), which promotes from web-staging',
    );
  });

  it('asks once for another repository, so that all take from one commit of it', async () => {
    const on = await open({
      promote: 'from: far/web-staging',
      files: (image) => ({
        'prod/api.yaml': deployment('api', `${image('web')}:1.0.0`),
        'prod/api-policy.yaml': policyFile('api', image('api'), 'promote: {from: far/api-staging}'),
        'prod/api2.yaml': deployment('api', `${image('api')}:1.0.0`),
      }),
    });
    on.put('api', '1.0.0', 'x');
    const asked: string[] = [];
    const neighbour: typeof on.ports.neighbour = async (name) => {
      asked.push(name);
      throw new Failure('unreachable', `${name} hangs`);
    };
    on.ports = { ...on.ports, neighbour };
    expect(messages(await on.run())).toEqual([
      expect.stringContaining('far/api-staging cannot be read: far hangs'),
      expect.stringContaining('far/web-staging cannot be read: far hangs'),
    ]);
    expect(asked).toEqual(['far']);
  });

  it('knows its own repository by its name too', async () => {
    const on = await open({ promote: 'from: fleet/web-staging' });
    on.ports = { ...on.ports, neighbour: async () => undefined };
    on.put('web', '1.1.0', 'x');
    await on.run();
    expect(titles(await on.run())).toEqual(['web-prod']);
    const policy = await on.file('staging/policy.yaml');
    await on.commit({
      'staging/policy.yaml': policy.replace('semver: "*"', 'promote: {from: fleet/web-prod}'),
    });
    on.put('web', '1.2.0', 'y');
    expect(codes(await on.run())).toEqual(['bad-policy', 'bad-policy']);
  });

  it('takes from another repository as it is now', async () => {
    const source = await open();
    const image = source.image('web');
    other = await Stage.open(() => ({
      'prod/web.yaml': deployment('web', `${image}:1.0.0`),
      'prod/policy.yaml': policyFile('web-prod', image, 'promote: {from: fleet/web-staging}'),
    }));
    other.settings = { ...other.settings, repository: 'production' };
    const memory = new RunMemory();
    other.ports = {
      ...source.ports,
      repository: other.repository,
      neighbour: async (name) =>
        name === 'fleet' ? sync(source.ports, source.settings, memory, undefined) : undefined,
    };
    expect(titles(await other.run())).toEqual(['web-prod']);
    source.put('web', '1.1.0', 'x');
    expect(titles(await source.run())).toContain('web-staging');
    expect(titles(await other.run())).toEqual(['web-prod']);
    expect(await other.file('prod/web.yaml')).toContain(':1.1.0@');
  });

  it('is ordered by a person without waiting', async () => {
    const on = await open({ promote: 'from: web-staging, soak: 24h' });
    on.put('web', '1.1.0', 'x');
    await on.run();
    const told = { policy: 'web-prod', environment: undefined, overrides: [], reason: 'INC-9', author: ann };
    const done = await order(on, (scene) => drawPromote(told, scene));
    expect(done.commits[0]?.message).toMatch(
      /^promote\(web-prod\): 1\.0\.0 -> 1\.1\.0\n[^]*\nINC-9\n\nTallyman-Release: .* intent=promote\n$/,
    );
    expect(await order(on, (scene) => drawPromote(told, scene))).toMatchObject({
      outcome: 'unchanged',
      notes: ['web-prod holds already what promotion from web-staging gives.'],
    });
    await expect(
      order(on, (scene) => drawPromote({ ...told, policy: 'web-staging' }, scene)),
    ).rejects.toThrow('web-staging does not promote: it is semver *');
  });
});
