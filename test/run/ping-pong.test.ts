import { afterEach, describe, expect, it } from 'vitest';
import { deployment, policyFile } from '../scenarios/world.ts';
import { lift, openWeb, rollback, tag } from './orders.ts';
import { codes, Stage, titles } from './stage.ts';

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

async function open(...given: Parameters<typeof openWeb>): Promise<Stage> {
  stage = await openWeb(...given);
  return stage;
}

const hour = 3_600_000;
const flux = { name: 'fluxcdbot', email: 'flux@test.invalid' };

/** Another bot with a policy of its own puts its version there. */
async function put(on: Stage, version: string, author = flux): Promise<void> {
  const before = await on.file('prod/web.yaml');
  const text = before.replace(/(acme\/web:)[^"]+/, `$1${version}`);
  const base = await on.repository.sync();
  const changes = [{ path: 'prod/web.yaml', bytes: Buffer.from(text) }];
  await on.repository.publish(base, [{ changes, message: 'Update images\n', author }]);
}

/** We release, the other one moves it off, so many times. */
async function quarrel(on: Stage, rounds: number, apart = hour, author = flux): Promise<void> {
  for (let round = 1; round <= rounds; round++) {
    on.push('web', `1.${round}.0`);
    expect((await on.run()).outcome).toBe('released');
    on.now += apart;
    await put(on, '1.0.0', author);
    on.now += apart;
  }
}

describe('another writer', () => {
  it('that moved the field off our value twice within a day holds it, until that is lifted', async () => {
    const on = await open();
    await quarrel(on, 2);
    on.push('web', '1.3.0');
    on.forget();
    const held = await on.run();
    expect(titles(held)).toEqual([]);
    expect(codes(held)).toEqual(['another-writer']);
    if (held.outcome === 'failed') throw held.failure;
    expect(held.plan.problems[0]?.message).toMatch(
      /^This field is held by another writer: fluxcdbot moved it off 1\.1\.0 in [0-9a-f]{10} and off 1\.2\.0 in [0-9a-f]{10}, within a day; let one of you write this field, then: tallyman lift web\.$/,
    );
    // It does not end by itself, nor with the state.
    on.now += 30 * 24 * hour;
    on.forget();
    expect(titles(await on.run())).toEqual([]);
    expect((await lift(on, { policies: ['web'] })).outcome).toBe('done');
    expect(titles(await on.run())).toEqual(['web']);
    expect(await tag(on)).toBe('1.3.0');
  });

  it('that takes the digest away which digest: pin puts there holds it as well', async () => {
    const on = await open('  digest: pin\n');
    const plain = await on.file('prod/web.yaml');
    const base = async (): Promise<void> => {
      const changes = [{ path: 'prod/web.yaml', bytes: Buffer.from(plain) }];
      const drafts = [{ changes, message: 'Update images\n', author: flux }];
      await on.repository.publish(await on.repository.sync(), drafts);
      on.now += hour;
    };
    for (const round of [1, 2]) {
      expect(titles(await on.run()), `round ${round}`).toEqual(['web']);
      expect(await on.file('prod/web.yaml')).toContain('1.0.0@sha256:');
      await base();
    }
    on.forget();
    expect(codes(await on.run())).toEqual(['another-writer']);
    expect(await on.file('prod/web.yaml')).toBe(plain);
  });

  it.each([
    ['once', 1, hour],
    ['twice, more than a day apart', 2, 13 * hour],
  ])('that did so %s is a person who took something back', async (_, rounds, apart) => {
    const on = await open();
    await quarrel(on, rounds, apart);
    on.push('web', '1.9.0');
    expect(titles(await on.run())).toEqual(['web']);
  });

  it('is one author: two people who each took back one version are none', async () => {
    const on = await open();
    await quarrel(on, 1);
    on.push('web', '1.2.0');
    await on.run();
    await put(on, '1.0.0', { name: 'Ann', email: 'ann@test.invalid' });
    on.push('web', '1.3.0');
    expect(titles(await on.run())).toEqual(['web']);
  });

  it('is told of a bot that goes forward as well', async () => {
    const on = await open();
    for (const version of ['1.2.0', '1.4.0']) {
      on.push('web', version);
      await on.run();
      await put(on, version.replace('.0', '.5'));
    }
    on.push('web', '1.6.0');
    expect(codes(await on.run())).toEqual(['another-writer']);
    await lift(on, { policies: ['web'] });
    expect(titles(await on.run())).toEqual(['web']);
  });

  it('is not who orders through us, nor who leaves our value there in the end', async () => {
    const on = await open();
    for (const version of ['1.1.0', '1.2.0']) {
      on.push('web', version);
      await on.run();
      await rollback(on, { to: '1.0.0' });
    }
    on.push('web', '1.3.0');
    expect(titles(await on.run())).toEqual(['web']);
    await put(on, '1.2.0');
    await put(on, '1.3.0');
    on.push('web', '1.4.0');
    expect(titles(await on.run())).toEqual(['web']);
  });

  it('is told of a tag that is followed by the digests', async () => {
    const on = (stage = await Stage.open((image, add) => {
      const digest = add('web', 'stable', 'first');
      return {
        'prod/web.yaml': deployment('web', `${image('web')}:stable@${digest}`),
        'prod/policy.yaml': policyFile('web', image('web'), 'digest: {tag: stable}'),
      };
    }));
    const [first] = /stable@[^"]+/.exec(await on.file('prod/web.yaml')) ?? [];
    const left: string[] = [];
    for (const content of ['second', 'third']) {
      left.push(on.put('web', 'stable', content).slice(0, 19));
      await on.run();
      on.now += hour;
      await put(on, first ?? '');
      on.now += hour;
    }
    on.put('web', 'stable', 'fourth');
    const held = await on.run();
    if (held.outcome === 'failed') throw held.failure;
    expect(titles(held)).toEqual([]);
    for (const digest of left) expect(held.plan.problems[0]?.message).toContain(`off stable@${digest} in `);
  });

  it('stops the group that the field is in', async () => {
    const on = await open('  group: stack\n', (image) => ({
      'prod/api.yaml': deployment('api', `${image('api')}:1.0.0`),
      'prod/api-policy.yaml': policyFile('api', image('api'), 'semver: "^1"', '  group: stack\n'),
    }));
    on.push('api', '1.0.0');
    await quarrel(on, 2);
    on.push('web', '1.3.0');
    on.push('api', '1.1.0');
    const held = await on.run();
    expect(titles(held)).toEqual([]);
    if (held.outcome === 'failed') throw held.failure;
    expect(held.plan.stops.get('stack')?.because).toContain('web is stopped by another-writer');
  });
});
