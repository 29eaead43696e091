import { Failure } from '../../core/failure.ts';
import { cutOff, type Packet } from './pkt-line.ts';
import type { Peer } from './words.ts';

/** What a server says beside its answer, for people. Bounded: the first 16 KiB are kept. */
export class ServerWords {
  readonly #bytes: Uint8Array[] = [];
  #size = 0;

  add(bytes: Uint8Array): void {
    if (this.#size >= mostWords) return;
    const kept = bytes.subarray(0, mostWords - this.#size);
    this.#bytes.push(Buffer.from(kept));
    this.#size += kept.length;
  }

  text(peer: Peer): string {
    return peer.words(Buffer.concat(this.#bytes).toString('utf8'));
  }
}

/**
 * Splits lines of `side-band-64k` (gitprotocol-pack): yields the data of channel 1 up to the flush, gives channel 2 to `words`.
 * @throws Failure `bad-answer` with the server's words for channel 3, and where the lines end before the flush
 */
export async function* sideBandData(
  packets: AsyncIterator<Packet, unknown, undefined>,
  peer: Peer,
  words: ServerWords,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for (;;) {
      const next = await packets.next();
      if (next.done === true) throw cutOff(peer);
      const packet = next.value;
      if (packet.kind !== 'data') {
        await readToEnd(packets);
        return;
      }
      const data = packet.data.subarray(1);
      const channel = packet.data[0];
      if (channel === 2) words.add(data);
      else if (channel === 3) throw fatal(data, peer);
      else if (channel !== 1) throw outside(peer);
      else if (data.length > 0) yield data;
    }
  } finally {
    await packets.return?.();
  }
}

/**
 * Reading to the true end gives the connection back for the next request. All that was asked for is here: where the connection breaks or falls silent
 * now, a push that was taken must not be told as one that failed.
 */
async function readToEnd(packets: AsyncIterator<Packet, unknown, undefined>): Promise<void> {
  try {
    await packets.next();
  } catch (error) {
    if (!(error instanceof Failure) || error.code === 'aborted') throw error;
  }
}

const mostWords = 16_384;

function outside({ host }: Peer): Failure {
  return new Failure('bad-answer', `${host} sent data outside the channels of git's side-band`, { host });
}

function fatal(data: Uint8Array, peer: Peer): Failure {
  const { host } = peer;
  const said = peer.words(Buffer.from(data).toString('utf8'));
  return new Failure('bad-answer', `${host} gave up in the middle of its answer: ${said}`, {
    host,
    retryable: true,
  });
}
