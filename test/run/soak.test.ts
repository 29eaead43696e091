import { afterEach, describe, expect, it } from 'vitest';
import { Promotions } from '../../src/run/promotion/promotion.ts';
import { RunMemory } from '../../src/run/run.ts';
import { sync } from '../../src/run/sync.ts';
import { type Chain, gates, openChain, tag } from './chain.ts';
import { rollback } from './orders.ts';
import { deployment } from '../scenarios/world.ts';
import { codes, type Stage, titles } from './stage.ts';

const hour = 3_600_000;

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

async function open(chain: Chain = {}): Promise<Stage> {
  stage = await openChain(chain);
  return stage;
}

describe('soak', () => {
  it('waits until the source has held it for as long as soak asks', async () => {
    const on = await open({ promote: 'from: web-staging, soak: 2h' });
    on.put('web', '1.1.0', 'x');
    await on.run();
    on.now += hour + 20 * 60_000;
    const waiting = await on.run();
    expect(titles(waiting)).toEqual([]);
    expect(gates(waiting)).toEqual([
      'source: web-staging has held 1.1.0 for 1h 20m of 2h; it may follow at 2026-11-21T11:00:00Z',
    ]);
    expect(codes(waiting)).toEqual([]);
    on.now += 40 * 60_000;
    on.forget();
    expect(titles(await on.run())).toEqual(['web-prod']);
  });

  it('waits as well where the log is not read as far back as soak asks', async () => {
    const on = await open({ promote: 'from: web-staging, soak: 14d', prod: '0.9.0' });
    on.put('web', '0.9.0', '0.9.0');
    on.settings = { ...on.settings, horizon: 24 * 3_600_000 };
    on.now += 2 * 24 * 3_600_000;
    await on.commit({ 'prod/policy.yaml': `${await on.file('prod/policy.yaml')}# of today\n` });
    on.forget();
    const result = await on.run();
    expect(titles(result)).toEqual([]);
    expect(await tag(on, 'prod')).toBe('0.9.0');
    expect(JSON.stringify(result)).toContain('the log is not read further back (horizon)');
  });

  it('with pick soaked takes the newest that soaked, though newer ones came since', async () => {
    const on = await open({ promote: 'from: web-staging, soak: 2h, pick: soaked' });
    for (const version of ['1.1.0', '1.2.0', '1.3.0']) {
      on.put('web', version, version);
      await on.run();
      on.now += hour;
    }
    // 1.1.0 came three hours ago, 1.2.0 two, 1.3.0 one.
    expect(titles(await on.run())).toEqual(['web-prod']);
    expect(await tag(on, 'prod')).toBe('1.2.0');
  });

  it('with pick soaked leaves out what was taken back at the source', async () => {
    const on = await open({ promote: 'from: web-staging, soak: 1h, pick: soaked' });
    on.now += hour;
    await on.run();
    on.put('web', '1.1.0', 'x');
    await on.run();
    await rollback(on, { policy: 'web-staging' });
    on.now += 5 * hour;
    expect(titles(await on.run())).toEqual([]);
    expect(await tag(on, 'prod')).toBe('1.0.0');
  });
});

async function elsewhere(): Promise<undefined> {}

describe('the past of a source', () => {
  it.each([
    ['soaked', 'semver: "*"', ['timeline', 'timeline']],
    ['soaked', 'newest: {}', ['timeline', 'timeline']],
    ['current', 'semver: "*"', ['since', 'since']],
    ['current', 'newest: {}', ['since', 'since', 'timeline']],
  ] as const)('is read once for all fields that take it: pick %s of %s', async (pick, source, reads) => {
    const on = await open({
      source,
      files: (image) => ({ 'staging/late.yaml': deployment('late', `${image('web')}:1.0.0`) }),
    });
    on.now += hour;
    on.put('web', '1.1.0', 'x');
    await on.run();
    const { value, history } = await sync(on.ports, on.settings, new RunMemory(), undefined);
    const asked: string[] = [];
    const watched = {
      names: history.names.bind(history),
      timeline: async (...given: Parameters<typeof history.timeline>) => {
        asked.push('timeline');
        return history.timeline(...given);
      },
      origins: {
        horizon: history.origins.horizon,
        since: async (...given: Parameters<typeof history.origins.since>) => {
          asked.push('since');
          return history.origins.since(...given);
        },
      },
    };
    const here = { value, history: watched };
    const promotions = new Promotions({ here, elsewhere, now: on.now + hour / 2 });
    const rule = { kind: 'promote', from: { policy: 'web-staging' } } as const;
    const ask = async (tag: string): Promise<unknown> => {
      const current = { tag, digest: null };
      return promotions.facts({ ...rule, soak: hour, pick }, current, [current]);
    };
    const all = await Promise.all(Array.from({ length: 50 }, async () => ask('0.5.0')));
    expect(asked.toSorted()).toEqual(reads);
    expect(new Set(all.map((facts) => JSON.stringify(facts))).size).toBe(1);
    expect(await ask('0.7.0')).toMatchObject({ offers: [{ tag: pick === 'soaked' ? '1.0.0' : '1.1.0' }] });
  });
});
