import { Failure } from '../../core/failure.ts';
import type { FetchAnswer } from '../transport.ts';

/** Bytes of one pack, at most. */
export const maxPackBytes = 1024 ** 3;

/**
 * The pack of a fetch as one buffer; empty where nothing came.
 * @throws Failure `too-large`, and what the transport throws
 */
export async function receivePack(answer: FetchAnswer, limit = maxPackBytes): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.pack) {
    size += part.length;
    if (size > limit)
      throw new Failure(
        'too-large',
        `the server sends a pack of more than ${limit} bytes; is this a config repository?`,
      );
    parts.push(part);
  }
  return Buffer.concat(parts, size);
}
