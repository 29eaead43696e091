import { extname } from 'node:path';
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import { Failure } from '../../core/failure.ts';
import type { WriteBatch, WrittenBatch } from './write-batch.ts';

/** What the thread is started with. */
export interface WriteThreadData {
  readonly root: string;
  readonly port: MessagePort;
}

/** What it says: first that it is there, then what became of each batch. */
export type WriteThreadMessage = 'ready' | WrittenBatch;

/** A thread that writes batches of files, seen from the one that hands them over. */
export class WriteThread {
  readonly #port: MessagePort;
  readonly #ended: Promise<unknown>;
  #isReady = false;
  /** Files of each batch that was given and not answered. */
  readonly #given: number[] = [];

  constructor(root: string) {
    const { port1, port2 } = new MessageChannel();
    const workerData: WriteThreadData = { root, port: port2 };
    const file = new URL(`./write-thread-main${extname(import.meta.url)}`, import.meta.url);
    const worker = new Worker(file, { workerData, transferList: [port2] });
    // It ends with its port, and holds up nobody.
    worker.unref();
    this.#ended = new Promise((resolve) => worker.once('error', resolve).once('exit', resolve));
    this.#port = port1;
  }

  /** Whether a batch that is given now is begun soon. While it writes one, the next lies ready. */
  get isFree(): boolean {
    return this.#isReady && this.#given.length < 2;
  }

  give(batch: WriteBatch): void {
    this.#given.push(batch.files.length);
    this.#port.postMessage(batch, [batch.room]);
  }

  /** What it has done since, without waiting. */
  *collect(): Generator<WrittenBatch> {
    let received: { message: WriteThreadMessage } | undefined = receiveMessageOnPort(this.#port);
    while (received !== undefined) {
      if (received.message === 'ready') this.#isReady = true;
      else yield this.#answered(received.message);
      received = receiveMessageOnPort(this.#port);
    }
  }

  /**
   * Waits for what was given, and ends the thread.
   * @throws Failure `internal` where it ended by itself
   */
  async end(): Promise<readonly WrittenBatch[]> {
    const done = [...this.collect()];
    if (this.#given.length > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      // One listener for all that is still to come: what arrived between two would be lost.
      this.#port.on('message', (message: WriteThreadMessage) => {
        if (message !== 'ready') done.push(this.#answered(message));
        if (this.#given.length === 0) resolve();
      });
      const why = await Promise.race([promise, this.#ended]);
      if (this.#given.length > 0) throw this.#lost(why);
    }
    this.#port.close();
    return done;
  }

  #answered(batch: WrittenBatch): WrittenBatch {
    this.#given.shift();
    return batch;
  }

  #lost(cause: unknown): Failure {
    const files = this.#given.reduce((sum, count) => sum + count, 0);
    const message = `a thread that wrote files ended before it was done: ${files} files may be written or as they were, each whole; run again`;
    return new Failure('internal', message, { cause });
  }
}
