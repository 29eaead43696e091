import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { json, tallyman, type CliResult } from '../cli/harness.ts';
import type { Fault } from '../peers/git-faults.ts';
import { git } from '../peers/git.ts';
import { run } from '../peers/programs.ts';
import { describePeer } from '../peers/require.ts';
import { until } from './until.ts';
import { deployment, policyFile, World } from './world.ts';
import { program, programEnvironment } from './program.ts';

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

async function fill(world: World): Promise<void> {
  await world.createWeb();
}

/** Two have read the branch before either pushes: the second one loses the race. */
function barrier() {
  const waiting: (() => void)[] = [];
  const intercept = async ({ path }: { readonly path: string }): Promise<undefined> => {
    if (!path.includes('info/refs?service=git-receive-pack') || waiting.length >= 2) return undefined;
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      if (waiting.length === 2) for (const go of waiting) go();
    });
    return undefined;
  };
  return { waiting, intercept };
}

describePeer(['git', 'docker-registry'], 'daemons', () => {
  let world: World | undefined;

  afterEach(() => world?.close());

  it('make one commit, two of them on one repository', async () => {
    const { waiting, intercept } = barrier();
    const opened = await World.open({ intercept });
    world = opened;
    await fill(opened);
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

  it('make one commit, two processes with one state directory and one kept clone', async () => {
    const opened = await World.open({ intercept: barrier().intercept });
    world = opened;
    await fill(opened);
    const config = await opened.configure();
    const once = async (): Promise<unknown> => {
      const args = [program, 'run', '--once', '-c', config, '-o', 'json'];
      const environment = { ...programEnvironment, HOME: opened.directory, GIT_PASSWORD: 'secret-word' };
      const stdout = await run(process.execPath, args, { env: environment });
      const [repository] = json({ exit: 0, stdout, stderr: '' })['repositories'] as readonly unknown[];
      return repository;
    };
    expect(await Promise.all([once(), once()])).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ outcome: 'released', problems: [] }),
        expect.objectContaining({ outcome: 'unchanged', problems: [] }),
      ]),
    );
    expect(await opened.commits()).toBe(2);
    await opened.verify();
    await opened.inBare('fsck', '--strict');
    const [clone = ''] = await readdir(join(opened.directory, 'state/git'));
    await git(join(opened.directory, 'state/git', clone), ['fsck', '--no-dangling']);
  });

  it('keep what a person pushed between their fetch and their push, and a hold that came so', async () => {
    let pushed: (() => Promise<unknown>) | undefined;
    const intercept = async ({ path }: { readonly path: string }): Promise<undefined> => {
      if (path.includes('info/refs?service=git-receive-pack')) await pushed?.();
      return undefined;
    };
    const opened = await World.open({ intercept });
    world = opened;
    await fill(opened);
    const once = (change: (text: string) => string, file: string): Promise<CliResult> => {
      pushed = async () => {
        pushed = undefined;
        await opened.commit({ [file]: change(await opened.file(file)) }, 'By hand');
      };
      return opened.tallyman(['run', '--once', '-o', 'json']);
    };
    const first = await once(
      (text) => text.replace('# web, by hand', '# web, still by hand'),
      'apps/web.yaml',
    );
    expect(json(first)['repositories']).toMatchObject([{ outcome: 'released', problems: [] }]);
    expect(await opened.commits()).toBe(3);
    const text = await opened.inBare('show', 'main:apps/web.yaml');
    expect(text).toContain('still by hand');
    expect(text).toContain('acme/web:1.1.0"');
    await opened.verify();
    await opened.push('web', '1.2.0');
    await opened.pull();
    const second = await once((text) => `${text}  hold: {reason: stop, by: ann}\n`, 'apps/policy.yaml');
    expect(json(second)['repositories']).toMatchObject([{ outcome: 'unchanged', commits: [] }]);
    expect(await opened.inBare('show', 'main:apps/web.yaml')).toContain('acme/web:1.1.0"');
    expect(await opened.commits()).toBe(4);
    await opened.inBare('fsck', '--strict');
  });

  it('ask again for a log that the server did not give once, though the branch stays where it is', async () => {
    let posts = 0;
    const intercept = ({ method }: { readonly method: string }): Fault | undefined => {
      // The first lists the branch, the second brings its tip, the third its log.
      return method === 'POST' && ++posts === 3 ? { kind: 'status', status: 500 } : undefined;
    };
    const opened = await World.open({ intercept });
    world = opened;
    await fill(opened);
    await opened.commit({ 'readme.md': 'The fleet\n' }, 'Say what it is');
    const daemon = startDaemon(opened, await opened.configure({ extra: 'server: {listen: "off"}\n' }));
    await until(() => daemon.logged().includes('"event":"run-failed"'));
    // It is told once, as the failure of the repository, and not for each image that would move.
    expect(daemon.logged()).toContain('failed (500) for http');
    expect(daemon.logged()).not.toContain('registry-failed');
    expect(await opened.commits()).toBe(2);
    daemon.signal('reload');
    await until(async () => (await opened.commits()) === 3);
    daemon.signal('stop');
    expect((await daemon.ended).exit).toBe(0);
    await opened.verify();
  });

  it.each([
    ['tip', 2],
    ['log', 3],
    ['older folders', 4],
  ])('end at once where they are told to while a server does not give the %s', async (_, hanging) => {
    let posts = 0;
    const intercept = ({ method }: { readonly method: string }): Fault | undefined =>
      method === 'POST' && ++posts === hanging ? { kind: 'hang' } : undefined;
    const opened = await World.open({ intercept });
    world = opened;
    await fill(opened);
    await opened.commit({ 'readme.md': 'The fleet\n' }, 'Say what it is');
    let stop: ((signal: 'stop') => void) | undefined;
    const ended = tallyman(['run', '--once'], {
      directory: opened.directory,
      environment: { GIT_PASSWORD: 'secret-word' },
      onSignal: (handler) => {
        stop = handler;
        return () => {};
      },
    });
    await until(() => posts === hanging);
    const began = performance.now();
    stop?.('stop');
    expect(await ended).toMatchObject({ exit: 4, stdout: expect.stringContaining('stopped') as string });
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(await opened.commits()).toBe(2);
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
