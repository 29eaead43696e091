import { afterEach, describe, expect, it } from 'vitest';
import type { HoldScope } from '../../src/release/hold-entry.ts';
import { policyFile } from '../scenarios/world.ts';
import { hold, lift, release, rollback } from './orders.ts';
import { Stage, titles } from './stage.ts';

function pod(image: string): string {
  return `kind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a,\n  image: ${image}:1.0.0 # {"$tallyman": "web"}\n  }]}\n`;
}

let stage: Stage | undefined;
afterEach(() => stage?.close());

/** A base that `prod` and `staging` reach and that a marker binds on purpose, beside a field of `staging` alone. */
async function open(): Promise<Stage> {
  stage = await Stage.open((image) => ({
    'policy.yaml': policyFile('web', image('web'), 'semver: "*"'),
    'base/web.yaml': pod(image('web')),
    'base/kustomization.yaml': 'resources: [web.yaml]\n',
    'prod/kustomization.yaml': 'resources: [../base]\n',
    'staging/kustomization.yaml': 'resources: [../base, own.yaml]\n',
    'staging/own.yaml': pod(image('web')),
  }));
  const environments = ['prod', 'staging'].map((name) => ({
    name,
    paths: [`${name}/**`],
    paused: false,
    freezes: [],
  }));
  stage.settings = { ...stage.settings, environments };
  stage.push('web', '1.0.0', '1.1.0');
  return stage;
}

describe('a field of a base that several environments reach', () => {
  it.each<[string, Partial<HoldScope>, number, RegExp]>([
    ['an environment', { environments: ['prod'] }, 1, /^(?:(?!staging\/own).)*$/s],
    ['the other environment', { environments: ['staging'] }, 2, /staging\/own/],
    ['a policy in an environment', { policies: ['web'], environments: ['prod'] }, 1, /base\/web/],
  ])('is held and lifted by %s, as a run sees it', async (_, scope, fields, lines) => {
    const on = await open();
    const held = await hold(on, scope);
    expect(held.notes).toEqual([]);
    expect(held.commits[0]?.message).toContain(`Holds ${fields} image field${fields === 1 ? '' : 's'}.`);
    expect(held.commits[0]?.message).toMatch(lines);
    const result = await on.run();
    const stopped = result.outcome === 'failed' ? [] : result.plan.rulings.map(gatesOf);
    expect(stopped.filter((gates) => gates.includes('hold'))).toHaveLength(fields);
    const lifted = await lift(on, scope);
    expect(lifted).toMatchObject({ outcome: 'done' });
    expect(lifted.commits[0]?.message.match(/^Tallyman-Release: /gm)).toHaveLength(fields);
  });

  it('keeps the name of what holds it where an entry is wider than the lift', async () => {
    const on = await open();
    await hold(on, { environments: ['prod'] });
    await expect(lift(on, { policies: ['web'] })).rejects.toThrow('tallyman lift --environment prod');
  });

  it('stays held by another environment where the hold of one is lifted', async () => {
    const on = await open();
    for (const name of ['prod', 'staging']) await hold(on, { policies: ['web'], environments: [name] });
    await lift(on, { policies: ['web'], environments: ['prod'] });
    expect(await on.file('.tallyman/holds.yaml')).toMatch(/^(?:(?!prod).)*staging(?:(?!prod).)*$/s);
  });

  it.each(['release', 'rollback'])('is not moved by a %s for one of them alone', async (verb) => {
    const on = await open();
    if (verb === 'rollback') await release(on, '1.1.0', { environment: 'prod+staging' });
    const move = async (environment: string): Promise<unknown> =>
      verb === 'release' ? release(on, '1.1.0', { environment }) : rollback(on, { environment });
    await expect(move('prod')).rejects.toThrow(
      /^The field at base\/web\.yaml:4:10 is deployed in staging as well and would move there too; to move it in all of them: --environment prod\+staging$/,
    );
    expect(await move('staging+prod')).toMatchObject({ outcome: 'done' });
    const tag = verb === 'release' ? ':1.1.0' : ':1.0.0';
    for (const file of ['base/web.yaml', 'staging/own.yaml']) expect(await on.file(file)).toContain(tag);
  });

  it('keeps what was taken back rejected where one of them is lifted', async () => {
    const on = await open();
    await on.run();
    await rollback(on);
    const lifted = await lift(on, { policies: ['web'], environments: ['staging'] });
    expect(lifted.notes).toEqual([
      'What was taken back before may be released again.',
      expect.stringMatching(
        /^What was taken back at base\/web\.yaml:4:10 stays rejected, since that field is deployed in prod as well; to let it be released again: tallyman lift web$/,
      ),
    ]);
    await on.run();
    expect(await on.file('staging/own.yaml')).toContain(':1.1.0');
    expect(await on.file('base/web.yaml')).toContain(':1.0.0');
    const all = await lift(on, { policies: ['web'] });
    expect(all).toMatchObject({
      outcome: 'done',
      notes: ['What was taken back before may be released again.'],
    });
    await on.run();
    expect(await on.file('base/web.yaml')).toContain(':1.1.0');
  });

  it('keeps its annotation where one of them is lifted', async () => {
    const on = await open();
    const text = (await on.file('base/web.yaml')).replace(
      '{name: a}',
      '{name: a, annotations: {tallyman.dev/hold: no}}',
    );
    await on.commit({ 'base/web.yaml': text });
    await expect(lift(on, { policies: ['web'], environments: ['prod'] })).rejects.toThrow(
      'The annotation in base/web.yaml holds web in staging as well: lift it without --environment.',
    );
    expect(await lift(on, { policies: ['web'] })).toMatchObject({ outcome: 'done' });
  });

  it('is not asked about where an order names no environment', async () => {
    const on = await open();
    expect(await release(on, '1.1.0')).toMatchObject({ outcome: 'done', notes: [] });
    expect(titles(await on.run())).toEqual([]);
  });

  it('is not lifted in an environment that is none of its own', async () => {
    const on = await open();
    await expect(lift(on, { policies: ['web'], environments: ['prd'] })).rejects.toThrow(
      'web binds no image field in the environment "prd" (did you mean "prod"?); its fields are in prod, staging.',
    );
  });

  it('is named by each of its environments where another one is asked for', async () => {
    const on = await open();
    await expect(release(on, '1.1.0', { environment: 'dev' })).rejects.toThrow(
      'web binds no image field in the environment "dev"; its fields are in prod, staging.',
    );
  });
});

describe('a hold that a workload has by an alias', () => {
  it('is not lifted, and says where it is', async () => {
    stage = await Stage.open((image) => ({
      'prod/policy.yaml': policyFile('web', image('web'), 'semver: "*"'),
      'prod/web.yaml': pod(image('web'))
        .replace('kind: Pod', 'x: &x {tallyman.dev/hold: INC-7}\napiVersion: v1\nkind: Pod')
        .replace('{name: a}', '{name: a, annotations: *x}'),
    }));
    const on = stage;
    on.push('web', '1.0.0', '1.1.0');
    expect(titles(await on.run())).toEqual([]);
    await expect(lift(on, { policies: ['web'] })).rejects.toThrow(
      'The workload of prod/web.yaml:6:10 has its hold (INC-7) by an alias or a merge key. Take it away by hand.',
    );
  });
});

function gatesOf(ruling: object): readonly string[] {
  return 'decision' in ruling
    ? (ruling.decision as { gates: readonly { gate: string }[] }).gates.map(({ gate }) => gate)
    : [];
}
