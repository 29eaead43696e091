import type { AddressInfo, Socket } from 'node:net';
import ssh2, { type Connection, type ServerChannel } from 'ssh2';
import { generateSshKey } from '../../../src/git/signing/ssh-keygen.ts';
import type { SshTransportOptions } from '../../../src/git/ssh/ssh-transport.ts';

/** What a client runs. */
export interface Exec {
  readonly command: string;
  /** As the client sent it, and the server took it. */
  readonly env: Readonly<Record<string, string>>;
  readonly channel: ServerChannel;
  /** Cuts the connection. */
  readonly cut: () => void;
}

export interface ScriptedServerOptions {
  /** What happens with each command. */
  readonly run: (exec: Exec) => void;
  /** Which commands are run at all; default: all. */
  readonly accepts?: (command: string) => boolean;
  /** Whether it answers at all where a command is to be started; default true. */
  readonly deaf?: boolean;
  /** Commands that one connection may run; default: any number. */
  readonly sessions?: number;
}

export interface ScriptedServer {
  readonly port: number;
  /** The line of `known_hosts`. */
  readonly knownHosts: string;
  readonly commands: readonly string[];
  /** Logins so far, and connections that are open now. */
  readonly logins: () => number;
  readonly connections: () => number;
  close(): Promise<void>;
}

export const clientKey = generateSshKey('client');

/** An ssh server with made-up answers, on a free loopback port. It lets in `clientKey` for the user `git`. */
export async function startSshServer(options: ScriptedServerOptions): Promise<ScriptedServer> {
  const hostKey = generateSshKey('host');
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  let logins = 0;
  const server = new ssh2.Server({ hostKeys: [hostKey.privateKey] }, (connection) => {
    // A client that gives up leaves an error behind here.
    connection.on('error', () => undefined);
    authenticate(connection);
    connection.on('ready', () => {
      logins++;
      serve(connection, options, commands);
    });
  });
  const listener = (server as unknown as { _srv: import('node:net').Server })._srv;
  listener.on('connection', (socket: Socket) => {
    // Else each of its answers waits 40 ms for the kernel's delayed acknowledgement of the one before.
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    knownHosts: `[127.0.0.1]:${port} ${hostKey.publicKey}\n`,
    commands,
    logins: () => logins,
    connections: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** What a transport needs to reach the server. */
export function reaching(server: ScriptedServer, path = '/srv/fleet.git'): SshTransportOptions {
  return {
    address: '127.0.0.1',
    port: server.port,
    username: 'git',
    path,
    login: async () => ({ kind: 'key', privateKey: clientKey.privateKey, source: 'the ssh key' }),
    knownHosts: async () => ({ text: server.knownHosts, source: 'the test' }),
  };
}

function authenticate(connection: Connection): void {
  const known = ssh2.utils.parseKey(clientKey.publicKey);
  if (known instanceof Error) throw known;
  connection.on('authentication', (context) => {
    const fits =
      context.method === 'publickey' &&
      context.username === 'git' &&
      context.key.data.equals(known.getPublicSSH()) &&
      (context.signature === undefined ||
        (context.blob !== undefined && known.verify(context.blob, context.signature, context.hashAlgo)));
    if (fits) context.accept();
    else context.reject(['publickey']);
  });
}

function serve(connection: Connection, options: ScriptedServerOptions, commands: string[]): void {
  let sessions = 0;
  connection.on('session', (accept, reject) => {
    if (options.deaf === true) return;
    if (options.sessions !== undefined && sessions++ >= options.sessions) return reject();
    const session = accept();
    const env: Record<string, string> = {};
    session.on('env', (acceptEnv, _reject, { key, val }) => {
      env[key] = val;
      (acceptEnv as (() => void) | undefined)?.();
    });
    session.on('exec', (acceptExec, rejectExec, { command }) => {
      commands.push(command);
      if (options.accepts?.(command) === false) return rejectExec();
      const channel = acceptExec();
      channel.on('error', () => undefined);
      options.run({ command, env, channel, cut: () => connectionSocket(connection).destroy() });
    });
  });
}

function connectionSocket(connection: Connection): Socket {
  return (connection as unknown as { _sock: Socket })._sock;
}
