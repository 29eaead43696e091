import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodePackets,
  delimiterPacket,
  encodePacket,
  flushPacket,
  longestPacket,
  packetText,
  type Packet,
} from '../../../src/git/wire/pkt-line.ts';
import { parts, peer } from './wire.ts';

async function decode(...chunks: readonly (string | Uint8Array)[]): Promise<Packet[]> {
  const packets: Packet[] = [];
  for await (const packet of decodePackets(parts(...chunks), peer)) packets.push(packet);
  return packets;
}

describe('lines of the wire format', () => {
  it('carry their length in four digits, themselves included', () => {
    expect(Buffer.from(encodePacket('hi\n')).toString()).toBe('0007hi\n');
    expect(Buffer.from(encodePacket('')).toString()).toBe('0004');
    expect(encodePacket(new Uint8Array(longestPacket - 4))).toHaveLength(longestPacket);
    expect(() => encodePacket(new Uint8Array(longestPacket - 3))).toThrow('does not fit');
  });

  it('are read with the three marks', async () => {
    expect(await decode('0006a\n0001000Ab\0c\r\n\t00020000')).toMatchObject([
      { kind: 'data' },
      { kind: 'delimiter' },
      { kind: 'data', data: Buffer.from('b\0c\r\n\t') },
      { kind: 'response-end' },
      { kind: 'flush' },
    ]);
    expect(await decode()).toEqual([]);
  });

  it.each([
    ['a length of 3', '0003'],
    ['no digits', 'HTTP/1.1 200'],
    ['a sign', '+004'],
    ['a line longer than the protocol allows', 'fff5'],
  ])('are refused with the host: %s', async (_label, text) => {
    await expect(decode(text)).rejects.toMatchObject({ code: 'bad-answer', host: 'git.example.com' });
  });

  it.each(['0', '000', '0006', '0006a', '0006a\n00'])(
    'are refused where they end within one: %s',
    async (text) => {
      await expect(decode(text)).rejects.toMatchObject({
        code: 'bad-answer',
        retryable: true,
        message: 'git.example.com ended its answer in the middle; it is not used',
      });
    },
  );

  it('come back however the bytes are cut', async () => {
    const line = fc.uint8Array({ maxLength: 300 });
    const cuts = fc.array(fc.nat({ max: 2000 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(line, { nil: undefined })), cuts, async (lines, places) => {
        const bytes = Buffer.concat(
          lines.map((data) => (data === undefined ? delimiterPacket : encodePacket(data))),
        );
        const edges = [0, ...places.sort((a, b) => a - b), bytes.length];
        const chunks = edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
        const expected = lines.map((data) =>
          data === undefined ? { kind: 'delimiter' } : { kind: 'data', data: Buffer.from(data) },
        );
        const found = (await decode(...chunks)).map((packet) =>
          packet.kind === 'data' ? { kind: 'data', data: Buffer.from(packet.data) } : packet,
        );
        expect(found).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('of a megabyte in single bytes do not cost their square', async () => {
    const bytes = Buffer.concat(Array.from({ length: 16 }, () => encodePacket(new Uint8Array(65_000))));
    let joined = 0;
    const one = (async function* () {
      for (const byte of bytes) yield Uint8Array.of(byte);
    })();
    for await (const packet of decodePackets(one, peer)) joined += packet.kind === 'data' ? 1 : 0;
    expect(joined).toBe(16);
  });

  it('stop their source when nobody reads on', async () => {
    let stopped = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield flushPacket;
      } finally {
        stopped = true;
      }
    }
    for await (const packet of decodePackets(source(), peer)) {
      expect(packet.kind).toBe('flush');
      break;
    }
    expect(stopped).toBe(true);
  });

  it('lose one final line break as text', () => {
    expect(packetText(Buffer.from('a\n\n'))).toBe('a\n');
    expect(packetText(Buffer.from('ä'))).toBe('ä');
  });
});
