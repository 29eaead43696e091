import { afterEach, expect, it } from 'vitest';
import { tallyman, type CliResult } from '../cli/harness.ts';
import { describePeer } from '../peers/require.ts';
import { until } from './until.ts';
import { deployment, policyFile, World } from './world.ts';

interface Started {
  readonly ended: Promise<CliResult>;
  readonly logged: () => string;
  readonly signal: (signal: 'stop' | 'reload') => void;
}

function startDaemon(world: World, config: string): Started {
  let handler: ((signal: 'stop' | 'reload') => void) | undefined;
  let logged = '';
  const ended = tallyman(['run', '--config', config], {
    directory: world.directory,
    environment: { GIT_PASSWORD: 'secret-word' },
    onSignal: (given) => {
      handler = given;
      return () => {};
    },
    onError: (text) => void (logged += text),
  });
  return { ended, logged: () => logged, signal: (signal) => handler?.(signal) };
}

describePeer(['git', 'docker-registry'], 'daemons', () => {
  let world: World | undefined;

  afterEach(() => world?.close());

  it('make one commit, two of them on one repository', async () => {
    // Both have read the branch before either pushes: the second one loses the race.
    const waiting: (() => void)[] = [];
    const intercept = async ({ path }: { readonly path: string }): Promise<undefined> => {
      if (!path.includes('info/refs?service=git-receive-pack') || waiting.length >= 2) return undefined;
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 2) for (const go of waiting) go();
      });
      return undefined;
    };
    const opened = await World.open({ intercept });
    world = opened;
    await opened.push('web', '1.0.0');
    await opened.push('web', '1.1.0');
    await opened.create({
      'apps/web.yaml': deployment('web', `${opened.image('web')}:1.0.0`),
      'apps/policy.yaml': policyFile('web', opened.image('web'), 'semver: "^1"'),
    });
    const server = 'server: {listen: "off"}\n';
    const first = startDaemon(opened, await opened.configure({ state: 'a', extra: server }));
    const second = startDaemon(opened, await opened.configure({ state: 'b', extra: server }));
    await until(async () => waiting.length === 2 && (await opened.commits()) === 2);
    await until(() => /"event":"raced"/.test(first.logged() + second.logged()));
    first.signal('stop');
    second.signal('stop');
    const results = await Promise.all([first.ended, second.ended]);
    expect(results.map(({ exit }) => exit)).toEqual([0, 0]);
    expect(await opened.commits()).toBe(2);
    await opened.verify();
    await opened.inBare('fsck', '--strict');
  });

  it('ask an unchanged remote for one ref listing, and read nothing', async () => {
    const opened = await World.open();
    world = opened;
    await opened.push('web', '1.0.0');
    await opened.create({
      'apps/web.yaml': deployment('web', `${opened.image('web')}:1.0.0`),
      'apps/policy.yaml': policyFile('web', opened.image('web'), 'semver: "^1"'),
    });
    const config = await opened.configure({ extra: 'server: {listen: "off"}\nlog: {level: debug}\n' });
    const daemon = startDaemon(opened, config);
    const runs = (): number => daemon.logged().split('"event":"run-finished"').length - 1;
    await until(() => runs() === 1);
    const before = opened.git.requests.length;
    daemon.signal('reload');
    await until(() => runs() === 2);
    daemon.signal('stop');
    await daemon.ended;
    const requests = opened.git.requests.slice(before).map(({ method, path }) => `${method} ${path}`);
    expect(requests).toEqual(['POST /fleet.git/git-upload-pack']);
  });
});
