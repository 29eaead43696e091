import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';

import { Failure } from '../../core/failure.ts';
import { applyDelta } from './delta.ts';
import { DeltaBases, type KeptBases } from './delta-bases.ts';
import { diskFailure } from './durable.ts';
import { Inflater } from './inflate.ts';
import { hashObject, type GitObject, type ObjectId } from './object-id.ts';
import { readEntryHead, type PackEntryHead } from './pack-entry.ts';
import { PackIndex } from './pack-index.ts';

/**
 * A pack on disk with its index. The file stays open once it was read from, so that a pack which another process
 * deletes can be read to the end by who holds it.
 */
export class PackFile {
  readonly path: string;
  readonly index: PackIndex;
  readonly #kept: DeltaBases;
  readonly #bases: KeptBases = new Map();
  #inflater: Inflater | undefined;
  #file: number | undefined;
  #size = 0;
  #window: Buffer = Buffer.alloc(0);
  #windowAt = 0;

  /**
   * @param path of the `.pack`; the `.idx` stands beside it
   * @param kept shared with other packs. Default: its own
   * @throws Failure `corrupt`, `not-found`, `disk`
   */
  constructor(path: string, kept = new DeltaBases()) {
    this.path = path;
    this.#kept = kept;
    const indexPath = path.replace(/\.pack$/, '.idx');
    let bytes: Buffer;
    try {
      bytes = readFileSync(indexPath);
    } catch (error) {
      throw diskFailure(error, 'read', indexPath);
    }
    this.index = new PackIndex(bytes, indexPath);
  }

  /** Bytes of the pack. */
  size(): number {
    this.open();
    return this.#size;
  }

  isOpen(): boolean {
    return this.#file !== undefined;
  }

  /** Opens the file if it is not yet open. @throws Failure `not-found` where it is gone, `corrupt` where it is cut off */
  open(): number {
    if (this.#file !== undefined) return this.#file;
    try {
      const file = openSync(this.path, 'r');
      this.#file = file;
      this.#size = fstatSync(file).size;
    } catch (error) {
      throw diskFailure(error, 'read', this.path);
    }
    if (this.#size < 32) throw this.#damaged('it is cut off');
    return this.#file;
  }

  /** Reads the object whose entry starts at `offset` and checks it against `id`. */
  read(id: ObjectId, offset: number): GitObject {
    const object = this.#resolve(offset);
    if (hashObject(object.type, object.bytes) !== id)
      throw this.#damaged(`object ${id} is not what its name says`);
    return object;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    this.#bases.clear();
  }

  #resolve(offset: number): GitObject {
    const deltas: Buffer[] = [];
    let at = offset;
    for (;;) {
      const kept = this.#bases.get(at);
      if (kept !== undefined) return this.#applyAll(kept, deltas, offset);
      const { head, bytes } = this.#entry(at);
      if (head.kind !== 'ofs-delta' && head.kind !== 'ref-delta') {
        const object = { type: head.kind, bytes };
        if (deltas.length > 0) this.#kept.keep(this.#bases, at, object);
        return this.#applyAll(object, deltas, offset);
      }
      deltas.push(bytes);
      if (deltas.length > longestChain) throw this.#damaged(`a chain of more than ${longestChain} deltas`);
      const base = head.kind === 'ofs-delta' ? head.baseOffset : this.index.find(head.baseId);
      if (base === undefined) throw this.#damaged(`the base ${head.baseId} is not in it`);
      at = base;
    }
  }

  #applyAll(base: GitObject, deltas: readonly Buffer[], offset: number): GitObject {
    if (deltas.length === 0) return base;
    const bytes = deltas.reduceRight((result: Uint8Array, delta) => applyDelta(result, delta), base.bytes);
    const object = { type: base.type, bytes };
    this.#kept.keep(this.#bases, offset, object);
    return object;
  }

  #entry(offset: number): { head: PackEntryHead; bytes: Buffer } {
    const end = this.index.next(offset) ?? this.#size - 20;
    const raw = this.#bytesAt(offset, end);
    const head = readEntryHead(raw, 0, offset);
    this.#inflater ??= new Inflater();
    const what = `${this.path}, byte ${offset}`;
    const bytes = this.#inflater.exactly(raw, head.dataAt - offset, head.size, what);
    return { head, bytes };
  }

  /** The bytes from `from` to `to`, through a window that suits reading in order, either way. They are valid until the next call. */
  #bytesAt(from: number, to: number): Buffer {
    const file = this.open();
    if (from < 12 || to <= from || to > this.#size) throw this.#damaged('its index names places outside it');
    if (from < this.#windowAt || to > this.#windowAt + this.#window.length) {
      const span = Math.max(to - from, windowBytes);
      // Whoever reads backwards gets a window that ends here, else one that starts here.
      const start = from < this.#windowAt ? Math.max(12, to - span) : from;
      const size = Math.min(this.#size - start, span);
      const window = Buffer.allocUnsafe(size);
      let done = 0;
      while (done < size) {
        const read = this.#read(file, window, done, start + done);
        if (read === 0) throw this.#damaged('it is cut off');
        done += read;
      }
      this.#window = window;
      this.#windowAt = start;
    }
    return this.#window.subarray(from - this.#windowAt, to - this.#windowAt);
  }

  #read(file: number, window: Buffer, done: number, at: number): number {
    try {
      return readSync(file, window, done, window.length - done, at);
    } catch (error) {
      throw diskFailure(error, 'read', this.path);
    }
  }

  #damaged(why: string): Failure {
    return new Failure('corrupt', `the pack ${this.path} is damaged: ${why}`);
  }
}

const windowBytes = 128 * 1024;
/** Git itself writes chains of 50, of 250 at most when told to be aggressive, and never over 4095. */
const longestChain = 4095;
