import { Failure } from '../../core/failure.ts';
import type { Peer } from './words.ts';

/**
 * One line of git's wire format (gitprotocol-common, "pkt-line Format", and gitprotocol-v2): data, or one of the marks
 * `flush` (0000), `delimiter` (0001) and `response-end` (0002).
 */
export type Packet =
  | { readonly kind: 'data'; readonly data: Uint8Array }
  | { readonly kind: 'flush' | 'delimiter' | 'response-end' };

/** The longest line with its four digits of length, by the protocol. */
export const longestPacket = 65_520;

export const flushPacket: Uint8Array = Buffer.from('0000');
export const delimiterPacket: Uint8Array = Buffer.from('0001');

/** @throws Failure `internal` where the data is longer than one line may be */
export function encodePacket(data: string | Uint8Array): Uint8Array {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  const length = bytes.length + 4;
  if (length > longestPacket) {
    throw new Failure('internal', `a line of ${bytes.length} bytes does not fit in git's wire format`);
  }
  return Buffer.concat([Buffer.from(length.toString(16).padStart(4, '0')), bytes]);
}

/**
 * Reads lines as their bytes arrive; the end of the bytes between two lines is the end of the lines. Stopping early stops `source`.
 * @throws Failure `bad-answer` where a length is none, or the bytes end within a line
 */
export async function* decodePackets(
  source: AsyncIterable<Uint8Array>,
  peer: Peer,
): AsyncGenerator<Packet, void, undefined> {
  // Parts are joined only once a whole line is there: many tiny parts must not cost their square.
  let parts: Uint8Array[] = [];
  let size = 0;
  let needed = 4;
  for await (const part of source) {
    parts.push(part);
    size += part.length;
    if (size < needed) continue;
    const bytes = parts.length === 1 ? part : Buffer.concat(parts);
    let at = 0;
    needed = 4;
    while (at + 4 <= bytes.length) {
      const length = packetLength(bytes, at, peer);
      const end = at + Math.max(length, 4);
      if (end > bytes.length) {
        needed = end - at;
        break;
      }
      yield length < 4
        ? { kind: markKinds[length] ?? 'flush' }
        : { kind: 'data', data: bytes.subarray(at + 4, end) };
      at = end;
    }
    size = bytes.length - at;
    parts = size === 0 ? [] : [bytes.subarray(at)];
  }
  if (size > 0) throw cutOff(peer);
}

/** The peer stopped in the middle of an answer. The same request may succeed later. */
export function cutOff({ host }: Peer): Failure {
  return new Failure('bad-answer', `${host} ended its answer in the middle; it is not used`, {
    host,
    retryable: true,
  });
}

/** Text of a line without its final line break. Git's lines are UTF-8 by custom; other bytes become U+FFFD. */
export function packetText(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8').replace(/\n$/, '');
}

const markKinds = ['flush', 'delimiter', 'response-end'] as const;

function packetLength(bytes: Uint8Array, at: number, { host }: Peer): number {
  let length = 0;
  for (let index = at; index < at + 4; index++) length = length * 16 + hexDigit(bytes[index] ?? 0);
  if (Number.isNaN(length) || length === 3 || length > longestPacket) {
    throw new Failure('bad-answer', `${host} answered something that is not git's wire format`, { host });
  }
  return length;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : Number.NaN;
}
