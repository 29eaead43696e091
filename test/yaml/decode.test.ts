import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../src/yaml/decode.ts';
import { corpus } from './samples.ts';

/** Whether a text, as bytes, is given back as it was, or refused for its own reason. */
function kept(text: string): boolean {
  const decoded = decode(encode(text));
  if ('refused' in decoded) return /\0|\r(?!\n)/.test(text);
  return decoded.text === text && Buffer.from(text).equals(encode(decoded.text));
}

describe('decode', () => {
  it('gives text that encodes to the same bytes', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), kept), { seed: 1 });
    expect(corpus().filter(([, text]) => !kept(text))).toEqual([]);
  });

  it('knows nothing of the file before', () => {
    // A file that ends within a character is refused, and its bytes are not taken for the start of the next one.
    expect(decode(Uint8Array.of(0x61, 0xc3))).toHaveProperty('refused');
    expect(decode(Uint8Array.of(0xa9))).toHaveProperty('refused');
    expect(decode(Uint8Array.of(0xef, 0xbb, 0xbf, 0x62))).toEqual({ text: '\ufeffb' });
  });

  it('keeps a byte order mark in the text', () => {
    expect(decode(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toEqual({ text: '\ufeffa' });
  });

  it.each([
    ['UTF-16 with its mark, little end first', [0xff, 0xfe, 0x61, 0], /UTF-16/],
    ['UTF-16 with its mark, big end first', [0xfe, 0xff, 0, 0x61], /UTF-16/],
    ['UTF-16 without a mark', [0x61, 0, 0x3a, 0], /UTF-16/],
    ['git-crypt', [0, ...Buffer.from('GITCRYPT'), 0, 1, 2], /git-crypt/],
    ['Git LFS', Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00\n'), /Git LFS/],
    ['a NUL byte', [0x61, 0x62, 0x63, 0x64, 0], /NUL/],
    ['a broken character', [0x61, 0xc3], /not valid UTF-8/],
    ['a surrogate in UTF-8', [0xed, 0xa0, 0x80], /not valid UTF-8/],
    ['a lone CR', [0x61, 0x0d, 0x62], /carriage return/],
    ['a lone CR at the end', [0x61, 0x0d], /carriage return/],
  ])('refuses %s', (_, bytes, reason) => {
    expect(decode(Uint8Array.from(bytes))).toEqual({ refused: expect.stringMatching(reason) });
  });

  it('refuses more bytes than the limit, 8 MiB unless said', () => {
    expect(decode(new Uint8Array(5).fill(0x61), 4)).toHaveProperty('refused');
    expect(decode(new Uint8Array(5).fill(0x61), 5)).toEqual({ text: 'aaaaa' });
    expect(decode(new Uint8Array(8 * 1024 * 1024 + 1).fill(0x61))).toHaveProperty('refused');
  });
});
