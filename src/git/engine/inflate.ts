import { inflateSync, type Inflate } from 'node:zlib';

import { Failure } from '../../core/failure.ts';
import { ZlibHandle } from './zlib-handle.ts';

/** Objects over this size are never read: no file that we edit is near it. */
export const maxObjectBytes = 100 * 1024 * 1024;

/**
 * Bytes of room behind what will come, with which zlib goes fast to the end: where it could not write its longest match at once, it goes letter by letter. A sixth of
 * the time for objects of some hundred bytes.
 */
export const spareRoom = 320;

/** How far `Inflater.write` came. */
type InflateStep = 'ended' | 'needs-input' | 'needs-room' | 'broken';

/**
 * Inflates one zlib stream after the other. `node:zlib` makes an object for each, which for what git keeps costs more than the inflating;
 * here one is set back each time. Where this Node does not let us, each stream has its own object as usual, and must be there whole.
 */
export class Inflater {
  /** Of the last `write`: bytes read, and bytes made. */
  used = 0;
  made = 0;
  readonly #handle: ZlibHandle | null;

  /** @param handle default: Node's, where it can be used; `null`: none */
  constructor(handle: ZlibHandle | null = ZlibHandle.open() ?? null) {
    this.#handle = handle;
  }

  /** Whether streams may come in pieces. */
  get takesPieces(): boolean {
    return this.#handle !== null;
  }

  /** Before the first piece of each stream. */
  begin(): void {
    this.#handle?.reset();
  }

  /**
   * Inflates the bytes of `input` from `from` to `to` into those of `output` from `at` to `end`. There must be room for one byte
   * more than will come, else the end of the stream is not seen.
   */
  write(input: Buffer, from: number, to: number, output: Buffer, at: number, end: number): InflateStep {
    // The handle would end the process where it is told of places outside.
    if (!isWithin(input, from, to) || !isWithin(output, at, end))
      throw new RangeError('a place outside of a buffer');
    const handle = this.#handle;
    if (handle === null) return this.#writeWhole(input.subarray(from, to), output.subarray(at, end));
    if (!handle.write(input, from, to - from, output, at, end - at)) return 'broken';
    const { inputLeft, roomLeft } = handle;
    this.used = to - from - inputLeft;
    this.made = end - at - roomLeft;
    if (roomLeft === 0) return 'needs-room';
    return inputLeft > 0 || handle.hasEnded() ? 'ended' : 'needs-input';
  }

  /**
   * Inflates the stream that starts at `from`, and must give exactly `size` bytes.
   * @throws Failure `corrupt`
   */
  exactly(input: Buffer, from: number, size: number, what: string): Buffer {
    const output = Buffer.allocUnsafe(size + spareRoom);
    this.begin();
    const step = this.write(input, from, input.length, output, 0, output.length);
    if (step !== 'ended' || this.made !== size) throw unfitStream(what, size);
    return output.subarray(0, size);
  }

  #writeWhole(input: Buffer, output: Buffer): InflateStep {
    this.used = 0;
    this.made = 0;
    try {
      // One buffer of the right size, so that zlib sees the end of the stream in the same call.
      const options = { info: true, chunkSize: Math.max(64, output.length), maxOutputLength: output.length };
      const { buffer, engine } = inflateSync(input, options) as unknown as {
        buffer: Buffer;
        engine: Inflate;
      };
      this.used = engine.bytesWritten;
      this.made = buffer.copy(output);
      return this.made < output.length ? 'ended' : 'needs-room';
    } catch {
      return 'broken';
    }
  }
}

export function unfitStream(what: string, size: number): Failure {
  return new Failure(
    'corrupt',
    `${what} is damaged: it does not inflate to the ${size} bytes that it states`,
  );
}

function isWithin(bytes: Buffer, from: number, to: number): boolean {
  return 0 <= from && from <= to && to <= bytes.length;
}
