/** Reads data types of the SSH protocol (RFC 4251, section 5), as `git/signing/ssh-wire.ts` writes them. */
export class SshReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** @throws RangeError where the bytes end before it does */
  take(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw new RangeError('it ends too early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  uint32(): number {
    return this.take(4).readUInt32BE();
  }

  string(): Buffer {
    return this.take(this.uint32());
  }

  text(): string {
    return this.string().toString('latin1');
  }

  /** A positive integer, filled up to `length` bytes (default: as long as it is). */
  number(length = 0): Buffer {
    const bytes = this.string();
    const start = bytes.findIndex((byte) => byte !== 0);
    if (start < 0 || (bytes[0] ?? 0) >= 0x80) throw new RangeError('a number in it is not positive');
    const digits = bytes.subarray(start);
    if (length === 0) return digits;
    if (digits.length > length) throw new RangeError('a number in it is too large');
    return Buffer.concat([Buffer.alloc(length - digits.length), digits]);
  }

  /** @throws RangeError where something is left */
  end(): void {
    if (this.#at !== this.#bytes.length) throw new RangeError('something follows its end');
  }
}
