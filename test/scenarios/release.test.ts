import { afterAll, beforeAll, expect, it } from 'vitest';
import { json } from '../cli/harness.ts';
import { describePeer } from '../peers/require.ts';
import { deployment, policyFile, World } from './world.ts';

describePeer(['git', 'docker-registry'], 'a tag pushed to the registry', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.open();
    await world.push('web', '1.4.2');
    await world.create({
      'clusters/prod/web/deployment.yaml': deployment('web', `${world.image('web')}:1.4.2`),
      'clusters/prod/web/policy.yaml': policyFile('web', world.image('web'), 'semver: "~1.4"'),
    });
  });

  afterAll(() => world.close());

  it('ends as a signed commit whose diff is one token on one line', async () => {
    await world.push('web', '1.4.3');
    await world.push('web', '2.0.0');
    const before = await world.head();
    const result = await world.tallyman(['run', '--once', '-o', 'json']);
    expect(result.stderr).toBe('');
    expect(result.exit).toBe(0);
    expect(await world.commits()).toBe(2);
    await world.verify();
    expect(await world.inBare('rev-parse', 'main~1')).toBe(before);
    const words = await world.inBare(
      'diff',
      '--word-diff=porcelain',
      '--word-diff-regex=[0-9.]+|.',
      'main~1',
      'main',
    );
    expect(words.split('\n').filter((line) => /^[+-][^+-]/.test(line))).toEqual(['-1.4.2', '+1.4.3']);
    expect(await world.inBare('diff', '--numstat', 'main~1', 'main')).toBe(
      '1\t1\tclusters/prod/web/deployment.yaml',
    );
    await world.inBare('fsck', '--strict');
    expect(json(result)['repositories']).toMatchObject([{ repository: 'fleet', outcome: 'released' }]);
  });

  it('is told by the commit message and read back by history', async () => {
    expect(await world.inBare('log', '-1', '--format=%s', 'main')).toBe('release(web): 1.4.2 -> 1.4.3');
    const history = json(await world.tallyman(['history', '-o', 'json']));
    expect(history['releases']).toMatchObject([
      {
        policy: 'web',
        from: '1.4.2',
        to: '1.4.3',
        intent: 'update',
        branch: 'main',
        commit: await world.head(),
      },
    ]);
  });

  it('is released once: a second run commits nothing', async () => {
    const head = await world.head();
    const result = await world.tallyman(['run', '--once', '-o', 'json']);
    expect(result.exit).toBe(0);
    expect(json(result)['repositories']).toMatchObject([{ outcome: 'unchanged', commits: [] }]);
    expect(await world.head()).toBe(head);
  });

  it('stays taken back after git revert, until something newer comes', async () => {
    await world.revert();
    const reverted = await world.head();
    const again = await world.tallyman(['run', '--once', '-o', 'json']);
    expect(json(again)['repositories']).toMatchObject([{ outcome: 'unchanged' }]);
    expect(await world.head()).toBe(reverted);
    const explained = await world.tallyman(['explain', 'web', '-o', 'json']);
    expect(JSON.stringify(json(explained))).toContain('"rule":"rejected"');
    await world.push('web', '1.4.4');
    const newer = await world.tallyman(['run', '--once', '-o', 'json']);
    expect(json(newer)['repositories']).toMatchObject([{ outcome: 'released' }]);
    expect(await world.inBare('show', 'main:clusters/prod/web/deployment.yaml')).toContain('acme/web:1.4.4"');
    await world.inBare('fsck', '--strict');
  });
});
