import { afterEach, describe, expect, it } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { parseRecords } from '../../src/release/record.ts';
import { drawPromote } from '../../src/run/orders/promote.ts';
import { deployment, policyFile } from '../scenarios/world.ts';
import { type Chain, gates, messages, openChain, tag } from './chain.ts';
import { ann, hold, lift, order, rollback } from './orders.ts';
import { codes, type Stage, titles } from './stage.ts';

const hour = 3_600_000;

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

async function open(promote: string, files?: Chain['files']): Promise<Stage> {
  stage = await openChain({ promote, ...(files && { files }) });
  return stage;
}

describe('what the source holds', () => {
  it.each([
    ['a placeholder', 'latest', /^source: web-staging holds latest, which is no version yet$/m],
    ['a digest alone', `@sha256:${'a'.repeat(64)}`, /web-prod elects nothing: .*holds no tag/],
  ])('is no version where it is %s', async (_, value, message) => {
    const on = await open('from: web-staging', (image) => ({
      'staging/web.yaml': deployment('web', `${image('web')}${value.startsWith('@') ? value : `:${value}`}`),
    }));
    on.put('web', 'latest', 'x');
    await hold(on, { policies: ['web-staging'] });
    const result = await on.run();
    expect(titles(result)).toEqual([]);
    expect([...messages(result), ...gates(result)].join('\n')).toMatch(message);
    expect(await tag(on, 'prod')).toBe('1.0.0');
  });

  it('agrees where tag and digest stand in fields of their own', async () => {
    const on = await open('from: web-staging', (image, put) => ({
      'staging/web.yaml': 'a: 1\n',
      'staging/values.yaml': `web:
  version: 1.0.0 # {"$tallyman": "web-staging:tag"}
  sum: ${put('web', '1.0.0', '1.0.0')} # {"$tallyman": "web-staging:digest"}
  repo: ${image('web')} # {"$tallyman": "web-staging:name"}
`,
    }));
    const newest = on.put('web', '1.1.0', 'y');
    const first = await on.run();
    expect(codes(first)).toEqual([]);
    const second = await on.run();
    expect(codes(second)).toEqual([]);
    expect(await on.file('prod/web.yaml')).toContain(`:1.1.0@${newest}`);
  });
});

describe('soaking', () => {
  it.each(['current', 'soaked'])('counts the latest of all fields with pick %s', async (pick) => {
    const on = await open(`from: web-staging, soak: 2h, pick: ${pick}`, (image) => ({
      'staging/zlate.yaml': deployment('late', `${image('web')}:1.0.0`),
    }));
    on.put('web', '1.1.0', 'x');
    // One field first, by a person; the other an hour later.
    await on.commit({ 'staging/web.yaml': deployment('web', `${on.image('web')}:1.1.0`) });
    on.now += hour;
    await on.run();
    on.now += hour + hour / 2;
    await on.run();
    expect(await tag(on, 'prod')).toBe('1.0.0');
    on.now += hour;
    await on.run();
    expect(await tag(on, 'prod')).toBe('1.1.0');
  });

  it.each(['current', 'soaked'])(
    'begins anew where it was taken back and put there again, with pick %s',
    async (pick) => {
      const on = await open(`from: web-staging, soak: 2h, pick: ${pick}`);
      on.put('web', '1.1.0', 'x');
      await on.run();
      on.now += hour;
      await rollback(on, { policy: 'web-staging' });
      on.now += 3 * hour;
      await lift(on, { policies: ['web-staging'] });
      await on.run();
      expect(await tag(on, 'staging')).toBe('1.1.0');
      on.now += hour;
      on.forget();
      await on.run();
      expect(await tag(on, 'prod')).toBe('1.0.0');
      on.now += hour;
      expect(titles(await on.run())).toEqual(['web-prod']);
    },
  );

  it.each([
    ['versions', 'semver: "*"'],
    ['no order in the text', 'newest: {}'],
  ])('with pick soaked never takes what was taken back before a newer one came: %s', async (_, rule) => {
    const on = await open('from: web-staging, soak: 2h, pick: soaked', (image) => ({
      'staging/policy.yaml': policyFile('web-staging', image('web'), rule),
    }));
    on.now += 3 * hour;
    await on.run();
    on.now += hour;
    on.put('web', '1.1.0', 'x');
    await on.run();
    on.now += 3 * hour;
    await hold(on, { policies: ['web-prod'] });
    await rollback(on, { policy: 'web-staging' });
    on.now += 3 * hour;
    on.put('web', '1.2.0', 'y');
    await on.run();
    expect(await tag(on, 'staging')).toBe('1.2.0');
    await lift(on, { policies: ['web-prod'] });
    on.forget();
    await on.run();
    expect(await tag(on, 'prod')).toBe('1.0.0');
    on.now += 2 * hour;
    await on.run();
    expect(await tag(on, 'prod')).toBe('1.2.0');
  });
});

describe('a target', () => {
  it('that was taken back is lifted', async () => {
    const on = await open('from: web-staging');
    on.put('web', '1.1.0', 'x');
    await on.run();
    await on.run();
    expect(await tag(on, 'prod')).toBe('1.1.0');
    await rollback(on, { policy: 'web-prod' });
    const lifted = await lift(on, { policies: ['web-prod'] });
    expect(lifted.outcome).toBe('done');
    expect(parseRecords(lifted.commits[0]?.message ?? '').records).toMatchObject([{ intent: 'lift' }]);
    on.forget();
    await on.run();
    expect(await tag(on, 'prod')).toBe('1.1.0');
  });

  it('whose source cannot be reached elects nothing, and others of its image go on', async () => {
    const on = await open('from: other/web-staging');
    on.ports = {
      ...on.ports,
      neighbour: async () => {
        throw new Failure('unreachable', 'other does not answer.');
      },
    };
    on.put('web', '1.1.0', 'x');
    const result = await on.run();
    expect(titles(result)).toEqual(['web-staging']);
    expect(messages(result)).toEqual([
      'web-prod elects nothing: other/web-staging cannot be read: other does not answer.',
    ]);
  });
});

describe('promotion by command', () => {
  it('hides nothing that a person took back by hand before', async () => {
    const on = await open('from: web-staging');
    const before = await on.file('prod/web.yaml');
    await on.commit({ 'prod/web.yaml': before.replace(':1.0.0', ':1.5.0') });
    await on.commit({ 'prod/web.yaml': before });
    on.put('web', '1.1.0', 'x');
    await on.run();
    const told = { policy: 'web-prod', environment: undefined, overrides: [], reason: 'INC-9', author: ann };
    const done = await order(on, (scene) => drawPromote(told, scene));
    expect(done.commits[0]?.message).toContain(' ordered=true intent=promote\n');
    on.put('web', '1.5.0', 'y');
    await on.run();
    expect(await tag(on, 'staging')).toBe('1.5.0');
    on.forget();
    expect(titles(await on.run())).toEqual([]);
    on.put('web', '1.6.0', 'z');
    await on.run();
    expect(titles(await on.run())).toEqual(['web-prod']);
  });
});

describe('a chain of three environments', () => {
  it('goes on past what the middle took back, and the last one never goes back with it', async () => {
    const on = await open('from: web-staging', (image) => ({
      'dev/web.yaml': deployment('web', `${image('web')}:1.0.0`),
      'dev/policy.yaml': policyFile('web-dev', image('web'), 'semver: "*"'),
      'staging/policy.yaml': policyFile('web-staging', image('web'), 'promote: {from: web-dev}'),
    }));
    const all = async (): Promise<string> =>
      (await Promise.all(['dev', 'staging', 'prod'].map((place) => tag(on, place)))).join(' ');
    const settle = async (): Promise<void> => {
      for (let run = 0; run < 4; run++) await on.run();
    };
    on.put('web', '1.1.0', '1.1.0');
    await on.run();
    await on.run();
    expect(await all()).toBe('1.1.0 1.1.0 1.0.0');
    await rollback(on, { policy: 'web-staging' });
    on.forget();
    await settle();
    // What the middle took back never comes to the last one.
    expect(await all()).toBe('1.1.0 1.0.0 1.0.0');
    on.put('web', '1.2.0', '1.2.0');
    await settle();
    expect(await all()).toBe('1.2.0 1.2.0 1.2.0');
    await rollback(on, { policy: 'web-staging' });
    on.forget();
    await settle();
    expect(await all()).toBe('1.2.0 1.0.0 1.2.0');
    on.put('web', '1.3.0', '1.3.0');
    await settle();
    expect(await all()).toBe('1.3.0 1.3.0 1.3.0');
  });
});
