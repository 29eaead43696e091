import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, cp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { json } from '../cli/harness.ts';
import type { Fault } from '../peers/git-faults.ts';
import type { GitRequest } from '../peers/git-server.ts';
import { describePeer } from '../peers/require.ts';
import { until } from './until.ts';
import { World } from './world.ts';
import { program, programEnvironment } from './program.ts';

/** Where the program is killed: when a request arrives, in the middle of an answer, or in a hook of the server. */
interface Step {
  readonly name: string;
  readonly at?: (request: GitRequest, count: number) => boolean;
  readonly stall?: number;
  readonly hook?: 'pre-receive' | 'post-receive';
  /** Commits on the branch when it was killed, the first one included. */
  readonly commits: number;
}

const isFetch = ({ method, path }: GitRequest): boolean =>
  method === 'POST' && path.endsWith('/git-upload-pack');
const isPush = ({ method, path }: GitRequest): boolean =>
  method === 'POST' && path.endsWith('/git-receive-pack');

const steps: readonly Step[] = [
  { name: 'at the first request', at: () => true, commits: 2 },
  { name: 'at the listing of refs', at: isFetch, commits: 2 },
  { name: 'at the fetch', at: (request, count) => isFetch(request) && count === 2, commits: 2 },
  {
    name: 'in the middle of a pack',
    at: (request, count) => isFetch(request) && count === 2,
    stall: 300,
    commits: 2,
  },
  { name: 'at the fetch of the log', at: (request, count) => isFetch(request) && count === 3, commits: 2 },
  {
    name: 'at the listing of refs to push',
    at: ({ path }) => path.includes('service=git-receive-pack'),
    commits: 2,
  },
  { name: 'at the push', at: isPush, commits: 2 },
  { name: 'while the server looks at the push', hook: 'pre-receive', commits: 2 },
  { name: 'after the push, before its answer', hook: 'post-receive', commits: 3 },
];

describePeer(['git', 'docker-registry'], 'kill -9', () => {
  let world: World;
  let fresh: string;
  let intercept: ((request: GitRequest) => Fault | undefined) | undefined;
  const children = new Set<ChildProcess>();

  beforeAll(async () => {
    world = await World.open({ intercept: (request) => intercept?.(request) });
    await world.createWeb();
    // A second commit: the log then has something to fetch.
    await world.commit({ 'readme.md': 'The fleet\n' }, 'Say what it is');
    fresh = join(world.directory, 'fresh.git');
    await cp(world.bare, fresh, { recursive: true });
  });
  afterEach(async () => {
    intercept = undefined;
    for (const child of children) child.kill('SIGKILL');
    children.clear();
    for (const path of [world.bare, join(world.directory, 'state')])
      await rm(path, { recursive: true, force: true, maxRetries: 5 });
    await cp(fresh, world.bare, { recursive: true });
  });
  afterAll(() => world.close());

  const cases = steps.flatMap((step) => [
    { ...step, lost: false, with: 'its state kept' },
    { ...step, lost: true, with: 'its state lost' },
  ]);

  it.each(cases)('$name, with $with, loses nothing and commits nothing twice', async (step) => {
    let reached = false;
    let fetches = 0;
    intercept = (request) => {
      if (isFetch(request)) fetches++;
      if (reached || step.at?.(request, fetches) !== true) return undefined;
      reached = true;
      return step.stall === undefined ? { kind: 'hang' } : { kind: 'stall', after: step.stall };
    };
    const opened = world;
    if (step.hook !== undefined) await writeWaitingHook(opened, step.hook);
    const child = spawn(process.execPath, [program, 'run', '--once'], {
      cwd: opened.directory,
      env: { ...programEnvironment, HOME: opened.directory, GIT_PASSWORD: 'secret-word' },
      stdio: 'ignore',
    });
    children.add(child);
    const told = (): Promise<boolean> =>
      access(join(opened.bare, 'reached')).then(
        () => true,
        () => false,
      );
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode} before it got there`);
      return reached || (step.hook !== undefined && (await told()));
    });
    child.kill('SIGKILL');
    await once(child, 'exit');
    if (step.hook !== undefined) await rm(join(opened.bare, 'hooks', step.hook));
    await writeFile(join(opened.bare, 'go'), '');
    await until(async () => !(await isLocked(opened)));
    expect(await opened.commits()).toBe(step.commits);
    if (step.lost) await rm(join(opened.directory, 'state'), { recursive: true, force: true });
    const again = json(await opened.tallyman(['run', '--once', '-o', 'json']));
    const outcome = step.commits === 2 ? 'released' : 'unchanged';
    expect(again['repositories']).toMatchObject([{ outcome, problems: [] }]);
    expect(await opened.commits()).toBe(3);
    expect(await opened.inBare('show', 'main:apps/web.yaml')).toContain('acme/web:1.1.0"');
    await opened.verify();
    await opened.inBare('fsck', '--strict');
    const third = json(await opened.tallyman(['run', '--once', '-o', 'json']));
    expect(third['repositories']).toMatchObject([{ outcome: 'unchanged', problems: [] }]);
  });

  it('on a local path, between the objects and the branch, loses nothing and commits nothing twice', async () => {
    const file = join(world.directory, 'local.yaml');
    await writeFile(
      file,
      `repositories:
  - {name: fleet, url: ${world.bare}, author: {name: T, email: t@test.invalid}, confirmFirstRun: false}
registries:
  - {host: "${world.registry.host}", insecure: true}
stateDirectory: state
`,
    );
    // While somebody else holds the branch, the commit is written and cannot become its tip.
    const lock = join(world.bare, 'refs/heads/main.lock');
    await writeFile(lock, '');
    const before = await looseObjects(world);
    const child = spawn(process.execPath, [program, 'run', '--once', '-c', file], {
      cwd: world.directory,
      env: { ...programEnvironment, HOME: world.directory },
      stdio: 'ignore',
    });
    children.add(child);
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode} before it got there`);
      return (await looseObjects(world)) > before;
    });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await rm(lock);
    expect(await world.commits()).toBe(2);
    const run = async (): Promise<unknown> =>
      json(await world.tallyman(['run', '--once', '-c', file, '-o', 'json']))['repositories'];
    expect(await run()).toMatchObject([{ outcome: 'released', problems: [] }]);
    expect(await world.commits()).toBe(3);
    expect(await world.inBare('show', 'main:apps/web.yaml')).toContain('acme/web:1.1.0"');
    await world.inBare('fsck', '--strict');
    expect(await run()).toMatchObject([{ outcome: 'unchanged', problems: [] }]);
  });
});

async function looseObjects(world: World): Promise<number> {
  const [, count = ''] = /^count: (\d+)$/m.exec(await world.inBare('count-objects', '-v')) ?? [];
  return Number(count);
}

async function writeWaitingHook(world: World, hook: NonNullable<Step['hook']>): Promise<void> {
  const file = join(world.bare, 'hooks', hook);
  // It tells where it is, and waits: the server is in the middle of the push when the program dies.
  await writeFile(
    file,
    '#!/bin/sh\n: > reached\nn=0\nwhile [ ! -e go ] && [ $n -lt 100 ]; do n=$((n+1)); sleep 0.1; done\n[ -e go ] && exit 1\nexit 0\n',
  );
  await chmod(file, 0o755);
}

/** The server may still be at what the dead program asked of it. */
async function isLocked({ bare }: World): Promise<boolean> {
  const refs = await readdir(join(bare, 'refs', 'heads'));
  return refs.some((name) => name.endsWith('.lock'));
}
