import type { ClientChannel } from 'ssh2';
import type { Failure } from '../../core/failure.ts';
import type { SshConnection } from './connection.ts';

/** One start of a command, and what it needs to give back. */
export interface Started {
  readonly channel: ClientChannel;
  readonly connection: SshConnection;
  /** Once: whether the connection can be used again. */
  readonly release: (clean: boolean) => void;
}

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
  async start(
    command: string,
    env: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<Started> {
    const kept = this.#kept;
    if (kept !== undefined && kept.connection.broken() === undefined) {
      try {
        return await this.#startOn(kept, command, env);
      } catch {
        this.#drop(kept);
      }
    }
    const made: Kept = { connection: await this.#open(signal), users: 0, timer: undefined };
    this.#kept = made;
    try {
      return await this.#startOn(made, command, env);
    } catch (error) {
      this.#drop(made);
      throw error as Failure;
    }
  }

  close(): void {
    if (this.#kept !== undefined) this.#drop(this.#kept);
  }

  async #startOn(kept: Kept, command: string, env: Readonly<Record<string, string>>): Promise<Started> {
    clearTimeout(kept.timer);
    kept.users++;
    const { connection } = kept;
    try {
      const channel = await connection.start(command, env);
      return { channel, connection, release: (clean) => this.#release(kept, clean) };
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
