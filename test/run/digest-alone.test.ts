import { afterEach, describe, expect, it } from 'vitest';
import { parseRecords } from '../../src/release/record.ts';
import { policyFile } from '../scenarios/world.ts';
import { cut, lift, release, rollback } from './orders.ts';
import { codes, Stage, titles } from './stage.ts';

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

const file = 'prod/kustomization.yaml';

/** A field in which only a digest stands. */
const forms = {
  'kustomize, digest alone': (image: string, digest: string) =>
    `kind: Kustomization\nimages:\n  - name: ${image}\n    digest: ${digest}\n`,
  'image: repo@digest': (image: string, digest: string) =>
    `kind: Pod\napiVersion: v1\nmetadata: {name: web}\nspec:\n  containers:\n    - {name: web, image: "${image}@${digest}"}\n`,
};

type Form = keyof typeof forms;

interface Opened {
  readonly on: Stage;
  readonly first: string;
  readonly text: () => Promise<string>;
  readonly holds: (digest: string) => string;
}

async function open(form: Form, rule = 'semver: "*"', more = ''): Promise<Opened> {
  let first = '';
  const opened = await Stage.open((image, put) => {
    first = put('web', '1.0.0', 'one');
    return {
      [file]: forms[form](image('web'), first),
      'prod/policy.yaml': policyFile('web', image('web'), rule, more),
    };
  });
  stage = opened;
  return {
    on: opened,
    first,
    text: () => opened.file(file),
    holds: (digest) => forms[form](opened.image('web'), digest),
  };
}

/** The records of the newest commit. */
async function newestRecords(on: Stage) {
  const [commit] = await (await on.repository.sync()).history(0);
  return parseRecords(commit?.message ?? '').records;
}

describe.each(Object.keys(forms) as Form[])('%s', (form) => {
  it('moves by tag, and the record tells both tags', async () => {
    const { on, first } = await open(form);
    const second = on.put('web', '1.1.0', 'two');
    expect(titles(await on.run())).toEqual(['web']);
    expect(await newestRecords(on)).toMatchObject([
      { from: '1.0.0', fromDigest: first, to: '1.1.0', digest: second, intent: 'update' },
    ]);
    on.forget();
    expect(titles(await on.run())).toEqual([]);
  });

  it.each(['with its records', 'squashed without records'])(
    'stays taken back, %s, and goes on above it',
    async (how) => {
      const { on, text, holds, first } = await open(form);
      const second = on.put('web', '1.1.0', 'two');
      if (how.startsWith('with ')) await on.run();
      else await on.commit({ [file]: holds(second) }, 'Update (#1)\n');
      await on.commit({ [file]: holds(first) }, 'Revert\n');
      on.put('web', '1.0.5', 'between');
      on.forget();
      expect(titles(await on.run())).toEqual([]);
      expect(await text()).toBe(holds(first));
      on.put('web', '1.2.0', 'three');
      expect(titles(await on.run())).toEqual(['web']);
      expect(await newestRecords(on)).toMatchObject([{ from: '1.0.0', to: '1.2.0' }]);
    },
  );

  it('stops where what was taken back is no tag any more and has no record, until it is lifted', async () => {
    const { on, text, holds, first } = await open(form);
    const second = on.put('web', '1.1.0', 'two');
    await on.commit({ [file]: holds(second) });
    await on.commit({ [file]: holds(first) });
    on.put('web', '1.1.0', 'moved');
    on.put('web', '1.2.0', 'three');
    const stopped = await on.run();
    expect(codes(stopped)).toEqual(['election-failed']);
    expect(await text()).toBe(holds(first));
    expect((await lift(on, { policies: ['web'] })).outcome).toBe('done');
    on.forget();
    expect(titles(await on.run())).toEqual(['web']);
  });

  it('goes back to the digest that stood there, with the registry down, and stays', async () => {
    const { on, text, holds, first } = await open(form);
    on.put('web', '1.1.0', 'two');
    await on.run();
    const { ports } = on;
    cut(on);
    const done = await rollback(on);
    expect(await text()).toBe(holds(first));
    // The record of the release tells which version it left.
    expect(done.commits[0]?.message).toContain('rollback(web): 1.1.0 -> 1.0.0\n');
    expect(await newestRecords(on)).toMatchObject([
      { from: '1.1.0', to: '1.0.0', digest: first, intent: 'rollback' },
    ]);
    on.ports = ports;
    on.forget();
    expect(titles(await on.run())).toEqual([]);
    on.put('web', '1.2.0', 'three');
    expect(titles(await on.run())).toEqual(['web']);
    await rollback(on, { to: '1.1.0' });
    expect(await newestRecords(on)).toMatchObject([{ from: '1.2.0', to: '1.1.0', intent: 'rollback' }]);
    await rollback(on, { to: first });
    expect(await text()).toBe(holds(first));
    await expect(rollback(on, { to: '9.9.9' })).rejects.toThrow('has not held 9.9.9');
  });

  it('goes back to a digest that nobody can name as well', async () => {
    const { on, text, holds } = await open(form);
    const nameless = `sha256:${'ab'.repeat(32)}`;
    await on.commit({ [file]: holds(nameless) });
    await release(on, '1.0.0');
    cut(on);
    const done = await rollback(on, { to: nameless });
    expect(await text()).toBe(holds(nameless));
    expect(done.commits[0]?.message).toContain('rollback(web): 1.0.0 -> sha256:abababababab\n');
    expect(await newestRecords(on)).toMatchObject([{ from: '1.0.0', to: '', digest: nameless }]);
  });

  it('holds back a digest that a person put there and nobody can name', async () => {
    const { on, text, holds } = await open(form);
    on.put('web', '1.1.0', 'two');
    await on.run();
    const foreign = holds(`sha256:${'ab'.repeat(32)}`);
    await on.commit({ [file]: foreign });
    on.put('web', '1.2.0', 'three');
    on.forget();
    const stopped = await on.run();
    expect(titles(stopped)).toEqual([]);
    if (stopped.outcome === 'failed') throw stopped.failure;
    expect(stopped.plan.rulings).toMatchObject([
      { decision: { gates: [{ gate: 'pinned', detail: expect.stringContaining('pinned by Ann') }] } },
    ]);
    expect(await text()).toBe(foreign);
  });

  it('follows a person who went forward', async () => {
    const { on, holds } = await open(form);
    on.put('web', '1.1.0', 'two');
    await on.run();
    await on.commit({ [file]: holds(on.put('web', '1.3.0', 'four')) });
    on.put('web', '1.2.0', 'three');
    on.forget();
    expect(titles(await on.run())).toEqual([]);
    on.put('web', '1.4.0', 'five');
    expect(titles(await on.run())).toEqual(['web']);
  });

  it('is not edited where the tag of its record was moved in the registry', async () => {
    const { on } = await open(form);
    on.put('web', '1.1.0', 'two');
    await on.run();
    on.put('web', '1.1.0', 'another');
    on.forget();
    const after = await on.run();
    expect(titles(after)).toEqual([]);
    expect(codes(after)).toEqual(['tag-moved']);
  });

  it('is released to a given tag, and told where it holds that already', async () => {
    const { on, text, holds, first } = await open(form);
    const second = on.put('web', '1.1.0', 'two');
    await release(on, '1.1.0');
    expect(await text()).toContain(second);
    await rollback(on);
    expect(await text()).toBe(holds(first));
    expect(await release(on, '1.0.0')).toMatchObject({
      outcome: 'unchanged',
      notes: ['Every field of web holds 1.0.0 already.'],
    });
  });

  it.each([
    ['a tag by its digest', 'digest: {tag: 1.0.0}', '1.0.0'],
    ['the newest', 'newest: {}', '1.1.0'],
  ])('follows %s, and keeps to what was taken back', async (_, rule, next) => {
    const { on, text, holds, first } = await open(form, rule);
    on.now += 60_000;
    on.put('web', next, 'two');
    expect(titles(await on.run())).toEqual(['web']);
    await on.commit({ [file]: holds(first) });
    on.forget();
    expect(titles(await on.run())).toEqual([]);
    expect(await text()).toBe(holds(first));
    on.now += 60_000;
    on.put('web', rule.startsWith('newest') ? '1.2.0' : next, 'three');
    expect(titles(await on.run())).toEqual(['web']);
  });
});

it('is promoted where a record tells its tag, and says so where none does', async () => {
  stage = await Stage.open((image, put) => ({
    'staging/kustomization.yaml': forms['kustomize, digest alone'](image('web'), put('web', '1.0.0', 'one')),
    'staging/policy.yaml': policyFile('web-staging', image('web'), 'semver: "*"'),
    'prod/kustomization.yaml': forms['kustomize, digest alone'](image('web'), put('web', '1.0.0', 'one')),
    'prod/policy.yaml': policyFile('web-prod', image('web'), 'promote: {from: web-staging}'),
  }));
  const before = await stage.run();
  if (before.outcome === 'failed') throw before.failure;
  expect(before.plan.problems.map(({ message }) => message)).toEqual([
    expect.stringContaining('only a digest that no release record tells the tag of'),
  ]);
  const second = stage.put('web', '1.1.0', 'two');
  expect(titles(await stage.run())).toEqual(['web-staging']);
  expect(titles(await stage.run())).toEqual(['web-prod']);
  expect(await stage.file('prod/kustomization.yaml')).toContain(second);
  expect(await newestRecords(stage)).toMatchObject([{ to: '1.1.0', intent: 'promote' }]);
});
