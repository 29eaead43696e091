import { inflateSync, type Inflate } from 'node:zlib';

import { Failure } from '../../core/failure.ts';

/** Objects over this size are never read: no file that we edit is near it. */
export const maxObjectBytes = 100 * 1024 * 1024;

export interface Inflated {
  readonly bytes: Buffer;
  /** How much of the input it took. */
  readonly used: number;
}

/**
 * Inflates the zlib stream at the start of `input`, which must give exactly `size` bytes.
 * @throws Failure `corrupt`
 */
export function inflateExactly(input: Uint8Array, size: number, what: string): Inflated {
  try {
    // One output buffer of the right size, and one byte more so that zlib sees the end of the stream in the same call.
    const answer = inflateSync(input, {
      info: true,
      chunkSize: Math.max(64, size + 1),
      maxOutputLength: Math.max(1, size),
    }) as unknown as { buffer: Buffer; engine: Inflate };
    if (answer.buffer.length === size) return { bytes: answer.buffer, used: answer.engine.bytesWritten };
  } catch (error) {
    throw new Failure(
      'corrupt',
      `${what} is damaged: it does not inflate to the ${size} bytes that it states`,
      { cause: error },
    );
  }
  throw new Failure(
    'corrupt',
    `${what} is damaged: it inflates to another size than the ${size} bytes that it states`,
  );
}
