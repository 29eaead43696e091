import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDigest } from '../../src/image/digest.ts';
import { formatPlatform, parsePlatform, satisfies } from '../../src/image/platform.ts';
import { parseTag } from '../../src/image/tag.ts';

describe('tags', () => {
  it.each(['1', 'v1.2.3', '_x', 'A-b.c_d', 'constructor', '__proto__', 'a'.repeat(128)])('%s', (text) => {
    expect(parseTag(text)).toBe(text);
  });
  it.each(['', '.a', '-a', 'a b', 'a+b', 'a/b', 'a:b', 'é', 'a\n', 'a'.repeat(129)])('%j is none', (text) => {
    expect(parseTag(text)).toBeUndefined();
  });
  it('are what the pattern of the distribution spec says, of any text', () => {
    const letters = fc.constantFrom(
      'a',
      'Z',
      '0',
      '_',
      '.',
      '-',
      '/',
      ' ',
      '\u0000',
      '\u007F',
      '\u0080',
      'é',
      '\uD83D',
    );
    const texts = fc.oneof(
      fc.string({ unit: letters, maxLength: 6 }),
      fc.string({ unit: letters, minLength: 126, maxLength: 130 }),
      fc.string(),
    );
    const spec = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
    const told = (text: string): boolean => (parseTag(text) === text) === spec.test(text);
    expect(() => fc.assert(fc.property(texts, told))).not.toThrow();
  });
});

describe('digests', () => {
  it.each([`sha256:${'a'.repeat(64)}`, `sha512:${'0'.repeat(128)}`])('%s', (text) => {
    expect(parseDigest(text)).toBe(text);
  });
  it.each([
    '',
    'sha256:',
    `sha256:${'a'.repeat(63)}`,
    `sha256:${'A'.repeat(64)}`,
    `md5:${'a'.repeat(32)}`,
    `sha256:${'a'.repeat(64)}\n`,
  ])('%j is none', (text) => expect(parseDigest(text)).toBeUndefined());
});

describe('platforms', () => {
  it.each(['linux/amd64', 'linux/arm/v7', 'windows/amd64'])('%s', (text) => {
    expect(formatPlatform(read(text))).toBe(text);
  });
  it.each(['', 'linux', 'linux/', '/amd64', 'linux/arm/v7/x', 'Linux/amd64', 'linux/amd64 '])(
    '%j is none',
    (text) => {
      expect(parsePlatform(text)).toBeUndefined();
    },
  );

  const rows: readonly (readonly [offered: string, wanted: string, runs: boolean])[] = [
    ['linux/amd64', 'linux/amd64', true],
    ['linux/amd64', 'linux/arm64', false],
    ['linux/arm/v7', 'linux/arm', true],
    ['linux/arm', 'linux/arm/v7', false],
    ['linux/arm/v6', 'linux/arm/v7', false],
    ['linux/arm64', 'linux/arm64/v8', true],
    ['linux/arm64/v8', 'linux/arm64', true],
    ['linux/arm64/v9', 'linux/arm64/v8', false],
    ['windows/amd64', 'linux/amd64', false],
  ];
  it.each(rows)('%s where %s is wanted: %s', (offered, wanted, runs) => {
    expect(satisfies(read(offered), read(wanted))).toBe(runs);
  });
});

function read(text: string) {
  const platform = parsePlatform(text);
  if (platform === undefined) throw new Error(`${text} is no platform`);
  return platform;
}
