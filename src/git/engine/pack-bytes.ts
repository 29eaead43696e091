import { createHash, type Hash } from 'node:crypto';

import { Failure } from '../../core/failure.ts';

/** A pack, or what has arrived of it so far. Nobody believes a word of it before `check` says that it is what was sent. */
export class PackBytes {
  readonly #sum: Hash = createHash('sha1');
  #summed = 0;
  #bytes: Buffer;
  #length: number;
  #isWhole: boolean;

  /** @param whole default: the bytes come by `add` */
  constructor(whole?: Buffer) {
    this.#bytes = whole ?? Buffer.alloc(0);
    this.#length = this.#bytes.length;
    this.#isWhole = whole !== undefined;
  }

  /** There is room behind `length`; another buffer after each `add`. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  get length(): number {
    return this.#length;
  }

  /** Whether no more will come. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Where the checksum starts at the earliest. */
  get end(): number {
    return Math.max(0, this.#length - 20);
  }

  add(part: Uint8Array): void {
    const length = this.#length + part.length;
    if (length > this.#bytes.length) {
      const growth = this.#bytes.length < largeRoom ? 4 : 2;
      const larger = Buffer.allocUnsafeSlow(Math.max(firstRoom, length, this.#bytes.length * growth));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(part, this.#length);
    this.#length = length;
    this.#hash(Infinity);
  }

  /** Nothing more comes. */
  finish(): Buffer {
    this.#isWhole = true;
    this.#bytes = this.#bytes.subarray(0, this.#length);
    return this.#bytes;
  }

  /** How many objects it states, once its head is here. @throws Failure `corrupt` where there is none */
  count(): number | undefined {
    if (this.#length < smallest && !this.#isWhole) return undefined;
    if (this.#length < smallest || this.#bytes.toString('latin1', 0, 4) !== 'PACK')
      throw corruptPack('it is cut off or no pack at all');
    const version = this.#bytes.readUInt32BE(4);
    if (version !== 2 && version !== 3) throw corruptPack(`its version is ${version}, expected 2`);
    return this.#bytes.readUInt32BE(8);
  }

  /**
   * Looks at the head of the whole pack, and compares it with its checksum, so many bytes at once (default: all).
   * @returns whether that is done
   * @throws Failure `corrupt`
   */
  check(bytes = Infinity): boolean {
    this.count();
    if (!this.#hash(bytes)) return false;
    if (!this.#sum.digest().equals(this.#bytes.subarray(this.end, this.#length)))
      throw corruptPack('its checksum is wrong: it was cut off or changed on the way');
    return true;
  }

  #hash(bytes: number): boolean {
    const to = Math.min(this.end, this.#summed + bytes);
    this.#sum.update(this.#bytes.subarray(this.#summed, to));
    this.#summed = to;
    return to === this.end;
  }
}

export function corruptPack(why: string): Failure {
  return new Failure('corrupt', `a pack is damaged: ${why}`, { retryable: true });
}

/** A head, and a checksum. */
const smallest = 32;
/** The system hands out no page of it before something stands there. */
const firstRoom = 1024 ** 2;
/** From here on, room that stays empty would count. */
const largeRoom = 16 * firstRoom;
