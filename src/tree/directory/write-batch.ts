/** Files that one thread hands to another to write, their contents one after the other in one piece of memory. */
export interface WriteBatch {
  readonly room: ArrayBuffer;
  readonly files: readonly BatchFile[];
}

interface BatchFile {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  /** As `FileWriter.write` takes it. */
  readonly stamp: string | undefined;
}

/** What became of a batch: its memory for the next one, and the files that could not be written. */
export interface WrittenBatch {
  readonly room: ArrayBuffer;
  readonly failed: readonly FailedWrite[];
}

export interface FailedWrite {
  readonly path: string;
  readonly message: string;
}

/** Fills a batch, until it has no room for the next file. */
export class BatchFiller {
  readonly #room: ArrayBuffer;
  readonly #files: BatchFile[] = [];
  #used = 0;

  constructor(room: ArrayBuffer) {
    this.#room = room;
  }

  /** @returns whether there was room */
  add(path: string, text: string, stamp: string | undefined): boolean {
    // A UTF-16 code unit needs three bytes at most.
    if (this.#used + text.length * 3 > this.#room.byteLength) return false;
    const { written } = encoder.encodeInto(text, new Uint8Array(this.#room, this.#used));
    this.#files.push({ path, start: this.#used, end: this.#used + written, stamp });
    this.#used += written;
    return true;
  }

  /** It is filled no more. */
  take(): WriteBatch {
    return { room: this.#room, files: this.#files };
  }
}

const encoder = new TextEncoder();
