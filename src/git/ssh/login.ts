import type { KeyObject } from 'node:crypto';
import { Socket } from 'node:net';
import type { AuthMethod, OpenSSHAgent } from 'ssh2';
import { Failure } from '../../core/failure.ts';
import { ed25519ToOpenSsh } from '../signing/ssh-keygen.ts';
import { readSshPrivateKey } from '../signing/ssh-private-key.ts';
import { fingerprint, sshPublicKey } from '../signing/ssh-public-key.ts';

export type SshLogin =
  | {
      readonly kind: 'key';
      /** OpenSSH's format, PuTTY's, or PEM. */
      readonly privateKey: string;
      readonly passphrase?: string | undefined;
      /** Names the key in messages: `the ssh key (file /etc/keys/bot)`. */
      readonly source: string;
    }
  | {
      readonly kind: 'agent';
      /** Path of its socket. */
      readonly socket: string;
      /** Milliseconds that one answer of it may take, a person's touch of a key included; default 15,000. */
      readonly timeout?: number;
    };

/** How to log in, in the library's terms. */
export interface PreparedLogin {
  readonly method: AuthMethod;
  /** Says that the server did not accept what was shown, and what to do. A fingerprint is no secret. */
  readonly refused: (host: string) => string;
}

/** Reads keys anew only when they changed: opening one with a passphrase takes OpenSSH's own half second of work. */
export class LoginKeeper {
  #known: { readonly key: string; readonly prepared: Promise<PreparedLogin> } | undefined;

  /** @throws Failure `invalid-config` where the key cannot be read, named by its source and without its content */
  async prepare(login: SshLogin, username: string): Promise<PreparedLogin> {
    if (login.kind === 'agent') return agentLogin(login, username);
    const key = JSON.stringify([login.privateKey, login.passphrase, login.source, username]);
    if (this.#known?.key !== key) {
      const prepared = keyLogin(login, username);
      // A key that cannot be read is read again: its file may be half written now.
      prepared.catch(() => (this.#known = undefined));
      this.#known = { key, prepared };
    }
    return this.#known.prepared;
  }
}

async function keyLogin(login: Extract<SshLogin, { kind: 'key' }>, username: string): Promise<PreparedLogin> {
  const { privateKey, passphrase, source } = login;
  const key = await readSshPrivateKey(privateKey.trim(), passphrase === '' ? undefined : passphrase, source);
  const text = libraryForm(key, source);
  const shown = `the key ${fingerprint(sshPublicKey(key, source).blob)}`;
  return {
    method: { type: 'publickey', username, key: text } as AuthMethod,
    refused: (host) => notAccepted(host, username, shown),
  };
}

/** The library reads few formats; each kind of key has one that it does. */
function libraryForm(key: KeyObject, source: string): string {
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return ed25519ToOpenSsh(key, '');
    case 'rsa':
      return key.export({ type: 'pkcs1', format: 'pem' }).toString();
    case 'ec':
      if (curves.has(key.asymmetricKeyDetails?.namedCurve ?? '')) {
        return key.export({ type: 'sec1', format: 'pem' }).toString();
      }
      throw unknownKind(source);
    default:
      throw unknownKind(source);
  }
}

const curves = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

function unknownKind(source: string): Failure {
  const words =
    'is of a kind that cannot log in by ssh; expected ed25519, ECDSA (P-256, P-384, P-521) or RSA';
  return new Failure('invalid-config', `${source} ${words}`);
}

async function agentLogin(
  { socket, timeout = 15_000 }: Extract<SshLogin, { kind: 'agent' }>,
  username: string,
): Promise<PreparedLogin> {
  const { OpenSSHAgent } = (await import('ssh2')).default;
  const agent = new OpenSSHAgent(socket);
  boundAnswers(agent, timeout);
  const ask = agent.getIdentities.bind(agent);
  let keys = 0;
  // What the agent offers is counted, for the message where none of it is taken.
  agent.getIdentities = (callback) => {
    ask((error, found) => {
      keys = found?.length ?? 0;
      callback(error, found);
    });
  };
  return {
    method: { type: 'agent', username, agent } as AuthMethod,
    refused: (host) => {
      if (keys === 0)
        return `the ssh-agent holds no keys, so nothing could log in to ${host} as ${username}; add one (ssh-add), or give auth.ssh.key`;
      const words = notAccepted(host, username, `any key of the ssh-agent (it holds ${keys})`);
      return keys < fewKeys ? words : `${words}. ${tooManyWords}`;
    },
  };
}

function notAccepted(host: string, username: string, shown: string): string {
  return `${host} did not accept ${shown} for the user ${username}; check the user, and that the public key is registered there`;
}

/** OpenSSH's servers hang up after six (`MaxAuthTries`), and some hosts sooner. */
const fewKeys = 4;
const tooManyWords =
  'Servers hang up after a few keys: give the right one as auth.ssh.key, or an agent that holds fewer';

/** The library waits for an agent without an end, as for one that asks a person who is not there; its connection would keep the process. */
function boundAnswers(agent: OpenSSHAgent, timeout: number): void {
  const connect = agent.getStream.bind(agent);
  agent.getStream = (callback) => {
    connect((error, stream) => {
      if (stream instanceof Socket) {
        const late = new Error(`it did not answer within ${timeout / 1000} seconds`);
        stream.setTimeout(timeout, () => stream.destroy(late));
      }
      callback(error, stream);
    });
  };
}
