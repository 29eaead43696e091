import { Failure } from '../../core/failure.ts';
import type {
  FetchAnswer,
  FetchRequest,
  PushReport,
  PushRequest,
  RemoteRef,
  Transport,
} from '../transport.ts';
import { readGreeting, type Advertisement } from '../wire/advertisement.ts';
import { emptyFetch, fetchBody, readFetch } from '../wire/fetch.ts';
import { cutOff, decodePackets, flushPacket, type Packet } from '../wire/pkt-line.ts';
import { isAtOldId, notKnown, pushBody, readPushAnswer } from '../wire/receive-pack.ts';
import { lsRefsRequest, readRefs } from '../wire/upload-pack-v2.ts';
import { cleanWords, type Peer } from '../wire/words.ts';
import { serviceCommand, type Service } from './command.ts';
import { connectSsh } from './connection.ts';
import { Conversation, type ConversationOptions } from './conversation.ts';
import { LoginKeeper, type SshLogin } from './login.ts';
import { refusalFailure } from './refusals.ts';
import { Session } from './session.ts';

export interface SshTransportOptions {
  /** Name or address, without brackets. */
  readonly address: string;
  readonly port: number;
  readonly username: string;
  /** As the server gets it: absolute, or relative to the login's folder; `~` is the server's to resolve. */
  readonly path: string;
  /** Asked at each connection, so that a rotated key counts at once. */
  readonly login: () => Promise<SshLogin>;
  /** Asked at each connection: text in the form of `known_hosts`, and where it stands, for messages (`file PATH`). */
  readonly knownHosts: () => Promise<{ readonly text: string; readonly source: string }>;
  /** Milliseconds until a connection stands, login included; default 20,000. */
  readonly connectTimeout?: number;
  /** Milliseconds without a byte in either direction; default 60,000 (a server may prepare a pack, or run its hooks). */
  readonly idleTimeout?: number;
  /** Milliseconds for all of a ref listing; default 300,000. */
  readonly listTimeout?: number;
  /** Milliseconds for all of a pack; default 3,600,000. */
  readonly fetchTimeout?: number;
  /** Milliseconds for a push and all that is said of it: git servers show signs of life while a hook of theirs runs, also one that hangs; default 600,000. */
  readonly pushTimeout?: number;
  /** Milliseconds between two signs of life; default 15,000. */
  readonly keepalive?: number;
  /** Milliseconds that an idle connection is kept for the next step; default 5,000. */
  readonly linger?: number;
  /** Bytes of a ref listing; default 64 MiB. */
  readonly listLimit?: number;
  /** Bytes of a pack; default 2 GiB. */
  readonly packLimit?: number;
}

/**
 * Git over ssh (product.md, 5): `git-upload-pack` in protocol version 2 where the server takes `GIT_PROTOCOL` from us, else in version 0; `git-receive-pack` to
 * push. The host's key must be known. Nothing is sent before the first call.
 */
export function openSshTransport(options: SshTransportOptions): Transport {
  return new SshTransport(options);
}

class SshTransport implements Transport, Peer {
  readonly host: string;
  readonly #options: SshTransportOptions;
  readonly #session: Session;
  readonly #logins = new LoginKeeper();
  readonly #listLimit: number;
  readonly #packLimit: number;

  constructor(options: SshTransportOptions) {
    const { address, port, linger = 5000 } = options;
    const name = address.includes(':') ? `[${address}]` : address;
    this.host = port === 22 ? name : `${name}:${port}`;
    this.#options = options;
    this.#listLimit = options.listLimit ?? 64 * 1024 * 1024;
    this.#packLimit = options.packLimit ?? 2 * 1024 * 1024 * 1024;
    this.#session = new Session((signal) => this.#connect(signal), linger);
  }

  words(text: string): string {
    return cleanWords(text);
  }

  async listRefs(prefixes: readonly string[], signal?: AbortSignal): Promise<readonly RemoteRef[]> {
    const bounds = { limit: this.#listLimit, readTimeout: this.#options.listTimeout ?? 300_000, signal };
    const refs = await this.#talk('git-upload-pack', bounds, async (talk) => {
      const known = await readGreeting(talk.packets, this, this.#listLimit);
      if (known.version === 0) return this.#leave(talk, known.refs);
      talk.say(lsRefsRequest(known.capabilities, prefixes));
      return readRefs(talk.packets, this);
    });
    return refs.filter(({ name }) => prefixes.some((prefix) => name.startsWith(prefix)));
  }

  async fetch(request: FetchRequest, signal?: AbortSignal): Promise<FetchAnswer> {
    if (request.wants.length === 0) return emptyFetch();
    const bounds = { limit: this.#packLimit, readTimeout: this.#options.fetchTimeout ?? 3_600_000, signal };
    return this.#talk('git-upload-pack', bounds, async (talk) => {
      const known = await readGreeting(talk.packets, this, this.#listLimit);
      if (known.version === 0) await this.#checkWants(known, request, talk);
      talk.say(fetchBody(known, request, this));
      const answer = await readFetch(talk.packets, known, request, this);
      return { ...answer, pack: talk.explained(answer.pack) };
    });
  }

  async push(request: PushRequest, signal?: AbortSignal): Promise<PushReport> {
    const bounds = { limit: this.#listLimit, readTimeout: this.#options.pushTimeout ?? 600_000, signal };
    let sent = false;
    const report = this.#talk('git-receive-pack', bounds, async (talk) => {
      const advertised: Advertisement = await readGreeting(talk.packets, this, this.#listLimit);
      if (advertised.version !== 0) throw cutOff(this);
      if (!isAtOldId(advertised.refs, request)) return this.#leave<PushReport>(talk, { kind: 'raced' });
      talk.say(pushBody(advertised.capabilities, request, this));
      sent = true;
      return readPushAnswer(talk.packets, advertised.capabilities, request, this);
    });
    return report.catch((error: unknown) => {
      // What reading the answer threw says so already.
      throw sent && error instanceof Failure && !error.retryable ? notKnown(error, request) : error;
    });
  }

  async close(): Promise<void> {
    this.#session.close();
  }

  async #talk<Result>(
    service: Service,
    bounds: Bounds,
    work: (talk: Talk) => Promise<Result>,
  ): Promise<Result> {
    const command = serviceCommand(service, this.#options.path);
    const env: Record<string, string> = service === 'git-upload-pack' ? { GIT_PROTOCOL: 'version=2' } : {};
    const { idleTimeout = 60_000 } = this.#options;
    const conversation = await this.#session.start(
      { command, env, timeout: idleTimeout, signal: bounds.signal },
      (channel, connection, done) =>
        new Conversation(channel, connection, { peer: this, idleTimeout, ...bounds, done }),
    );
    const explain = (error: unknown): Promise<unknown> => this.#explain(error, conversation, service);
    try {
      return await work({
        packets: decodePackets(conversation.read(), this),
        say: (bytes) => conversation.end(bytes),
        explained: (pack) => explained(pack, explain),
      });
    } catch (error) {
      const told = await explain(error);
      conversation.dispose();
      throw told;
    }
  }

  /** Git's own answer to what it does not give looks as if the objects were gone. */
  async #checkWants(
    { refs, capabilities }: Extract<Advertisement, { version: 0 }>,
    { wants }: FetchRequest,
    talk: Talk,
  ): Promise<void> {
    const anything = ['allow-any-sha1-in-want', 'allow-reachable-sha1-in-want'];
    if (anything.some((name) => capabilities.has(name))) return;
    const tips = new Set(refs.map(({ id }) => id));
    if (wants.every((id) => tips.has(id))) return;
    await this.#leave(talk, undefined);
    const words = `${this.host} gives nothing but the tips of its refs; let its sshd take protocol version 2 (AcceptEnv GIT_PROTOCOL), or set uploadpack.allowAnySHA1InWant there`;
    throw new Failure('refused', words, { host: this.host });
  }

  /** Takes leave as git does, so that the server logs no error. */
  async #leave<Result>(talk: Talk, result: Result): Promise<Result> {
    talk.say(flushPacket);
    for await (const packet of talk.packets) if (packet.kind === 'flush') continue;
    return result;
  }

  /** An answer that broke off, told in the words with which the program on the server ended, if it had any. */
  async #explain(error: unknown, conversation: Conversation, service: Service): Promise<unknown> {
    if (!(error instanceof Failure) || error.code !== 'bad-answer') return error;
    const { said, exit } = await conversation.ending();
    if (exit === 0 || (said === '' && exit === undefined)) return error;
    const repository = this.#address();
    return refusalFailure({ peer: this, repository, service, said, exit, cause: error });
  }

  /** The repository as people write it. */
  #address(): string {
    const { username, port, path } = this.#options;
    if (path.startsWith('/')) return `ssh://${username}@${this.host}${path}`;
    return `${username}@${port === 22 ? this.host : `[${this.host}]`}:${path}`;
  }

  async #connect(signal: AbortSignal | undefined) {
    const { address, port, username, connectTimeout = 20_000, keepalive = 15_000 } = this.#options;
    const login = await this.#logins.prepare(await this.#options.login(), username);
    const knownHosts = await this.#options.knownHosts();
    return connectSsh(
      { address, port, username, login, knownHosts, connectTimeout, keepalive, peer: this },
      signal,
    );
  }
}

/** Of one conversation. */
type Bounds = Pick<ConversationOptions, 'limit' | 'readTimeout' | 'signal'>;

/** What the steps of one conversation need. */
interface Talk {
  readonly packets: AsyncGenerator<Packet, void, undefined>;
  /** Sends the last that we have to say. */
  readonly say: (bytes: Uint8Array) => void;
  readonly explained: (pack: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;
}

/** The same bytes; where they break off, the failure is told as `explain` tells it. */
function explained(
  pack: AsyncIterable<Uint8Array>,
  explain: (error: unknown) => Promise<unknown>,
): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]() {
      const inner = pack[Symbol.asyncIterator]();
      return {
        async next() {
          try {
            return await inner.next();
          } catch (error) {
            throw await explain(error);
          }
        },
        async return() {
          await inner.return?.();
          return { value: undefined, done: true };
        },
      };
    },
  };
}
