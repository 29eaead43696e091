import { describe, expect, it } from 'vitest';
import { parseTagLines } from '../../src/policy/election/tag-lines.ts';

const digest = `sha256:${'a'.repeat(64)}`;

describe('tag lines', () => {
  it('read all columns, and what is left out is not known', () => {
    const text = `1.0.0\n1.1.0\t2026-11-21T08:00:00Z\n1.2.0\t\t${digest}\r\n\n1.3.0\t2026-11-21T09:00:00.5+01:00\t${digest}\tlinux/amd64,linux/arm/v7\n`;
    expect(parseTagLines(text)).toEqual({
      tags: ['1.0.0', '1.1.0', '1.2.0', '1.3.0'],
      created: { '1.1.0': Date.UTC(2026, 10, 21, 8), '1.3.0': Date.UTC(2026, 10, 21, 8, 0, 0, 500) },
      digests: { '1.2.0': digest, '1.3.0': digest },
      platforms: {
        '1.3.0': [
          { os: 'linux', architecture: 'amd64', variant: undefined },
          { os: 'linux', architecture: 'arm', variant: 'v7' },
        ],
      },
    });
  });

  it.each(['', '\n\n', '\r\n'])('%j holds no tag', (text) =>
    expect(parseTagLines(text)).toMatchObject({ tags: [] }),
  );

  it('keep what is no tag, and what is listed twice, for the election to show', () => {
    expect(parseTagLines('not a tag\n1\n1\n__proto__\t2026-11-21T08:00:00Z')).toMatchObject({
      tags: ['not a tag', '1', '1', '__proto__'],
    });
  });

  it('do not mind a byte order mark', () =>
    expect(parseTagLines('\uFEFF1.0')).toMatchObject({ tags: ['1.0'] }));

  const bad: readonly (readonly [text: string, line: number, words: RegExp])[] = [
    ['a\n\tx', 2, /first column, the tag, is empty/],
    ['a\n\nb\tyesterday', 3, /CREATED "yesterday" is no RFC 3339 time/],
    ['a\t2026-11-21', 1, /CREATED/],
    ['a\t2026-02-30T00:00:00Z', 1, /CREATED/],
    ['a\t2026-11-21T25:00:00Z', 1, /CREATED/],
    ['a\t1700000000', 1, /CREATED/],
    ['a\t\tsha256:1', 1, /DIGEST "sha256:1" is no digest/],
    ['a\t\t\tlinux', 1, /PLATFORMS: "linux" is no platform/],
    ['a\t\t\tlinux-amd64', 1, /did you mean "linux\/amd64"/],
    ['a\t\t\t\tx', 1, /5 columns; expected at most 4/],
  ];
  it.each(bad)('%j', (text, line, words) => {
    expect(parseTagLines(text)).toEqual({ line, error: expect.stringMatching(words) });
  });
});
