import { afterEach, describe, expect, it } from 'vitest';
import { fuseOf, idOf, problem } from './services.ts';
import { Stage, web } from './stage.ts';

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

async function first(): Promise<Stage> {
  stage = await Stage.open((image) => ({ ...web(image), 'notes.txt': 'of no policy\n' }));
  stage.push('web', '1.0.0', '1.1.0');
  stage.settings = { ...stage.settings, confirmFirstRun: true };
  return stage;
}

function record(opened: Stage, pairs: Readonly<Record<string, string>>): string {
  const all = {
    v: '1',
    branch: 'main',
    env: 'prod',
    policy: 'web',
    field: 'prod/web.yaml#/spec/template/spec/containers/0/image',
    image: opened.image('web'),
    from: '0.9.0',
    'from-digest': '',
    to: '1.0.0',
    digest: '',
    revision: '',
    intent: 'update',
    ...pairs,
  };
  return `Whatever\n\nTallyman-Release: ${Object.entries(all)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ')}\n`;
}

describe('the first run on a branch', () => {
  it('waits for a person, also after a loss of state, and is no first run afterwards', async () => {
    const opened = await first();
    const stopped = await opened.run();
    expect(fuseOf(stopped)).toEqual([{ reason: 'first-run' }]);
    expect(problem(stopped, 'fuse')).toContain('it would be the first run on this branch (confirmFirstRun)');
    opened.forget();
    expect(await opened.run()).toMatchObject({ outcome: 'stopped' });
    expect(await opened.run({ once: true, accept: idOf(stopped) })).toMatchObject({ outcome: 'released' });
    opened.push('web', '1.2.0');
    opened.forget();
    expect(await opened.run()).toMatchObject({ outcome: 'released' });
  });

  it('wants nobody where nothing would be released', async () => {
    const opened = await first();
    await opened.commit({
      'prod/web.yaml': (await opened.file('prod/web.yaml')).replace(':1.0.0', ':1.1.0'),
    });
    expect(await opened.run()).toMatchObject({ outcome: 'unchanged', plan: { fuse: [] } });
  });

  it('is a run like others where confirmFirstRun is false', async () => {
    const opened = await first();
    opened.settings = { ...opened.settings, confirmFirstRun: false };
    expect(await opened.run()).toMatchObject({ outcome: 'released' });
  });

  it.each([
    ['a release of this branch', {}, 'released'],
    ['a promotion', { intent: 'promote' }, 'released'],
    ['a release of another branch', { branch: 'staging' }, 'stopped'],
    ['a hold, which a person made', { intent: 'hold' }, 'stopped'],
    ['a release by hand', { intent: 'release' }, 'stopped'],
    ['a version that the field never held', { to: '7.7.7' }, 'stopped'],
    ['a field that is not there', { field: 'prod/web.yaml#/spec/nothing' }, 'stopped'],
    ['a version of records that is not known', { v: '9' }, 'stopped'],
  ] as const)('is told by records: %s', async (_label, pairs, outcome) => {
    const opened = await first();
    const text = await opened.file('prod/web.yaml');
    await opened.commit({ 'prod/web.yaml': text.replace(':1.0.0', ':0.9.0') });
    await opened.commit({ 'prod/web.yaml': text }, record(opened, pairs));
    expect(await opened.run()).toMatchObject({ outcome });
  });

  it('comes again when the last record lies beyond the horizon', async () => {
    const opened = await first();
    await opened.run({ once: true, accept: idOf(await opened.run()) });
    opened.push('web', '1.2.0');
    opened.now += opened.settings.horizon + 86_400_000;
    opened.forget();
    await opened.commit({ 'notes.txt': 'a year later\n' });
    expect(fuseOf(await opened.run())).toEqual([{ reason: 'first-run' }]);
  });
});
