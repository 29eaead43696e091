import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { gitEnvironment } from './git.ts';
import { run } from './programs.ts';
import { peer } from './require.ts';

export interface SshdOptions {
  /** Public keys that may log in, as `authorized_keys` has them. Default: the one of `clientKey`. */
  readonly authorized?: readonly string[];
  /** `0`: the server does not take `GIT_PROTOCOL` from its clients, as is OpenSSH's default. Default `2`. */
  readonly protocol?: 0 | 2;
  /** Git settings for all repositories. */
  readonly config?: Readonly<Record<string, string>>;
  /** Kinds of host keys that it shows. Default: ed25519. */
  readonly hostKeys?: readonly ('ed25519' | 'ecdsa' | 'rsa')[];
  /** Shell lines that run before git, with the command in `$SSH_ORIGINAL_COMMAND`. */
  readonly before?: readonly string[];
  /** More lines for `sshd_config`. */
  readonly settings?: readonly string[];
}

export interface Sshd {
  readonly port: number;
  /** Who logs in: the user that runs the tests. */
  readonly username: string;
  /** A key pair that is let in: `clientKey` and `clientKey.pub`. */
  readonly clientKey: string;
  /** Text for `known_hosts`, with every host key. */
  readonly knownHosts: string;
  /** Commands that clients sent, in their order. */
  commands(): Promise<readonly string[]>;
  /** Connections that logged in. */
  logins(): number;
  close(): Promise<void>;
}

/** Debian's `sshd` with `git-shell` on a free loopback port, for the user that runs the tests. */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const folder = await mkdtemp(join(tmpdir(), 'tallyman-sshd-'));
  // Where the tests run as root, sshd wants this folder; it is made by Debian's service otherwise.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const clientKey = join(folder, 'client');
  await makeKey(clientKey, 'ed25519');
  const hostKeys = [];
  for (const type of options.hostKeys ?? (['ed25519'] as const)) {
    hostKeys.push(join(folder, `host-${type}`));
    await makeKey(join(folder, `host-${type}`), type);
  }
  const authorized = options.authorized ?? [await readFile(`${clientKey}.pub`, 'utf8')];
  await writeFile(join(folder, 'authorized_keys'), authorized.map((key) => `${key.trim()}\n`).join(''));
  await writeFile(join(folder, 'commands'), '');
  const command = join(folder, 'command');
  await writeFile(command, script(folder, options));
  await chmod(command, 0o755);
  const port = await freePort();
  await writeFile(join(folder, 'sshd_config'), settings(folder, port, hostKeys, command, options));
  const daemon = await start(join(folder, 'sshd_config'), port);
  const lines = await Promise.all(hostKeys.map((path) => readFile(`${path}.pub`, 'utf8')));
  return {
    port,
    username: userInfo().username,
    clientKey,
    knownHosts: lines.map((line) => `[127.0.0.1]:${port} ${line}`).join(''),
    commands: async () => (await readFile(join(folder, 'commands'), 'utf8')).split('\n').filter(Boolean),
    logins: () => daemon.log().split('Accepted publickey').length - 1,
    async close() {
      await daemon.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** @returns nothing; `path` and `path.pub` hold the pair */
export async function makeKey(
  path: string,
  type: 'ed25519' | 'ecdsa' | 'rsa',
  more: readonly string[] = ['-N', ''],
): Promise<void> {
  // A later -b wins; the default of 3072 bits costs three times as long to make.
  const size = type === 'rsa' ? ['-b', '2048'] : [];
  await run('ssh-keygen', ['-q', '-t', type, ...size, '-C', 'test', '-f', path, ...more]);
}

function settings(
  folder: string,
  port: number,
  hostKeys: readonly string[],
  command: string,
  options: SshdOptions,
): string {
  return [
    'ListenAddress 127.0.0.1',
    `Port ${port}`,
    ...hostKeys.map((path) => `HostKey ${path}`),
    `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
    'PidFile none',
    'UsePAM no',
    'StrictModes no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'LogLevel VERBOSE',
    // A login shell that is bash reads ~/.bashrc under sshd, unless it believes to be nested.
    'SetEnv SHLVL=2',
    `ForceCommand ${command}`,
    ...(options.protocol === 0 ? [] : ['AcceptEnv GIT_PROTOCOL']),
    ...(options.settings ?? []),
    '',
  ].join('\n');
}

/** Clients get `git-shell`, away from this machine's git configuration. */
function script(folder: string, { config, before = [] }: SshdOptions): string {
  const environment = Object.entries(gitEnvironment(config))
    .filter(([name]) => name !== 'PATH')
    .map(([name, value]) => `export ${name}='${(value ?? '').replaceAll("'", String.raw`'\''`)}'`);
  return [
    '#!/bin/sh',
    `printf '%s\\n' "$SSH_ORIGINAL_COMMAND" >> ${join(folder, 'commands')}`,
    ...environment,
    ...before,
    'exec git-shell -c "$SSH_ORIGINAL_COMMAND"',
    '',
  ].join('\n');
}

interface Daemon {
  log(): string;
  stop(): Promise<void>;
}

async function start(config: string, port: number): Promise<Daemon> {
  const program = peer('sshd') ?? 'sshd';
  // In the foreground, its log on standard error. It must be started by its absolute path.
  const child: ChildProcess = spawn(program, ['-D', '-e', '-f', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr?.on('data', (bytes: Buffer) => (log += bytes.toString()));
  // Its sessions share its standard error, and may outlive it for a moment.
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`sshd did not start: ${log}`);
  }
  return {
    log: () => log,
    async stop() {
      child.kill();
      await ended;
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => setImmediate(() => resolve(false)));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
