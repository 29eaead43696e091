import { constants, createInflate, deflateSync } from 'node:zlib';

/**
 * The part of an `Inflate` of `node:zlib` that inflates, without the stream around it. It is no documented interface, though packages
 * that everybody has (npm's own `tar`) reach for it too: whoever uses it must have another way.
 */
export class ZlibHandle {
  /** Of the last `write`: bytes of the input that were not read, and of the output that were not filled. */
  inputLeft = 0;
  roomLeft = 0;
  readonly #native: Native;
  readonly #state: Uint32Array;
  #faults = 0;

  /** `undefined` where this Node has none, or it does not do what is expected of it. */
  static open(stream: object = createInflate()): ZlibHandle | undefined {
    const { _handle: native, _writeState: state }: Inside = stream;
    if (!isNative(native) || !(state instanceof Uint32Array)) return undefined;
    const handle = new ZlibHandle(native, state);
    return handle.#works() ? handle : undefined;
  }

  private constructor(native: Native, state: Uint32Array) {
    this.#native = native;
    this.#state = state;
    Object.assign(native, { onerror: () => this.#faults++ });
  }

  /** Back to the beginning of a stream. */
  reset(): void {
    this.#native.reset();
  }

  /** Inflates what it can. Places outside of the buffers would end the process: the caller sees to it. @returns whether zlib found no fault */
  write(input: Buffer, from: number, size: number, output: Buffer, at: number, room: number): boolean {
    const before = this.#faults;
    this.#native.writeSync(constants.Z_NO_FLUSH, input, from, size, output, at, room);
    if (this.#faults > before) return false;
    this.roomLeft = this.#state[0] ?? 0;
    this.inputLeft = this.#state[1] ?? 0;
    return true;
  }

  /** Whether the stream has ended, where all input was read and there is room left. */
  hasEnded(): boolean {
    const before = this.#faults;
    this.#native.writeSync(constants.Z_FINISH, nothing, 0, 0, spare, 0, spare.length);
    return this.#faults === before;
  }

  /** A stream in two pieces with bytes behind it, one that lacks its end, and one that is none. */
  #works(): boolean {
    const text = Buffer.from('a stream in two pieces');
    const [stream, output] = [deflateSync(text), Buffer.alloc(64)];
    const input = Buffer.concat([stream, text]);
    try {
      this.reset();
      const first = this.write(input, 0, 9, output, 0, 64) && this.inputLeft === 0 && !this.hasEnded();
      const made = 64 - this.roomLeft;
      const second = this.write(input, 9, input.length - 9, output, made, 64 - made);
      const read = this.inputLeft === text.length && 64 - made - this.roomLeft === text.length - made;
      this.reset();
      const whole = this.write(stream, 0, stream.length, output, 32, 32) && this.hasEnded();
      this.reset();
      const fault = this.write(input, 3, 20, output, 0, 64);
      const right = [output.subarray(0, text.length), output.subarray(32, 32 + text.length)];
      return first && second && read && whole && !fault && right.every((made) => made.equals(text));
    } catch {
      return false;
    }
  }
}

interface Inside {
  readonly _handle?: unknown;
  readonly _writeState?: unknown;
}

interface Native {
  writeSync(
    flush: number,
    input: Buffer,
    from: number,
    size: number,
    output: Buffer,
    at: number,
    room: number,
  ): void;
  reset(): void;
}

function isNative(value: unknown): value is Native {
  return (
    typeof value === 'object' &&
    value !== null &&
    'writeSync' in value &&
    typeof value.writeSync === 'function' &&
    'reset' in value &&
    typeof value.reset === 'function'
  );
}

const nothing = Buffer.alloc(0);
const spare = Buffer.alloc(1);
