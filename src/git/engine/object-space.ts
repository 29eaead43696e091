import { hash } from 'node:crypto';

import { spareRoom } from './inflate.ts';
import type { ObjectId, ObjectType } from './object-id.ts';

/** Where one object will stand, behind the header that its id is made with. */
export interface Place {
  readonly block: Buffer;
  /** Where the header starts, where the object does, and where it ends. `spareRoom` after it is free until the next place is taken. */
  readonly headerAt: number;
  readonly at: number;
  readonly end: number;
}

/**
 * Memory for the objects of a pack. Small ones stand side by side in blocks, which cost the collector less than a buffer for each; who keeps
 * one of them keeps its block.
 */
export class ObjectSpace {
  #block: Buffer = Buffer.alloc(0);
  #used = 0;

  take(type: ObjectType, size: number): Place {
    const header = `${type} ${size}\0`;
    const length = header.length + size;
    const own = length > largestShared;
    if (!own && this.#used + length + spareRoom > this.#block.length) {
      this.#block = Buffer.allocUnsafeSlow(blockBytes);
      this.#used = 0;
    }
    const block = own ? Buffer.allocUnsafeSlow(length + spareRoom) : this.#block;
    const headerAt = own ? 0 : this.#used;
    block.write(header, headerAt, 'latin1');
    if (!own) this.#used += length;
    return { block, headerAt, at: headerAt + header.length, end: headerAt + length };
  }
}

/** The id of the object that stands there. */
export function idAt({ block, headerAt, end }: Place): ObjectId {
  return hash('sha1', block.subarray(headerAt, end), 'hex');
}

export function bytesAt({ block, at, end }: Place): Buffer {
  return block.subarray(at, end);
}

const blockBytes = 64 * 1024;
const largestShared = 8 * 1024;
