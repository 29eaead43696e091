import { Failure } from '../../core/failure.ts';
import type { FetchAnswer } from '../transport.ts';

/** Bytes of one pack, at most. */
const maxPackBytes = 1024 ** 3;

/**
 * The pack of a fetch as it arrives.
 * @throws Failure `too-large`, and what the transport throws
 */
export async function* packParts(
  answer: FetchAnswer,
  limit = maxPackBytes,
): AsyncGenerator<Uint8Array, void, undefined> {
  let size = 0;
  for await (const part of answer.pack) {
    size += part.length;
    if (size > limit)
      throw new Failure(
        'too-large',
        `the server sends a pack of more than ${limit} bytes; is this a config repository?`,
      );
    yield part;
  }
}
