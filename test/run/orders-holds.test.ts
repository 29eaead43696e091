import { afterEach, describe, expect, it } from 'vitest';
import type { HoldScope } from '../../src/release/hold-entry.ts';
import { parseRecords } from '../../src/release/record.ts';
import type { HoldOrder } from '../../src/run/orders/hold.ts';
import { cut, hold, lift, openWeb, rollback, tag } from './orders.ts';
import { titles, type Stage } from './stage.ts';

let stage: Stage | undefined;
afterEach(() => stage?.close());

async function open(...given: Parameters<typeof openWeb>): Promise<Stage> {
  stage = await openWeb(...given);
  return stage;
}

describe('hold and lift', () => {
  it('write an entry by a person, that stops releases until it is lifted', async () => {
    const on = await open();
    cut(on);
    const held = await hold(on, { policies: ['web'] });
    expect(held).toMatchObject({ outcome: 'done', notes: [] });
    expect(held.commits[0]?.message).toMatch(/^hold\(web\): INC-7\n\nHolds 1 image field\.\n/);
    const { records } = parseRecords(held.commits[0]?.message ?? '');
    expect(records).toMatchObject([
      { policy: 'web', from: '1.0.0', to: '1.0.0', intent: 'hold', env: 'prod' },
    ]);
    expect(await on.file('.tallyman/holds.yaml')).toContain(
      'policies: [web]\n    reason: INC-7\n    by: Ann <ann@test.invalid>',
    );
    const again = await hold(on, { policies: ['web'] });
    expect(again).toMatchObject({
      outcome: 'unchanged',
      notes: [expect.stringContaining('is held already, at .tallyman/holds.yaml:')],
    });
    const lifted = await lift(on, { policies: ['web'] });
    expect(lifted.outcome).toBe('done');
    expect(await on.file('.tallyman/holds.yaml')).toMatch(/\nholds: \[\]\n$/);
    expect(await lift(on, { policies: ['web'] })).toMatchObject({
      outcome: 'unchanged',
      notes: ['web is not held, and nothing of it is rejected: there is nothing to lift.'],
    });
  });

  it('hold and release again, as runs see it', async () => {
    const on = await open();
    await hold(on, { environments: ['prod'] }, { until: on.now + 3_600_000 });
    on.push('web', '1.1.0');
    expect(titles(await on.run())).toEqual([]);
    await lift(on, { environments: ['prod'] });
    expect(titles(await on.run())).toEqual(['web']);
  });

  it('lift holds where they are written: in the policy and on the workload', async () => {
    const on = await open('  hold: {reason: stop, by: Bob}\n');
    const workload = (await on.file('prod/web.yaml')).replace(
      '    name: web   # odd indentation\n',
      '    name: web   # odd indentation\n    annotations: {tallyman.dev/hold: no, a: b}\n',
    );
    await on.commit({ 'prod/web.yaml': workload });
    await hold(on, { policies: ['web'] });
    on.push('web', '1.1.0');
    expect(titles(await on.run())).toEqual([]);
    const lifted = await lift(on, { policies: ['web'] });
    expect(lifted.commits[0]?.diff.match(/^-(?!--).*/gm)).toEqual([
      '-holds:',
      '-  - policies: [web]',
      '-    reason: INC-7',
      '-    by: Ann <ann@test.invalid>',
      '-    since: "2026-11-21T09:00:00Z"',
      '-  hold: {reason: stop, by: Bob}',
      '-    annotations: {tallyman.dev/hold: no, a: b}',
    ]);
    expect(await on.file('prod/web.yaml')).toContain('    annotations: {a: b}\n');
    expect(titles(await on.run())).toEqual(['web']);
  });

  it('lift what was taken back, and only then it is released again', async () => {
    const on = await open();
    on.push('web', '1.1.0');
    await on.run();
    await rollback(on);
    expect(await tag(on)).toBe('1.0.0');
    on.forget();
    expect(titles(await on.run())).toEqual([]);
    const lifted = await lift(on, { policies: ['web'] });
    expect(lifted).toMatchObject({
      outcome: 'done',
      notes: ['What was taken back before may be released again.'],
    });
    expect(lifted.commits[0]?.diff).toBe('');
    on.forget();
    expect(titles(await on.run())).toEqual(['web']);
    expect(await tag(on)).toBe('1.1.0');
  });

  it.each<[string, Partial<HoldScope>, Partial<HoldScope>, string]>([
    [
      'a policy that does not exist',
      {},
      { policies: ['wep'] },
      'There is no policy "wep" on main (did you mean "web"?)',
    ],
    [
      'a policy that a wider entry holds',
      { environments: ['prod'] },
      { policies: ['web'] },
      'Lift all of it with: tallyman lift --environment prod',
    ],
    [
      'one environment of a hold on all',
      { policies: ['web'] },
      { policies: ['web'], environments: ['prod'] },
      'tallyman lift web',
    ],
  ])('refuse to lift %s', async (_, held, lifted, message) => {
    const on = await open();
    if (Object.keys(held).length > 0) await hold(on, held);
    await expect(lift(on, lifted)).rejects.toThrow(message);
  });

  it('lift an entry that holds nothing any more, by its own words', async () => {
    const on = await open('', () => ({
      '.tallyman/holds.yaml':
        'holds:\n  - {policies: [gone], reason: a}\n  - policies: [web]\n    environments: [dev]\n    reason: b\n  - policies: [old]\n    reason: c\n',
    }));
    expect(await lift(on, { environments: ['dev'] })).toMatchObject({
      outcome: 'unchanged',
      notes: [
        'No entry of .tallyman/holds.yaml holds exactly dev.',
        '.tallyman/holds.yaml:3:5 holds web in dev (b); to lift that: tallyman lift web --environment dev',
      ],
    });
    expect(await lift(on, { policies: ['web'], environments: ['dev'] })).toMatchObject({ outcome: 'done' });
    expect(await lift(on, { policies: ['old'] })).toMatchObject({ outcome: 'done' });
    expect(await on.file('.tallyman/holds.yaml')).toBe('holds:\n  - {policies: [gone], reason: a}\n');
  });

  it.each<[string, Partial<HoldScope>, Partial<HoldOrder>, string]>([
    [
      'a bad glob',
      { paths: ['x['] },
      {},
      '--path "x[" is no path and no glob: an opening bracket is never closed.',
    ],
    ['an unknown policy', { policies: ['wep'] }, {}, 'There is no policy "wep" (did you mean "web"?)'],
    [
      'an unknown environment',
      { environments: ['prd'] },
      {},
      'There is no environment "prd" (did you mean "prod"?)',
    ],
    ['a time that is over', { policies: ['web'] }, { until: 0 }, '--until is in the past'],
  ])('refuse to hold %s', async (_, scope, more, message) => {
    await expect(hold(await open(), scope, more)).rejects.toThrow(message);
  });

  it('refuse to write into a file that cannot be read', async () => {
    const on = await open('', () => ({ '.tallyman/holds.yaml': 'holds: [\n' }));
    await expect(hold(on, { policies: ['web'] })).rejects.toThrow(
      /\.tallyman\/holds\.yaml:\d+:\d+ must be put right first/,
    );
  });
});
