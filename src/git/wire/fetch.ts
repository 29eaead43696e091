import { Failure } from '../../core/failure.ts';
import type { FetchAnswer, FetchRequest } from '../transport.ts';
import type { Advertisement } from './advertisement.ts';
import { cutOf } from './fetch-lines.ts';
import type { Packet } from './pkt-line.ts';
import { ServerWords, sideBandData } from './side-band.ts';
import { fetchRequestV0, readFetchHeadV0 } from './upload-pack-v0.ts';
import { fetchRequestV2, offersFetch, readFetchHead } from './upload-pack-v2.ts';
import type { Peer } from './words.ts';

/** Where nothing is wanted, nothing is asked. */
export function emptyFetch(): FetchAnswer {
  return { filtered: false, shallow: [], unshallow: [], pack: nothing() };
}

/** The bytes that ask `request`, in the version that the server speaks. */
export function fetchBody(
  { version, capabilities }: Advertisement,
  request: FetchRequest,
  peer: Peer,
): Uint8Array {
  return version === 2
    ? fetchRequestV2(capabilities, request, peer)
    : fetchRequestV0(capabilities, request, peer);
}

/** Reads the answer to `fetchBody` up to the pack, which is read as it is used. Stops `packets` where it fails. */
export async function readFetch(
  packets: AsyncGenerator<Packet, void, undefined>,
  { version, capabilities }: Advertisement,
  request: FetchRequest,
  peer: Peer,
): Promise<FetchAnswer> {
  const filtered =
    request.filter !== undefined &&
    (version === 2 ? offersFetch(capabilities, 'filter') : capabilities.has('filter'));
  try {
    const head =
      version === 2
        ? { news: await readFetchHead(packets, peer), packets }
        : await readFetchHeadV0(packets, peer);
    return {
      filtered,
      ...head.news,
      pack: closable(sideBandData(head.packets, peer, new ServerWords()), packets),
    };
  } catch (error) {
    await packets.return();
    const since = cutOf(request, filtered);
    throw since === undefined ? error : maybeTooLate(error, since);
  }
}

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {}

/** Git answers nothing at all where it finds no commit after the date; a cut connection can look the same. */
function maybeTooLate(error: unknown, since: number): unknown {
  if (!(error instanceof Failure) || error.code !== 'bad-answer') return error;
  const { message, host, retryable } = error;
  const words = `${message}; git servers do so where no commit is newer than ${new Date(since).toISOString()}`;
  return new Failure('bad-answer', words, {
    ...(host === undefined ? {} : { host }),
    retryable,
    cause: error,
  });
}

/** A generator that was never started does not run its `finally`: whoever returns early must still free the connection. */
function closable(
  data: AsyncGenerator<Uint8Array, void, undefined>,
  packets: AsyncGenerator<Packet, void, undefined>,
): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => data.next(),
      async return() {
        await data.return();
        await packets.return();
        return { value: undefined, done: true };
      },
    }),
  };
}
