import { afterEach, describe, expect, it } from 'vitest';
import type { EnvironmentPaths } from '../../src/run/settings.ts';
import { deployment, policyFile } from '../scenarios/world.ts';
import { lift, rollback } from './orders.ts';
import { codes, Stage, titles, web } from './stage.ts';

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

async function open(more: string, environment: Partial<EnvironmentPaths> = {}): Promise<Stage> {
  const opened = await Stage.open((image) => web(image, more));
  stage = opened;
  const prod = { name: 'prod', paths: ['prod/**'], paused: false, freezes: [], ...environment };
  opened.settings = { ...opened.settings, environments: [prod] };
  opened.push('web', '1.0.0', '1.1.0');
  return opened;
}

async function gates(opened: Stage): Promise<readonly { gate: string; detail: string }[]> {
  const result = await opened.run();
  if (result.outcome === 'failed') throw result.failure;
  return result.plan.rulings.flatMap((ruling) => ('decision' in ruling ? ruling.decision.gates : []));
}

describe('a gate', () => {
  it('stops outside the window of the policy, says when it opens, and lets go inside', async () => {
    const opened = await open('  schedule: {allow: ["* 10-15 * * *"], timeZone: UTC}\n');
    expect(await gates(opened)).toEqual([
      { gate: 'schedule', detail: "outside the policy's window (UTC); it opens at 2026-11-21T10:00:00Z" },
    ]);
    opened.now = Date.parse('2026-11-21T10:00:00Z');
    expect(titles(await opened.run())).toEqual(['web']);
  });

  it('stops in a frozen environment until the freeze is over', async () => {
    const from = Date.parse('2026-11-20T00:00:00Z');
    const until = Date.parse('2026-11-23T00:00:00Z');
    const opened = await open('', { freezes: [{ from, until, reason: 'year end' }] });
    expect(await gates(opened)).toEqual([
      { gate: 'freeze', detail: 'the environment prod is frozen until 2026-11-23T00:00:00Z: year end' },
    ]);
    opened.now = until;
    expect(titles(await opened.run())).toEqual(['web']);
  });

  it('stops in a paused environment', async () => {
    const opened = await open('', { paused: true });
    expect(await gates(opened)).toEqual([{ gate: 'paused', detail: 'the environment prod is paused' }]);
  });

  it('of another environment does not concern the field', async () => {
    const opened = await open('', { paths: ['staging/**'], paused: true });
    expect(titles(await opened.run())).toEqual(['web']);
  });
});

describe('platforms', () => {
  it('of the image decide, by the digest that the tag has', async () => {
    const opened = await open('  platforms: [linux/amd64, linux/arm64]\n');
    const add = (tag: string, ...platforms: readonly string[]) =>
      opened.registry.registry.addImage({ repository: 'acme/web', tag, created: opened.now, platforms });
    add('1.3.0', 'linux/amd64');
    add('1.2.0', 'linux/amd64', 'linux/arm64/v8');
    await opened.run();
    expect(await opened.file('prod/web.yaml')).toContain('acme/web:1.2.0"');
    add('1.3.0', 'linux/arm64', 'linux/amd64');
    await opened.run();
    expect(await opened.file('prod/web.yaml')).toContain('acme/web:1.3.0"');
  });
});

describe('minAge', () => {
  const hour = 3_600_000;

  it('counts from the first sight, and from a release of the same digest elsewhere', async () => {
    const opened = await open('  minAge: 24h\n');
    expect(titles(await opened.run())).toEqual([]);
    opened.now += 23 * hour;
    expect(titles(await opened.run())).toEqual([]);
    opened.now += hour;
    expect(titles(await opened.run())).toEqual(['web']);
    expect(await opened.file('prod/web.yaml')).toContain('acme/web:1.1.0"');
  });

  it('begins anew for a tag that moved', async () => {
    const opened = await open('  minAge: 24h\n');
    await opened.run();
    opened.now += 25 * hour;
    opened.put('web', '1.1.0', 'other content');
    expect(titles(await opened.run())).toEqual([]);
  });

  it('takes a release record for evidence', async () => {
    const staging = policyFile('staging', 'X', 'semver: "^1"').replace('image: X', '');
    const opened = await Stage.open((image) => ({
      ...web(image, '  minAge: 24h\n'),
      'staging/web.yaml': deployment('web', `${image('web')}:1.0.0`),
      'staging/policy.yaml': staging.replace('spec:\n', `spec:\n  image: ${image('web')}\n`),
    }));
    stage = opened;
    opened.push('web', '1.0.0', '1.1.0');
    expect(titles(await opened.run())).toEqual(['staging']);
    // The state is lost, the record is not.
    opened.forget();
    opened.now += 24 * hour;
    expect(titles(await opened.run())).toEqual(['web']);
  });

  it('is an error of the set-up in one run on a new machine, not a silent wait', async () => {
    const opened = await open('  minAge: 24h\n');
    const first = await opened.run({ once: true });
    expect(codes(first)).toEqual(['election-failed']);
    opened.now += 24 * hour;
    const second = await opened.run({ once: true });
    expect(codes(second)).toEqual([]);
    expect(titles(second)).toEqual(['web']);
  });
});

async function rolledBack(onRevert: string): Promise<Stage> {
  const opened = await Stage.open((image) => ({
    ...web(image, `  group: stack\n  onRevert: ${onRevert}\n`),
    'prod/api.yaml': deployment('api', `${image('api')}:1.0.0`),
    'prod/api-policy.yaml': policyFile('api', image('api'), 'semver: "^1"', '  group: stack\n'),
  }));
  stage = opened;
  opened.push('web', '1.0.0', '1.1.0');
  opened.push('api', '1.0.0');
  expect(titles(await opened.run())).toEqual(['stack']);
  await rollback(opened);
  opened.push('api', '1.1.0');
  opened.forget();
  return opened;
}

describe('a group with a member that was taken back', () => {
  it('stays under onRevert: hold, until that is lifted', async () => {
    const opened = await rolledBack('hold');
    const result = await opened.run();
    expect(titles(result)).toEqual([]);
    if (result.outcome === 'failed') throw result.failure;
    expect(result.plan.stops.get('stack')?.because).toBe(
      'web is stopped by reverted: 1.1.0 was taken back, and onRevert is hold: nothing is released until it is lifted',
    );
    await lift(opened, { policies: ['web'] });
    const lifted = await opened.run();
    expect(titles(lifted)).toEqual(['stack']);
    expect(await opened.file('prod/web.yaml')).toContain(':1.1.0');
  });

  it('moves without it under onRevert: skip', async () => {
    const opened = await rolledBack('skip');
    expect(titles(await opened.run())).toEqual(['stack']);
    expect(await opened.file('prod/web.yaml')).toContain(':1.0.0');
    expect(await opened.file('prod/api.yaml')).toContain(':1.1.0');
  });
});
