import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { json } from '../cli/harness.ts';
import { writeHook } from '../peers/git.ts';
import { describePeer } from '../peers/require.ts';
import { configureSsh, openSshWorld, type SshWorld } from './ssh-world.ts';
import { until } from './until.ts';
import { program, programEnvironment } from './program.ts';

/** Where the program is killed: on the way to the server, in the server's command, or in a hook. */
interface Step {
  readonly name: string;
  readonly at: 'handshake' | 'told' | 'pack' | 'report' | 'pre-receive' | 'post-receive';
  /** Commits on the branch once the server is done with what the dead program left it, the first one included. */
  readonly commits: readonly number[];
}

const steps: readonly Step[] = [
  { name: 'during the handshake', at: 'handshake', commits: [1] },
  { name: 'after the refs were advertised', at: 'told', commits: [1] },
  { name: 'while the pack is sent', at: 'pack', commits: [1] },
  // The server may still take it: what it got is whole.
  { name: 'between the pack and the report', at: 'pre-receive', commits: [1, 2] },
  { name: 'when the branch has moved', at: 'post-receive', commits: [2] },
  { name: 'after the report', at: 'report', commits: [2] },
];

describePeer(['git', 'docker-registry', 'sshd', 'ssh-keygen'], 'kill -9 over ssh', () => {
  let opened: SshWorld;
  let way: Way;
  let fresh: string;
  let config: string;
  const file = (name: string): string => join(opened.world.directory, name);

  beforeAll(async () => {
    opened = await openSshWorld(({ directory }) => ({ before: gates(directory) }));
    const { world, sshd } = opened;
    way = await startWay(sshd.port);
    await appendFile(file('known_hosts'), sshd.knownHosts.replaceAll(`:${sshd.port} `, `:${way.port} `));
    config = await configureSsh(opened, {
      url: `ssh://${sshd.username}@127.0.0.1:${way.port}${world.bare}`,
    });
    fresh = file('fresh.git');
    await cp(world.bare, fresh, { recursive: true });
  });
  afterEach(async () => {
    for (const name of ['git/fleet.git', 'ssh-state', 'step', 'reached', 'go'])
      await rm(file(name), { recursive: true, force: true, maxRetries: 5 });
    await cp(fresh, opened.world.bare, { recursive: true });
  });
  afterAll(async () => {
    await way.close();
    await opened.sshd.close();
    await opened.world.close();
  });

  it.each(steps)('$name loses nothing and commits nothing twice', async ({ at, commits }) => {
    const { world } = opened;
    const gate = `${gateLine(world.directory)}; gate`;
    if (at === 'pre-receive' || at === 'post-receive') await writeHook(world.bare, at, [gate]);
    await writeFile(file('step'), at);
    way.hold = at === 'handshake';
    const child = spawn(process.execPath, [program, 'run', '--once', '-c', config], {
      cwd: world.directory,
      env: { ...programEnvironment, HOME: world.directory },
      stdio: 'ignore',
    });
    try {
      await until(() => {
        if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode} before it got there`);
        return way.held || existsSync(file('reached'));
      });
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    way.hold = way.held = false;
    await writeFile(file('go'), '');
    // Neither the server's programs nor a connection outlive it.
    await until(async () => way.open() === 0 && (await programsAt(world.bare)).length === 0);
    const then = await world.commits();
    expect(commits).toContain(then);
    await rm(file('step'));
    const again = json(await world.tallyman(['run', '--once', '-c', config, '-o', 'json']));
    const outcome = then === 1 ? 'released' : 'unchanged';
    expect(again['repositories']).toMatchObject([{ outcome, problems: [] }]);
    expect(await world.commits()).toBe(2);
    expect(await world.inBare('show', 'main:apps/web.yaml')).toContain('acme/web:1.1.0"');
    await world.verify();
    await world.inBare('fsck', '--strict');
    const left = await readdir(file('ssh-state'), { recursive: true });
    expect(left.filter((name) => /\.tmp$|\.lock$|\.sock$/.test(name))).toEqual([]);
  });
});

/** Lines that run before git on the server: they tell that a step is reached, and wait there until the program is dead. */
function gates(directory: string): readonly string[] {
  const git = 'git-shell -c "$SSH_ORIGINAL_COMMAND"';
  return [
    gateLine(directory),
    `case "$(cat ${directory}/step 2>/dev/null):$SSH_ORIGINAL_COMMAND" in`,
    // A byte of the answer: it has read what was advertised.
    `  told:git-receive-pack*) { head -c 1 >/dev/null; gate; } | ${git}; exit;;`,
    `  pack:git-receive-pack*) { head -c 400; gate; } | ${git}; exit;;`,
    `  report:git-receive-pack*) ${git}; gate; exit;;`,
    'esac',
  ];
}

function gateLine(directory: string): string {
  return (
    `gate() { : > ${directory}/reached; n=0; ` +
    `while [ ! -e ${directory}/go ] && [ $n -lt 200 ]; do n=$((n+1)); sleep 0.05; done; }`
  );
}

/** Command lines that name the repository. */
async function programsAt(path: string): Promise<readonly string[]> {
  const numbers = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    numbers.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.filter((line) => line.includes(path));
}

/** What lies between the program and the server: it passes everything on, or holds back what the program answers to the first greeting. */
interface Way {
  readonly port: number;
  hold: boolean;
  /** Whether something was held back. */
  held: boolean;
  open(): number;
  close(): Promise<void>;
}

async function startWay(to: number): Promise<Way> {
  const sockets = new Set<Socket>();
  const way = { hold: false, held: false };
  const server: Server = createServer((near) => {
    const far = createConnection(to, '127.0.0.1');
    sockets.add(near);
    far.pipe(near);
    if (way.hold) near.once('data', () => (way.held = true));
    else near.pipe(far);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => undefined);
      one.once('close', () => other.destroy());
    }
    near.once('close', () => sockets.delete(near));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(way, {
    port: (server.address() as AddressInfo).port,
    open: () => sockets.size,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  });
}
