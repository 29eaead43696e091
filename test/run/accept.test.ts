import { afterEach, describe, expect, it } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import type { PlanId } from '../../src/run/fuse/plan-id.ts';
import { RunMemory } from '../../src/run/run.ts';
import { deployment, policyFile } from '../scenarios/world.ts';
import { head, idOf, limited, problem, services } from './services.ts';
import { titles, wrap, type Stage } from './stage.ts';

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

async function open(...args: Parameters<typeof services>): Promise<Stage> {
  return (stage = await services(...args));
}

/** Somebody commits between the first push and the second. */
async function inBetween(opened: Stage, files: Readonly<Record<string, string>>): Promise<void> {
  let pushes = 0;
  wrap(opened, async (base, drafts) => {
    const published = await opened.repository.publish(base, drafts);
    if (++pushes === 1) await opened.commit(files);
    return published;
  });
}

describe('an accepted plan', () => {
  it('is released whole, past every limit', async () => {
    const opened = await open(3);
    limited(opened, 1, { prod: 1 });
    const accept = idOf(await opened.run());
    expect(await opened.run({ once: true, accept })).toMatchObject({ outcome: 'released' });
    expect(await opened.run()).toMatchObject({ outcome: 'unchanged' });
  });

  it('is the same after a commit of somebody else and a restart without state', async () => {
    const opened = await open(3);
    limited(opened, 1);
    const accept = idOf(await opened.run());
    await opened.commit({
      'prod/app-0.yaml': `# moved down\n${await opened.file('prod/app-0.yaml')}`,
      'notes.txt': 'hello\n',
    });
    opened.forget();
    const result = await opened.run({ once: true, accept });
    expect(result).toMatchObject({ outcome: 'released' });
    expect(titles(result)).toHaveLength(3);
  });

  it('is not released where it is another one: says what was added, is gone and has changed', async () => {
    const opened = await open(4);
    limited(opened, 1);
    await opened.commit({
      'prod/app-3.policy.yaml': `${await opened.file('prod/app-3.policy.yaml')}  hold: {reason: later, by: ann}\n`,
    });
    const accept = idOf(await opened.run());
    const before = await opened.file('prod/app-0.policy.yaml');
    await opened.commit({
      'prod/app-0.policy.yaml': `${before}  hold: {reason: stop, by: ann}\n`,
      'prod/app-3.policy.yaml': (await opened.file('prod/app-3.policy.yaml')).replace(/ {2}hold:.*\n/, ''),
    });
    opened.push('app-1', '1.2.0');
    const at = await head(opened);
    const result = await opened.run({ once: true, accept });
    expect(result).toMatchObject({ outcome: 'stopped', commits: [] });
    expect(await head(opened)).toBe(at);
    const told = problem(result, 'plan-changed');
    expect(told).toMatch(/added: app-3 1\.0\.0 -> 1\.1\.0@sha256:\S+ \(prod\/app-3\.yaml#/);
    expect(told).toMatch(/gone: app-0 1\.0\.0 -> 1\.1\.0@/);
    expect(told).toMatch(/changed: app-1 1\.0\.0 -> 1\.1\.0@\S+ \(\S+\) is now 1\.0\.0 -> 1\.2\.0@/);
    expect(told).toContain(`The plan is ${idOf(result)} now`);
    expect(told).not.toContain('app-2');
  });

  it('is refused without what it held where that is not known, and where it is no plan at all', async () => {
    const opened = await open(2);
    const accept = '0123456789ab' as PlanId;
    const wrong = await opened.run({ once: true, accept });
    expect(wrong).toMatchObject({ outcome: 'stopped', commits: [] });
    expect(problem(wrong, 'plan-changed')).toContain('What it held is not known on this machine.');
    await opened.run();
    const gone = await opened.run({ once: true, accept: idOf(wrong) });
    expect(problem(gone, 'plan-changed')).toMatch(
      /gone: app-0 .*; gone: app-1 .*\. Nothing would be released now; /,
    );
  });

  it('takes a tag that now has other content for another plan', async () => {
    const opened = await open(2);
    limited(opened, 1);
    const accept = idOf(await opened.run());
    opened.put('app-1', '1.1.0', 'other content');
    opened.memory = new RunMemory();
    const result = await opened.run({ once: true, accept });
    expect(result).toMatchObject({ outcome: 'stopped' });
    expect(problem(result, 'plan-changed')).toMatch(/changed: app-1 /);
  });

  it.each([
    ['the same', 'notes.txt', 'released', /^$/],
    ['another one', 'prod/app-0.policy.yaml', 'stopped', /^Plan .*gone: app-0 /],
  ])('is compared again after a lost race: %s', async (_label, file, outcome, told) => {
    const opened = await open(3);
    limited(opened, 1);
    const accept = idOf(await opened.run());
    const text = `${await opened.file(file)}  hold: {reason: stop, by: ann}\n`;
    let raced = false;
    wrap(opened, async (base, drafts) => {
      if (!raced) {
        raced = true;
        await opened.commit({ [file]: text });
      }
      return opened.repository.publish(base, drafts);
    });
    const result = await opened.run({ once: true, accept });
    expect(result).toMatchObject({ outcome });
    expect(problem(result, 'plan-changed')).toMatch(told);
  });
});

describe('more than 50 commits', () => {
  it('are planned all, or those of the first push for who shows none', async () => {
    const opened = await open(60);
    const whole = await opened.run({ dryRun: true, once: true });
    expect(titles(whole)).toHaveLength(60);
    const brief = await opened.run({ dryRun: true, brief: true });
    expect(titles(brief)).toEqual(titles(whole).slice(0, 50));
    expect(idOf(brief)).toBe(idOf(whole));
  });

  it('go into one push of 50 in a daemon, and the rest into the next run', async () => {
    const opened = await open(60);
    limited(opened, 100);
    expect(titles(await opened.run())).toHaveLength(50);
    expect(titles(await opened.run())).toHaveLength(10);
  });

  it('go into as many pushes as it takes with --once, each on top of the other', async () => {
    const opened = await open(60);
    limited(opened, 50);
    const accept = idOf(await opened.run());
    const sizes: number[] = [];
    wrap(opened, (base, drafts) => {
      sizes.push(drafts.length);
      return opened.repository.publish(base, drafts);
    });
    const result = await opened.run({ once: true, accept });
    expect(result).toMatchObject({ outcome: 'released', plan: { pending: { id: accept, releases: 60 } } });
    expect(sizes).toEqual([50, 10]);
    if (result.outcome !== 'released') throw new Error(result.outcome);
    expect(new Set(result.commits).size).toBe(60);
    expect(result.commits.at(-1)).toBe(await head(opened));
    expect(await opened.run()).toMatchObject({ outcome: 'unchanged' });
  });

  it('are compared again when somebody pushes between two pushes', async () => {
    const opened = await open(60);
    limited(opened, 50);
    const accept = idOf(await opened.run());
    await inBetween(opened, { 'notes.txt': 'in between\n' });
    const result = await opened.run({ once: true, accept });
    expect(result).toMatchObject({ outcome: 'released', plan: { pending: { releases: 60 } } });
    expect(titles(result)).toHaveLength(60);
    expect(opened.events).toContainEqual({ kind: 'raced', repository: 'fleet', attempt: 1 });
  });

  it('arrive whole where each of many pushes loses a few races', async () => {
    const opened = await open(101);
    limited(opened, 1000);
    let calls = 0;
    wrap(opened, async (base, drafts) => {
      if (++calls % 4 !== 0) return { kind: 'raced' };
      return opened.repository.publish(base, drafts);
    });
    const result = await opened.run({ once: true });
    expect(result).toMatchObject({ outcome: 'released' });
    expect(titles(result)).toHaveLength(101);
    expect(calls).toBe(12);
  });

  it('promote nothing that the same run has brought to the source', async () => {
    const opened = await open(
      51,
      () => 'prod',
      (image) => ({
        'later/web.yaml': deployment('web', `${image('app-0')}:1.0.0`),
        'later/policy.yaml': policyFile('later', image('app-0'), 'promote: {from: app-0}'),
      }),
    );
    limited(opened, 1000);
    for (const _ of ['1.1.0', 'later']) await opened.run({ once: true });
    for (let index = 0; index < 51; index++) opened.push(`app-${index}`, '1.2.0');
    await inBetween(opened, { 'notes.txt': 'in between\n' });
    expect(titles(await opened.run({ once: true }))).not.toContain('later');
    expect(titles(await opened.run({ once: true }))).toEqual(['later']);
  });

  it('stop where what came in between would make it more than are allowed', async () => {
    const opened = await open(61);
    limited(opened, 60);
    const last = 'prod/app-9.policy.yaml';
    const text = await opened.file(last);
    await opened.commit({ [last]: `${text}  hold: {reason: stop, by: ann}\n` });
    await inBetween(opened, { [last]: text });
    const result = await opened.run({ once: true });
    if (result.outcome !== 'stopped') throw new Error(result.outcome);
    expect(result.commits).toHaveLength(50);
    expect(problem(result, 'fuse')).toContain(
      'has blown, and nothing more after 50 releases was pushed: it would make 61 releases, and maxReleasesPerRun is 60.',
    );
  });

  it('stop where the rest is another plan by then, and say what was pushed', async () => {
    const opened = await open(60);
    limited(opened, 50);
    const accept = idOf(await opened.run());
    const last = 'prod/app-9.policy.yaml';
    const held = `${await opened.file(last)}  hold: {reason: stop, by: ann}\n`;
    await inBetween(opened, { [last]: held });
    const result = await opened.run({ once: true, accept });
    if (result.outcome !== 'stopped') throw new Error(result.outcome);
    expect(result.commits).toHaveLength(50);
    expect(problem(result, 'plan-changed')).toMatch(
      /^Of plan \w+, 50 fields in fleet \(main\) were released; what is left .* was not pushed\. gone: app-9 [^;]*\. The plan is /,
    );
  });

  it('say how many were pushed where a later push fails', async () => {
    const opened = await open(60);
    limited(opened, 60);
    let pushes = 0;
    wrap(opened, async (base, drafts) => {
      if (++pushes === 2) throw new Failure('timeout', 'the server hangs.');
      return opened.repository.publish(base, drafts);
    });
    const result = await opened.run({ once: true });
    expect(result).toMatchObject({
      outcome: 'failed',
      failure: { code: 'timeout', message: '50 commits were pushed before this failed: the server hangs.' },
    });
  });
});
