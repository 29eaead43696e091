import { afterEach, describe, expect, it } from 'vitest';
import { parseRecords } from '../../src/release/record.ts';
import { drawRollback, type RollbackOrder } from '../../src/run/orders/rollback.ts';
import { deployment, policyFile } from '../scenarios/world.ts';
import { ann, cut, hold, openWeb, order, release, rollback, tag } from './orders.ts';
import { titles, type Stage } from './stage.ts';

let stage: Stage | undefined;
afterEach(() => stage?.close());

async function open(...given: Parameters<typeof openWeb>): Promise<Stage> {
  stage = await openWeb(...given);
  return stage;
}

describe('rollback', () => {
  it('puts back what stood there before, with the registry down, outside the window, and for good', async () => {
    const on = await open('  schedule: {allow: ["* 9 * * *"]}\n');
    on.push('web', '1.1.0', '1.2.0');
    await on.run();
    on.push('web', '1.3.0');
    await on.run();
    on.now += 12 * 3_600_000;
    const { ports } = on;
    cut(on);
    const first = await rollback(on);
    expect(first.commits[0]?.message).toMatch(
      /^rollback\(web\): 1\.3\.0 -> 1\.2\.0\n[^]*\nslow\n\nTallyman-Release: .* intent=rollback\n$/,
    );
    expect(first.commits[0]?.diff.match(/^[-+] .*/gm)).toHaveLength(2);
    expect(await tag(on)).toBe('1.2.0');
    // What was left is not released again; what is newer is.
    on.ports = ports;
    on.now += 12 * 3_600_000;
    on.forget();
    expect(titles(await on.run())).toEqual([]);
    on.push('web', '1.4.0');
    expect(titles(await on.run())).toEqual(['web']);
  });

  it('goes back to a given version, over several', async () => {
    const on = await open();
    for (const version of ['1.1.0', '1.2.0', '1.3.0']) {
      on.push('web', version);
      await on.run();
    }
    await rollback(on, { to: '1.1.0' });
    expect(await tag(on)).toBe('1.1.0');
    expect(await rollback(on, { to: '1.1.0' })).toMatchObject({
      outcome: 'unchanged',
      notes: ['Every field of web holds 1.1.0 already.'],
    });
    // Back from the rollback.
    await rollback(on, { to: '1.3.0' });
    expect(await tag(on)).toBe('1.3.0');
  });

  it('goes further back each time, and never to what was left before', async () => {
    const on = await open();
    for (const version of ['1.1.0', '1.2.0', '1.3.0']) {
      on.push('web', version);
      await on.run();
    }
    for (const version of ['1.2.0', '1.1.0', '1.0.0']) {
      await rollback(on);
      expect(await tag(on)).toBe(version);
    }
    await expect(rollback(on)).rejects.toThrow('has not held anything before 1.0.0 that was not taken back');
  });

  it('hides nothing that a person tried by hand and took back before', async () => {
    const on = await open();
    on.push('web', '1.1.0');
    await on.run();
    const before = await on.file('prod/web.yaml');
    await on.commit({ 'prod/web.yaml': before.replace(':1.1.0', ':1.5.0') });
    await on.commit({ 'prod/web.yaml': before });
    on.push('web', '1.5.0');
    await rollback(on, { to: '1.0.0' });
    on.forget();
    expect(titles(await on.run())).toEqual([]);
    expect(await tag(on)).toBe('1.0.0');
  });

  it('takes back what a person did, without any record', async () => {
    const on = await open();
    await on.commit({ 'prod/web.yaml': deployment('web', `${on.image('web')}:1.0.5`) });
    await rollback(on);
    expect(await tag(on)).toBe('1.0.0');
  });

  it('keeps tag and digest together', async () => {
    const on = await open('  digest: pin\n');
    const [old, newer] = [on.put('web', '1.0.0', 'old'), on.put('web', '1.1.0', 'new')];
    await on.commit({ 'prod/web.yaml': deployment('web', `${on.image('web')}:1.0.0@${old}`) });
    await on.run();
    expect(await on.file('prod/web.yaml')).toContain(`:1.1.0@${newer}`);
    on.put('web', '1.0.0', 'moved meanwhile');
    cut(on);
    await rollback(on);
    expect(await on.file('prod/web.yaml')).toContain(`:1.0.0@${old}`);
  });

  it.each<[string, Partial<RollbackOrder>, string]>([
    ['nothing else', {}, 'has not held anything before 1.0.0 that was not taken back'],
    [
      'this version',
      { to: '0.9.0' },
      'a version that it never held is released with: tallyman release web --to 0.9.0',
    ],
    ['a policy of that name', { policy: 'api' }, 'There is no policy "api"'],
    [
      'a field in the environment',
      { environment: 'dev' },
      'binds no image field in the environment "dev"; its fields are in prod',
    ],
  ])('refuses where there was never %s', async (_, more, message) => {
    await expect(rollback(await open(), more)).rejects.toThrow(message);
  });

  it('is stopped by a hold, unless that is overridden', async () => {
    const on = await open();
    on.push('web', '1.1.0');
    await on.run();
    await hold(on, { policies: ['web'] });
    await expect(rollback(on)).rejects.toThrow(
      /by hold: held by Ann <ann@test\.invalid>: INC-7; .*--override hold/,
    );
    const done = await rollback(on, { overrides: ['hold'] });
    expect(done.commits[0]?.message).toContain('\nslow\nOverrides: hold.\n');
    expect(await tag(on)).toBe('1.0.0');
  });

  it('is drawn anew after a lost race', async () => {
    const on = await open();
    on.push('web', '1.1.0');
    await on.run();
    const { repository } = on;
    let races = 0;
    on.ports = {
      ...on.ports,
      repository: {
        name: repository.name,
        sync: (signal) => repository.sync(signal),
        publish: async (base, drafts, signal) => {
          if (races++ === 0)
            await on.commit({ 'prod/web.yaml': deployment('web', `${on.image('web')}:1.2.0`) });
          return repository.publish(base, drafts, signal);
        },
        close: () => repository.close(),
      },
    };
    const done = await rollback(on, { to: '1.0.0' });
    expect(races).toBe(2);
    expect(done.commits[0]?.message).toMatch(/^rollback\(web\): 1\.2\.0 -> 1\.0\.0/);
  });

  it('shows and does nothing when it is dry', async () => {
    const on = await open();
    on.push('web', '1.1.0');
    await on.run();
    const { commit } = await on.repository.sync();
    const told = {
      policy: 'web',
      environment: undefined,
      to: undefined,
      overrides: [],
      reason: 'slow',
      author: ann,
    };
    const planned = await order(on, (scene) => drawRollback(told, scene), true);
    expect(planned).toMatchObject({ outcome: 'planned', commits: [{ title: 'web' }] });
    expect((await on.repository.sync()).commit).toBe(commit);
  });
});

describe('release', () => {
  it('moves to a tag that was taken back, or that is not the best', async () => {
    const on = await open();
    on.push('web', '1.1.0', '1.2.0');
    await on.run();
    await rollback(on);
    await release(on, '1.1.0');
    expect(await tag(on)).toBe('1.1.0');
    on.forget();
    expect(titles(await on.run())).toEqual([]);
    await release(on, '1.2.0');
    expect(await tag(on)).toBe('1.2.0');
  });

  it.each<[string, string, string, RegExp]>([
    ['no tag of the image', '', '1.1.1', /has no tag "1\.1\.1" \(did you mean "1\.1\.0"\?\)/],
    [
      'no tag of the policy',
      '',
      '2.0.0',
      /does not admit 2\.0\.0 at prod\/web\.yaml:\d+:\d+ \(out-of-range: .*change the policy first/,
    ],
    ['a young tag', '  minAge: 1h\n', '1.1.0', /\(too-young: .*--override minAge/],
    [
      'a window that is shut',
      '  schedule: {allow: ["* 3 * * *"]}\n',
      '1.1.0',
      /by schedule: .*--override schedule/,
    ],
  ])('refuses %s', async (_, more, to, message) => {
    const on = await open(more);
    on.push('web', '1.1.0', '2.0.0');
    await expect(release(on, to)).rejects.toThrow(message);
    expect(await tag(on)).toBe('1.0.0');
  });

  it('records what was overridden', async () => {
    const on = await open('  minAge: 1h\n  schedule: {allow: ["* 3 * * *"]}\n');
    on.push('web', '1.1.0');
    const done = await release(on, '1.1.0', { overrides: ['minAge', 'schedule'] });
    expect(done.commits[0]?.message).toContain('\nasked\nOverrides: minAge, schedule.\n');
    expect(parseRecords(done.commits[0]?.message ?? '').records).toMatchObject([
      { to: '1.1.0', intent: 'release' },
    ]);
  });

  it('believes the branch where the registry is down, and nothing else', async () => {
    const on = await open();
    on.push('web', '1.1.0', '1.2.0');
    await on.run();
    await rollback(on);
    cut(on);
    const done = await release(on, '1.2.0');
    expect(done.notes).toEqual([expect.stringContaining('1.2.0 was held before')]);
    await expect(release(on, '1.1.0')).rejects.toThrow('the registry is down');
  });

  it('moves the fields of one environment only', async () => {
    const on = await open('', (image) => ({
      'dev/web.yaml': deployment('web', `${image('web')}:1.0.0`),
      'dev/policy.yaml': policyFile('web-dev', image('web'), 'semver: "^1"'),
    }));
    on.push('web', '1.1.0');
    await release(on, '1.1.0', { environment: 'prod' });
    expect(await tag(on)).toBe('1.1.0');
    expect(await on.file('dev/web.yaml')).toContain(':1.0.0');
  });
});
