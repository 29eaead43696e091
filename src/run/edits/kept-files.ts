/** Most bytes of all files together that are kept: 64 MiB. */
const mostKept = 64 * 1024 * 1024;

/**
 * Files that were read for their facts and may be edited right afterwards, so that each is read once. They are kept as bytes, which lie outside of the
 * heap that is collected. Beyond the limit they are read again.
 */
export class KeptFiles {
  readonly #files = new Map<string, Uint8Array>();
  readonly #most: number;
  #length = 0;

  constructor(most = mostKept) {
    this.#most = most;
  }

  keep(path: string, bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#most) return;
    this.#length += bytes.length;
    this.#files.set(path, bytes);
  }

  get(path: string): Uint8Array | undefined {
    return this.#files.get(path);
  }
}
