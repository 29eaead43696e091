import type { ClientChannel } from 'ssh2';
import type { CommandStart, SshConnection } from './connection.ts';

/**
 * Takes over a command that was started.
 * @param release to be called once: whether the connection can be used again
 */
export type Begin<Result> = (
  channel: ClientChannel,
  connection: SshConnection,
  release: (clean: boolean) => void,
) => Result;

export type Command = Pick<CommandStart<unknown>, 'command' | 'env' | 'timeout' | 'signal'>;

/**
 * Keeps one connection for the steps of one run, and ends it a little after the last: logging in costs more than everything else together. Who
 * left a conversation in the middle leaves a connection that is not used again.
 */
export class Session {
  readonly #open: (signal: AbortSignal | undefined) => Promise<SshConnection>;
  /** Milliseconds that an idle connection is kept. */
  readonly #linger: number;
  #kept: Kept | undefined;

  constructor(open: (signal: AbortSignal | undefined) => Promise<SshConnection>, linger: number) {
    this.#open = open;
    this.#linger = linger;
  }

  /** Starts `command`; on a new connection where the kept one does not take it, as servers may that allow one command only. */
  async start<Result>(command: Command, begin: Begin<Result>): Promise<Result> {
    const kept = this.#kept;
    if (kept !== undefined && kept.connection.broken() === undefined) {
      try {
        return await this.#startOn(kept, command, begin);
      } catch (error) {
        this.#drop(kept);
        if (command.signal?.aborted === true) throw error;
      }
    }
    const made: Kept = { connection: await this.#open(command.signal), users: 0, timer: undefined };
    this.#kept = made;
    try {
      return await this.#startOn(made, command, begin);
    } catch (error) {
      this.#drop(made);
      throw error;
    }
  }

  close(): void {
    if (this.#kept !== undefined) this.#drop(this.#kept);
  }

  async #startOn<Result>(kept: Kept, command: Command, begin: Begin<Result>): Promise<Result> {
    clearTimeout(kept.timer);
    kept.users++;
    const { connection } = kept;
    try {
      return await connection.start({
        ...command,
        begin: (channel) => begin(channel, connection, (clean) => this.#release(kept, clean)),
      });
    } catch (error) {
      kept.users--;
      throw error;
    }
  }

  #release(kept: Kept, clean: boolean): void {
    kept.users--;
    if (!clean && this.#kept === kept) this.#kept = undefined;
    if (kept.users > 0) return;
    if (this.#kept !== kept) kept.connection.destroy();
    else kept.timer = setTimeout(() => this.#drop(kept), this.#linger);
  }

  #drop(kept: Kept): void {
    clearTimeout(kept.timer);
    if (this.#kept === kept) this.#kept = undefined;
    if (kept.users === 0) kept.connection.destroy();
  }
}

interface Kept {
  readonly connection: SshConnection;
  users: number;
  timer: NodeJS.Timeout | undefined;
}
