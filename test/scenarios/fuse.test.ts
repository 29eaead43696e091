import { afterEach, expect, it } from 'vitest';
import { json, tallyman } from '../cli/harness.ts';
import { describePeer } from '../peers/require.ts';
import { until } from './until.ts';
import { deployment, policyFile, World } from './world.ts';

const count = 60;

interface Told {
  readonly outcome: string;
  readonly plan: string | null;
  readonly fuse: readonly unknown[];
  readonly commits: readonly { readonly commit: string | null }[];
  readonly problems: readonly { readonly code: string; readonly message: string }[];
}

async function run(opened: World, ...args: readonly string[]): Promise<{ exit: number; told: Told }> {
  const result = await opened.tallyman(['run', '--once', '-o', 'json', ...args]);
  expect(result.stderr).toBe('');
  const [told] = json(result)['repositories'] as readonly Told[];
  if (told === undefined) throw new Error(result.stdout);
  return { exit: result.exit, told };
}

describePeer(['git', 'docker-registry'], 'sixty policies that would release at once', () => {
  let world: World | undefined;

  afterEach(async () => {
    await world?.close();
    world = undefined;
  });

  /** All services use one image, so that one push of CI concerns them all. */
  async function open(): Promise<World> {
    const opened = await World.open();
    world = opened;
    await opened.push('base', '1.0.0');
    const files = Array.from({ length: count }, (_, index) => {
      const path = `apps/app-${index}`;
      return [
        [`${path}/deployment.yaml`, deployment(`app-${index}`, `${opened.image('base')}:1.0.0`)],
        [`${path}/policy.yaml`, policyFile(`app-${index}`, opened.image('base'), 'semver: "^1"')],
      ];
    });
    await opened.create(Object.fromEntries(files.flat()) as Record<string, string>);
    await opened.configure({ confirmFirstRun: true });
    await opened.push('base', '1.1.0');
    return opened;
  }

  it('wait for a person, and one command releases all of them', async () => {
    const opened = await open();
    const stopped = await run(opened);
    expect(stopped).toMatchObject({ exit: 1, told: { outcome: 'stopped' } });
    expect(stopped.told.fuse).toEqual([
      { reason: 'first-run' },
      { reason: 'too-many-releases', environment: null, releases: count, limit: 50 },
    ]);
    expect(stopped.told.commits).toHaveLength(count);
    expect(await opened.commits()).toBe(1);

    // Somebody works on something else in the meantime.
    await opened.commit({ 'README.md': 'Hello\n' }, 'Say hello');
    const command = /release it with "tallyman (.*)"\.$/.exec(stopped.told.problems[0]?.message ?? '')?.[1];
    const released = await opened.tallyman(command?.split(' ') ?? []);
    expect(released).toMatchObject({ exit: 0, stderr: '' });
    expect(released.stdout).toMatch(/^fleet \(main\): released 60 changes\n/);
    expect(await opened.commits()).toBe(2 + count);
    const subjects = (await opened.inBare('log', '--format=%s', '-60', 'main')).split('\n');
    expect(new Set(subjects).size).toBe(count);
    await opened.verify();
    await opened.inBare('fsck', '--strict');
    const pushes = opened.git.requests.filter(
      ({ method, path }) => method === 'POST' && path.endsWith('/git-receive-pack'),
    );
    expect(pushes).toHaveLength(2);

    await opened.push('base', '1.1.1');
    await opened.configure({ state: 'lost', confirmFirstRun: true });
    const next = await run(opened, '--config', 'tallymanlost.yaml');
    expect(next.told.fuse).toMatchObject([{ reason: 'too-many-releases' }]);
    const file = 'apps/app-3/policy.yaml';
    await opened.pull();
    await opened.commit(
      { [file]: `${await opened.file(file)}  hold: {reason: later, by: ann}\n` },
      'Hold one',
    );
    const changed = await run(opened, '--accept', next.told.plan ?? '', '--config', 'tallymanlost.yaml');
    expect(changed).toMatchObject({ exit: 1, told: { outcome: 'stopped' } });
    expect(changed.told.problems[0]?.message).toMatch(
      /gone: app-3 1\.1\.0 -> 1\.1\.1@\S+ \(apps\/app-3\/deployment\.yaml#\S+\)\. The plan is /,
    );
  });

  it('are told once by a daemon, which goes on when they were accepted', async () => {
    const opened = await open();
    const config = await opened.configure({ confirmFirstRun: true, extra: 'server: {listen: "off"}\n' });
    let log = '';
    let signal: ((signal: 'stop' | 'reload') => void) | undefined;
    const ended = tallyman(['run', '--config', config], {
      directory: opened.directory,
      environment: { GIT_PASSWORD: 'secret-word' },
      onError: (text) => void (log += text),
      onSignal: (handler) => {
        signal = handler;
        return () => {};
      },
    });
    const syncs = (): number =>
      opened.git.requests.filter(({ path }) => path.endsWith('/git-upload-pack')).length;
    const told = (): string[] => log.split('\n').filter((line) => line.includes('"code":"fuse"'));
    await until(() => told().length === 1);
    const before = syncs();
    signal?.('reload');
    await until(() => syncs() > before);
    signal?.('reload');
    await until(() => syncs() > before + 1);
    const id = /--accept ([0-9a-f]{12})/.exec(told()[0] ?? '')?.[1] ?? '';
    expect((await run(opened, '--accept', id)).exit).toBe(0);
    expect(told()).toHaveLength(1);
    signal?.('reload');
    await until(() => log.includes('"problem-gone"'));
    signal?.('stop');
    expect((await ended).exit).toBe(0);
    expect(told()).toHaveLength(2);
    expect(await opened.commits()).toBe(1 + count);
  });
});
