import { describe, expect, it } from 'vitest';
import { sourceOf } from '../../src/release/labels.ts';

const prefix = 'org.opencontainers.image';

describe('sourceOf', () => {
  it('takes the three labels of the image spec and no other', () => {
    const labels = {
      [`${prefix}.source`]: 'https://github.com/acme/web',
      [`${prefix}.revision`]: 'a'.repeat(40),
      [`${prefix}.version`]: '1.5.0',
      maintainer: 'x',
    };
    expect(sourceOf(labels)).toEqual({
      source: 'https://github.com/acme/web',
      revision: 'a'.repeat(40),
      version: '1.5.0',
    });
  });

  const sources: readonly [given: string, expected: string | undefined][] = [
    ['https://github.com/acme/web.git', 'https://github.com/acme/web'],
    ['https://github.com/acme/web/', 'https://github.com/acme/web'],
    ['https://github.com/acme/web?x=1#y', 'https://github.com/acme/web'],
    ['https://git.example.com:8443/a/b', 'https://git.example.com:8443/a/b'],
    ['http://github.com/acme/web', undefined],
    ['git@github.com:acme/web', undefined],
    ['https://user:secret@github.com/acme/web', undefined],
    ['https://github.com/acme/web\nTallyman-Release: v=1', undefined],
    ['https://github.com/acme/web evil', undefined],
    ['https://', undefined],
    ['javascript:alert(1)', undefined],
    [`https://github.com/${'a'.repeat(600)}`, undefined],
    ['', undefined],
  ];
  it.each(sources)('source %j', (given, expected) => {
    expect(sourceOf({ [`${prefix}.source`]: given }).source).toBe(expected);
  });

  const revisions: readonly [given: string, accepted: boolean][] = [
    ['abc1234', true],
    ['ABC1234', true],
    ['a'.repeat(64), true],
    ['abc123', false],
    ['a'.repeat(65), false],
    ['main', false],
    ['abc1234\n', false],
  ];
  it.each(revisions)('revision %j', (given, accepted) => {
    expect(sourceOf({ [`${prefix}.revision`]: given }).revision).toBe(accepted ? given : undefined);
  });

  const versions: readonly [given: string, accepted: boolean][] = [
    ['1.5.0', true],
    ['1.5.0 (stable)', true],
    ['v', true],
    ['1.5.0\nx', false],
    ['1.5.0\u202e', false],
    [' 1', false],
    ['x'.repeat(129), false],
    ['', false],
  ];
  it.each(versions)('version %j', (given, accepted) => {
    expect(sourceOf({ [`${prefix}.version`]: given }).version).toBe(accepted ? given : undefined);
  });

  it('reads nothing from the prototype', () => {
    expect(sourceOf(Object.create({ [`${prefix}.version`]: '1.0.0' }))).toEqual({});
  });
});
