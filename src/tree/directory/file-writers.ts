import { Failure } from '../../core/failure.ts';
import { BatchFiller, type WriteBatch, type WrittenBatch } from './write-batch.ts';
import { FileWriter } from './write-file.ts';
import { WriteThread } from './write-thread.ts';

export interface FileWritersOptions {
  /** Threads beside this one, once there are many files; default 2. */
  readonly threads?: number;
  /** How many files are written before threads are started, which take some 50 ms to come; default 256. */
  readonly threshold?: number;
}

/**
 * Replaces many files, each as `FileWriter` does. For most of the time that a rename takes, a file system lets its caller wait; so where there are thousands of files, further threads write
 * too. What they are not ready for is written here: nobody waits for them before `finish`.
 */
export class FileWriters {
  readonly #root: string;
  readonly #options: Required<FileWritersOptions>;
  readonly #here: FileWriter;
  readonly #threads: WriteThread[] = [];
  readonly #failed = new Map<string, Failure>();
  /** Memory that no batch is in. */
  readonly #rooms: ArrayBuffer[] = [];
  #filler = new BatchFiller(new ArrayBuffer(roomOfBatch));
  #count = 0;

  constructor(root: string, { threads = 2, threshold = 256 }: FileWritersOptions = {}) {
    this.#root = root;
    this.#options = { threads, threshold };
    this.#here = new FileWriter(root);
  }

  /** Takes a file on, to be written now or later. @param stamp as `FileWriter.write` takes it */
  write(path: string, text: string, stamp: string | undefined): void {
    if (this.#filler.add(path, text, stamp)) return;
    this.#hand(this.#filler.take());
    this.#filler = new BatchFiller(this.#rooms.pop() ?? new ArrayBuffer(roomOfBatch));
    if (this.#filler.add(path, text, stamp)) return;
    const large = new BatchFiller(new ArrayBuffer(text.length * 3));
    large.add(path, text, stamp);
    this.#note(this.#here.writeAll(large.take()));
  }

  /**
   * Ends when every file was written or refused. Nothing may be written afterwards.
   * @returns those that could not be written, by path; they are as they were
   * @throws Failure `internal` where a thread was lost
   */
  async finish(): Promise<ReadonlyMap<string, Failure>> {
    this.#hand(this.#filler.take());
    // Also where one is lost, the others are waited for: nothing is written behind the message.
    const ends = await Promise.allSettled(this.#threads.map((thread) => thread.end()));
    for (const end of ends) {
      if (end.status === 'rejected') throw end.reason;
      for (const done of end.value) this.#note(done);
    }
    return this.#failed;
  }

  #hand(batch: WriteBatch): void {
    this.#count += batch.files.length;
    const { threads, threshold } = this.#options;
    if (this.#count > threshold && this.#threads.length === 0) {
      for (let each = 0; each < threads; each++) this.#threads.push(new WriteThread(this.#root));
    }
    for (const thread of this.#threads) for (const done of thread.collect()) this.#note(done);
    const free = this.#threads.find((thread) => thread.isFree);
    if (free === undefined) this.#note(this.#here.writeAll(batch));
    else free.give(batch);
  }

  #note({ room, failed }: WrittenBatch): void {
    if (room.byteLength === roomOfBatch) this.#rooms.push(room);
    for (const { path, message } of failed) {
      this.#failed.set(path, new Failure('invalid-input', message, { file: path }));
    }
  }
}

/** Bytes: some dozens of usual files. */
const roomOfBatch = 256 * 1024;
