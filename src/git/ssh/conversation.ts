import type { ClientChannel } from 'ssh2';
import { Failure } from '../../core/failure.ts';
import { endless } from '../../net/failures.ts';
import type { Peer } from '../wire/words.ts';
import type { SshConnection } from './connection.ts';

export interface ConversationOptions {
  readonly peer: Peer;
  /** Milliseconds without a byte in either direction. */
  readonly idleTimeout: number;
  /** Milliseconds for all of it, however steadily the server answers. */
  readonly readTimeout: number;
  /** Bytes that the server may answer. */
  readonly limit: number;
  readonly signal: AbortSignal | undefined;
  /** Called once: whether the connection can be used again. */
  readonly done: (clean: boolean) => void;
}

/** How the program on the server ended. */
export interface Ending {
  /** What it wrote to standard error: at most 16 KiB, cleaned. */
  readonly said: string;
  readonly exit: number | undefined;
}

/** One program on the server: what it says as bytes, with bounds in size and time; what we say to it; how it ended. */
export class Conversation {
  readonly #channel: ClientChannel;
  readonly #connection: SshConnection;
  readonly #options: ConversationOptions;
  readonly #errors: Buffer[] = [];
  #errorSize = 0;
  #exit: number | undefined;
  #ended = false;
  #closed = false;
  #failure: Failure | undefined;
  #wake: () => void = () => undefined;
  #sent: () => void = () => undefined;
  /** Begins the waiting anew. */
  #touch: () => void = () => undefined;
  #done = false;
  readonly #end: NodeJS.Timeout;

  constructor(channel: ClientChannel, connection: SshConnection, options: ConversationOptions) {
    this.#channel = channel;
    this.#connection = connection;
    this.#options = options;
    channel.on('readable', () => this.#wake());
    channel.once('end', () => this.#note(() => (this.#ended = true)));
    channel.once('close', () => {
      this.#note(() => (this.#closed = true));
      this.#sent();
    });
    channel.on('error', () => this.#wake());
    channel.once('exit', (code: number | null) => (this.#exit = code ?? undefined));
    channel.stderr.on('data', (bytes: Buffer) => this.#keep(bytes));
    channel.stderr.on('error', () => undefined);
    options.signal?.addEventListener('abort', this.#abort, { once: true });
    this.#end = setTimeout(
      () => this.#fail(endless(options.peer.host, options.readTimeout)),
      options.readTimeout,
    ).unref();
    if (options.signal?.aborted === true) this.#abort();
  }

  /** What the server says, until it ends. Leaving it early ends the connection: the rest is not waited for. */
  async *read(): AsyncGenerator<Uint8Array, void, undefined> {
    let total = 0;
    try {
      for (;;) {
        if (this.#failure !== undefined) throw this.#failure;
        const part = this.#channel.read() as Buffer | null;
        if (part !== null) {
          total += part.length;
          if (total > this.#options.limit) throw this.#tooLarge();
          yield part;
        } else if (this.#ended || this.#closed) {
          const broken = this.#exit === undefined ? this.#connection.broken() : undefined;
          if (broken !== undefined) throw broken;
          this.#finish(true);
          return;
        } else await this.#more();
      }
    } finally {
      this.#finish(false);
    }
  }

  /** Sends the last that we have to say. It does not wait: a server that refuses may answer before it has read everything. */
  end(bytes: Uint8Array): void {
    void this.#send(bytes);
  }

  /** What was said beside the answer; waits for the program's end, a second at most. */
  async ending(): Promise<Ending> {
    for (let waited = 0; waited < 10 && !this.#closed && this.#connection.broken() === undefined; waited++) {
      await this.#wait(lastWords / 10);
    }
    const said = Buffer.concat(this.#errors).toString('utf8');
    return { said: this.#options.peer.words(said), exit: this.#exit };
  }

  /** For whoever stops before or without reading. */
  dispose(): void {
    this.#finish(false);
  }

  async #send(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length && !this.#closed && !this.#done; at += piece) {
      const part = bytes.subarray(at, at + piece);
      await new Promise<void>((resolve) => {
        // A channel that closes never calls back.
        this.#sent = resolve;
        this.#channel.write(part, () => resolve());
      });
      // Being read is a sign of life as well as answering.
      this.#touch();
    }
    if (!this.#closed && !this.#done) this.#channel.end();
  }

  async #more(): Promise<void> {
    if (await this.#wait(this.#options.idleTimeout)) return;
    const { host } = this.#options.peer;
    throw new Failure('timeout', `${host} stopped in the middle of its answer`, { host, retryable: true });
  }

  /** Until something happens; `false` where nothing did in time. */
  #wait(milliseconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (happened: boolean): void => {
        clearTimeout(timer);
        // A timer that is over must not begin anew: it would keep the process.
        this.#touch = () => undefined;
        this.#wake = () => undefined;
        resolve(happened);
      };
      const timer = setTimeout(() => settle(false), milliseconds);
      this.#touch = () => timer.refresh();
      this.#wake = () => settle(true);
    });
  }

  #note(change: () => void): void {
    change();
    this.#wake();
  }

  #keep(bytes: Buffer): void {
    if (this.#errorSize >= mostWords) return;
    const kept = bytes.subarray(0, mostWords - this.#errorSize);
    this.#errors.push(kept);
    this.#errorSize += kept.length;
  }

  readonly #abort = (): void => {
    const { host } = this.#options.peer;
    this.#fail(new Failure('aborted', `the work with ${host} was stopped`, { host }));
  };

  #fail(failure: Failure): void {
    this.#failure ??= failure;
    this.#wake();
  }

  #tooLarge(): Failure {
    const { host } = this.#options.peer;
    const words = `${host} answered with more than the ${this.#options.limit} bytes that are allowed here`;
    return new Failure('too-large', words, { host });
  }

  #finish(clean: boolean): void {
    if (this.#done) return;
    this.#done = true;
    clearTimeout(this.#end);
    this.#options.signal?.removeEventListener('abort', this.#abort);
    this.#options.done(clean);
  }
}

const piece = 65_536;
const mostWords = 16_384;
const lastWords = 1000;
