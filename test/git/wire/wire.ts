import { encodePacket, flushPacket } from '../../../src/git/wire/pkt-line.ts';
import { cleanWords, type Peer } from '../../../src/git/wire/words.ts';

export const peer: Peer = { host: 'git.example.com', words: cleanWords };

export async function* parts(...chunks: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

/** Lines as a server sends them; `null` is a flush. */
export function wire(...lines: readonly (string | Uint8Array | null)[]): Buffer {
  return Buffer.concat(lines.map((line) => (line === null ? flushPacket : encodePacket(line))));
}

/** A side-band line. */
export function band(channel: 1 | 2 | 3, data: string | Uint8Array): Uint8Array {
  return encodePacket(Buffer.concat([Buffer.of(channel), Buffer.from(data)]));
}
