import { afterEach, describe, expect, it } from 'vitest';
import { deployment, policyFile } from '../scenarios/world.ts';
import { Stage, titles, web } from './stage.ts';

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

async function open(files: Parameters<typeof Stage.open>[0]): Promise<Stage> {
  stage = await Stage.open(files);
  return stage;
}

/** A person puts the file back to what it was. */
async function takeBack(opened: Stage, file: string, before: string): Promise<void> {
  await opened.commit({ [file]: before }, 'Revert "release"\n');
}

describe('what people took back', () => {
  it('is not released again; the next version above it is', async () => {
    const opened = await open((image) => web(image));
    const before = await opened.file('prod/web.yaml');
    opened.push('web', '1.0.0', '1.1.0');
    await opened.run();
    await takeBack(opened, 'prod/web.yaml', before);
    opened.push('web', '1.0.5');
    expect(titles(await opened.run())).toEqual([]);
    opened.push('web', '1.1.1');
    expect(titles(await opened.run())).toEqual(['web']);
    expect(await opened.file('prod/web.yaml')).toContain('acme/web:1.1.1"');
  });

  it('stays so with empty state and memory', async () => {
    const opened = await open((image) => web(image));
    const before = await opened.file('prod/web.yaml');
    opened.push('web', '1.0.0', '1.1.0');
    await opened.run();
    await takeBack(opened, 'prod/web.yaml', before);
    opened.forget();
    expect(titles(await opened.run())).toEqual([]);
  });

  it('holds the field where onRevert says so', async () => {
    const opened = await open((image) => web(image, '  onRevert: hold\n'));
    const before = await opened.file('prod/web.yaml');
    opened.push('web', '1.0.0', '1.1.0');
    await opened.run();
    await takeBack(opened, 'prod/web.yaml', before);
    opened.push('web', '1.2.0');
    const result = await opened.run();
    expect(titles(result)).toEqual([]);
    if (result.outcome === 'failed') throw result.failure;
    expect(result.plan.rulings).toMatchObject([
      { decision: { elected: '1.2.0', gates: [{ gate: 'reverted' }] } },
    ]);
  });

  it('is lifted by putting it back', async () => {
    const opened = await open((image) => web(image));
    const before = await opened.file('prod/web.yaml');
    opened.push('web', '1.0.0', '1.1.0');
    await opened.run();
    const after = await opened.file('prod/web.yaml');
    await takeBack(opened, 'prod/web.yaml', before);
    await opened.commit({ 'prod/web.yaml': after }, 'Revert the revert\n');
    opened.push('web', '1.1.1');
    expect(titles(await opened.run())).toEqual(['web']);
  });

  it('is known without any record: a person’s own step back counts', async () => {
    const opened = await open((image) => web(image));
    const before = await opened.file('prod/web.yaml');
    await opened.commit({ 'prod/web.yaml': before.replace(':1.0.0"', ':1.1.0"') }, 'Update by hand\n');
    await takeBack(opened, 'prod/web.yaml', before);
    opened.push('web', '1.0.0', '1.0.9', '1.1.0');
    expect(titles(await opened.run())).toEqual([]);
    opened.push('web', '1.2.0');
    expect(titles(await opened.run())).toEqual(['web']);
  });

  it.each([
    ['glob, by time', 'glob: "main-*"', 'main-a', 'main-b'],
    ['newest', 'newest: {}', 'build-a', 'build-b'],
  ])('is known to policies without an order of their own: %s', async (_, rule, first, second) => {
    const opened = await open((image) => ({
      'prod/web.yaml': deployment('web', `${image('web')}:${first}`),
      'prod/policy.yaml': policyFile('web', image('web'), rule),
    }));
    const before = await opened.file('prod/web.yaml');
    opened.push('web', first);
    opened.now += 60_000;
    opened.push('web', second);
    expect(titles(await opened.run())).toEqual(['web']);
    await takeBack(opened, 'prod/web.yaml', before);
    expect(titles(await opened.run())).toEqual([]);
    opened.now += 60_000;
    opened.push('web', 'main-c', 'build-c');
    expect(titles(await opened.run())).toEqual(['web']);
  });

  it('is known to a policy that follows a tag by its digest', async () => {
    const opened = await open((image, put) => ({
      'prod/web.yaml': deployment('web', `${image('web')}:stable@${put('web', 'stable', 'one')}`),
      'prod/policy.yaml': policyFile('web', image('web'), 'digest: {tag: stable}'),
    }));
    const before = await opened.file('prod/web.yaml');
    opened.put('web', 'stable', 'two');
    expect(titles(await opened.run())).toEqual(['web']);
    await takeBack(opened, 'prod/web.yaml', before);
    expect(titles(await opened.run())).toEqual([]);
    opened.put('web', 'stable', 'three');
    expect(titles(await opened.run())).toEqual(['web']);
  });
});
