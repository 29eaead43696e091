import type { Client, ClientChannel, ConnectConfig } from 'ssh2';
import { Failure } from '../../core/failure.ts';
import type { Peer } from '../wire/words.ts';
import { connectFailure } from './connect-failures.ts';
import { hostKeyFailure } from './host-key.ts';
import { knownHostName, knownKeyTypes, parseKnownHosts, type KnownHosts } from './known-hosts.ts';
import type { PreparedLogin } from './login.ts';

export interface ConnectOptions {
  /** Name or address, without brackets. */
  readonly address: string;
  readonly port: number;
  readonly username: string;
  readonly login: PreparedLogin;
  /** Text of a `known_hosts` file, and where it stands, for messages. */
  readonly knownHosts: { readonly text: string; readonly source: string };
  /** Milliseconds until the connection stands, login included. */
  readonly connectTimeout: number;
  /** Milliseconds between two signs of life; after three without an answer the connection is given up. */
  readonly keepalive: number;
  readonly peer: Peer;
}

export interface CommandStart<Result> {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds until the server has started it. */
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  readonly begin: (channel: ClientChannel) => Result;
}

/** A connection that is logged in. */
export interface SshConnection {
  /** Why it broke, once it did. */
  readonly broken: () => Failure | undefined;
  /**
   * Starts one command, and hands its channel to `begin` at once: what comes in the same breath would pass by later listeners.
   * @throws Failure where the server does not run it
   */
  start<Result>(start: CommandStart<Result>): Promise<Result>;
  /** At once, with all that runs on it. */
  destroy(): void;
}

/**
 * Connects, checks the host's key, logs in. The host's key is checked before anything of ours is sent.
 * @throws Failure `unreachable`, `timeout`, `auth-failed`, `bad-answer`, `aborted`
 */
export async function connectSsh(options: ConnectOptions, signal?: AbortSignal): Promise<SshConnection> {
  const { default: ssh2 } = await import('ssh2');
  const { peer, login } = options;
  if (signal?.aborted === true) throw connectFailure(undefined, context(undefined));
  const client = new ssh2.Client();
  let refused: Failure | undefined;
  let agentError: Error | undefined;
  function context(error: Error | undefined) {
    return { peer, refused: login.refused, agentError: error, signal };
  }
  const opened = new OpenConnection(client, peer);
  await new Promise<void>((resolve, reject) => {
    const give = (error?: unknown): void => {
      signal?.removeEventListener('abort', stop);
      if (error === undefined) return resolve();
      client.destroy();
      reject(refused ?? connectFailure(error, context(agentError)));
    };
    const stop = (): void => give(new Error('stopped'));
    signal?.addEventListener('abort', stop, { once: true });
    client.once('connect', () => client.setNoDelay(true));
    client.once('ready', () => give());
    client.once('close', () => give(new Error('the connection was closed')));
    client.on('error', (error) => {
      // One key that the agent does not sign with is no end: it may have others.
      if ('level' in error && error.level === 'agent') agentError = error;
      else give(error);
    });
    client.connect(settings(options, (failure) => (refused = failure)));
  });
  return opened;
}

/** SHA-1 has no place in what identifies the host or protects the data. */
const hostKeyTypes: Readonly<Record<string, readonly string[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};
const macs = [
  'hmac-sha2-256-etm@openssh.com',
  'hmac-sha2-512-etm@openssh.com',
  'hmac-sha2-256',
  'hmac-sha2-512',
] as const;

function settings(options: ConnectOptions, refuse: (failure: Failure) => void): ConnectConfig {
  const { address, port, username, login, peer, knownHosts } = options;
  const known = parseKnownHosts(knownHosts.text);
  const name = knownHostName(address, port);
  return {
    host: address,
    port,
    username,
    authHandler: [login.method],
    readyTimeout: options.connectTimeout,
    keepaliveInterval: options.keepalive,
    keepaliveCountMax: 3,
    algorithms: { serverHostKey: preferred(known, name), hmac: [...macs] } as NonNullable<
      ConnectConfig['algorithms']
    >,
    hostVerifier: (key: Buffer) => {
      const failure = hostKeyFailure({ host: peer.host, name, known, source: knownHosts.source }, key);
      if (failure !== undefined) refuse(failure);
      return failure === undefined;
    },
  };
}

function preferred(known: KnownHosts, name: string): string[] {
  const first = knownKeyTypes(known, name);
  const types = [...new Set([...first, ...Object.keys(hostKeyTypes)])];
  return types.flatMap((type) => (Object.hasOwn(hostKeyTypes, type) ? (hostKeyTypes[type] ?? []) : []));
}

class OpenConnection implements SshConnection {
  readonly #client: Client;
  readonly #peer: Peer;
  #broken: Failure | undefined;

  constructor(client: Client, peer: Peer) {
    this.#client = client;
    this.#peer = peer;
    const cut = (words: string): void => {
      const { host } = peer;
      this.#broken ??= new Failure('unreachable', `${host} ${words}`, { host, retryable: true });
    };
    client.on('error', (error) => cut(`ended the ssh connection: ${peer.words(error.message)}`));
    client.once('close', () => cut('cut the connection before its answer was complete'));
  }

  broken(): Failure | undefined {
    return this.#broken;
  }

  start<Result>({ command, env, timeout, signal, begin }: CommandStart<Result>): Promise<Result> {
    const { host } = this.#peer;
    const program = command.split(' ')[0] ?? '';
    return new Promise((resolve, reject) => {
      let settled = false;
      const settle = (work: () => void): void => {
        if (settled) return;
        settled = true;
        clearTimeout(timer);
        signal?.removeEventListener('abort', stop);
        work();
      };
      const fail = (failure: Failure): void => settle(() => reject(this.#broken ?? failure));
      const stop = (): void => fail(new Failure('aborted', `the work with ${host} was stopped`, { host }));
      const late = new Failure('timeout', `${host} did not start ${program} in time`, {
        host,
        retryable: true,
      });
      const timer = setTimeout(() => fail(late), timeout);
      signal?.addEventListener('abort', stop, { once: true });
      const refused = (error: unknown): void => {
        const words = error instanceof Error ? this.#peer.words(error.message) : '';
        const said = `${host} does not run ${program} for this login: ${words}`;
        fail(new Failure('bad-answer', said, { host, cause: error }));
      };
      try {
        this.#client.exec(command, { env: { ...env } }, (error, channel) => {
          if (error !== undefined) refused(error);
          else if (settled) channel.close();
          else settle(() => resolve(begin(channel)));
        });
      } catch (error) {
        // A connection that is closing throws at once.
        refused(error);
      }
    });
  }

  destroy(): void {
    this.#client.destroy();
  }
}
