import fc from 'fast-check';
import semver from 'semver';
import { describe, expect, it } from 'vitest';
import { parseRange, type Range } from '../../src/policy/versions/semver-range.ts';
import { compareVersions, parseVersion } from '../../src/policy/versions/version.ts';
import { badRanges, rangeRows } from './semver-rows.ts';

const words = (text: string) => text.split(' ').filter((word) => word !== '');

describe('semver ranges', () => {
  for (const [text, admitted, refused] of rangeRows) {
    for (const version of words(admitted)) {
      it(`${JSON.stringify(text)} admits ${version}`, () => expect(admits(text, version)).toBe(true));
    }
    for (const version of words(refused)) {
      it(`${JSON.stringify(text)} does not admit ${version}`, () =>
        expect(admits(text, version)).toBe(false));
    }
  }

  it.each(badRanges)('%j is no range', (text) => {
    expect(parseRange(text)).toEqual({ error: expect.any(String) });
  });

  it('takes 256 alternatives and refuses 257', () => {
    expect(admits(alternatives(256), '255.0.0')).toBe(true);
    expect(parseRange(alternatives(257))).toEqual({ error: expect.stringContaining('257 alternatives') });
  });

  it('refuses 10,000 alternatives and a text of 1 MB at once', () => {
    const before = performance.now();
    expect(parseRange(alternatives(10_000))).toHaveProperty('error');
    expect(parseRange('1'.repeat(1_000_000))).toHaveProperty('error');
    expect(parseRange(`1${' '.repeat(4000)}x`)).not.toHaveProperty('error');
    expect(parseRange(`1${' '.repeat(4000)}y`)).toHaveProperty('error');
    expect(performance.now() - before).toBeLessThan(200);
  });

  it('names what it cannot read', () => {
    expect(parseRange('>=1.2 <2 foo')).toEqual({ error: expect.stringContaining('"foo"') });
  });
});

describe('laws of ranges', () => {
  const number = fc.nat({ max: 4 });
  const full = fc.tuple(number, number, number).map((parts) => parts.join('.'));
  const partial = fc.array(number, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'));

  it('agrees with npm on full versions without pre-releases', () => {
    const operator = fc.constantFrom('', '=', '>', '>=', '<', '<=', '~', '^');
    const comparator = fc.tuple(operator, full).filter(([sign, text]) => !(sign === '~' && text === '0.0.0'));
    const conjunction = fc.array(
      comparator.map((parts) => parts.join('')),
      { minLength: 1, maxLength: 3 },
    );
    const range = fc.array(
      conjunction.map((parts) => parts.join(' ')),
      { minLength: 1, maxLength: 3 },
    );
    fc.assert(
      fc.property(range, full, (parts, version) => {
        expect(admits(parts.join(' || '), version)).toBe(semver.satisfies(version, parts.join(' || ')));
      }),
    );
  });

  it('!= is the opposite of =, and > of <=, for releases', () => {
    fc.assert(
      fc.property(partial, full, (bound, version) => {
        expect(admits(`!=${bound}`, version)).toBe(!admits(`=${bound}`, version));
        expect(admits(`>${bound}`, version)).toBe(!admits(`<=${bound}`, version));
        expect(admits(`>=${bound}`, version)).toBe(!admits(`<${bound}`, version));
      }),
    );
  });

  it('a hyphen range is >= and <=', () => {
    fc.assert(
      fc.property(partial, partial, full, (low, high, version) => {
        expect(admits(`${low} - ${high}`, version)).toBe(admits(`>=${low} <=${high}`, version));
      }),
    );
  });

  it('never throws, whatever the text is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from('0123456789.xX*v-+<>=!~^|, ar')) }),
        (text) => {
          const range = parseRange(text);
          const answer = 'error' in range ? range.error : range.admits(version('1.2.3'));
          expect(['string', 'boolean']).toContain(typeof answer);
        },
      ),
    );
  });
});

describe('versions', () => {
  const good: readonly (readonly [text: string, equal: string])[] = [
    ['1', '1.0.0'],
    ['v1', '1.0.0'],
    ['1.2', '1.2.0'],
    ['v1.2', '1.2.0'],
    ['1.2-alpine', '1.2.0-alpine'],
    ['01.002.0003', '1.2.3'],
    ['2025.02.03', '2025.2.3'],
    ['1.2.3+b.1', '1.2.3'],
    ['1.2.3+01', '1.2.3'],
    ['1.0.0--', '1.0.0--'],
    ['1.0.0-0a', '1.0.0-0a'],
    ['1.0.0-0', '1.0.0-0'],
    ['000000000000000000000000000001.0.0', '1.0.0'],
  ];
  it.each(good)('%s reads as %s', (text, equal) => {
    const version = parseVersion(text, false);
    const expected = parseVersion(equal, true);
    expect(version).toBeDefined();
    expect(version).toEqual(expected);
  });

  const bad = [
    '',
    'v',
    'V1.2.3',
    'x',
    '1.x',
    '1.2.3.4',
    '1.',
    '.1',
    '1..2',
    '1.0.0-',
    '1.0.0-01',
    '1.0.0-rc..1',
  ]
    .concat([
      '1.0.0-rc.01',
      '1.0.0+',
      '1.0.0_b1',
      '1.0.0p',
      'release-1.2.3',
      ' 1.2.3',
      '1.2.3 ',
      'vv1',
      '=1.2.3',
    ])
    .concat(['18446744073709551616', '1.18446744073709551616', '1.2.3\n', '١.2.3', '1'.repeat(600)]);
  it.each(bad)('%j is no version', (text) => expect(parseVersion(text, false)).toBeUndefined());

  it.each(['1', 'v1', '1.2', 'v1.2', '1.2-alpine'])('strict does not take %s', (text) => {
    expect(parseVersion(text, true)).toBeUndefined();
  });

  it('orders as semver.org does', () => {
    const ascending = [
      '0.9.9',
      '1.0.0-0',
      '1.0.0-1',
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-rc.9',
    ]
      .concat(['1.0.0-rc.10', '1.0.0-rc10', '1.0.0-rc9', '1.0.0', '1.0.1', '1.10.0', '9007199254740992.0.0'])
      .concat(['9007199254740993.0.0', '18446744073709551614.0.0', '18446744073709551615.0.0']);
    const shuffled = ascending.toSorted((a, b) => (a < b ? 1 : -1)).map((text) => version(text));
    expect(shuffled.toSorted(compareVersions)).toEqual(ascending.map((text) => version(text)));
  });

  it('is the order of the semver package wherever that is exact', () => {
    const identifier = fc.oneof(
      fc.nat({ max: 20 }).map(String),
      fc.constantFrom('rc', 'rc1', 'alpha', 'a-b', '0x'),
    );
    const text = fc
      .tuple(
        fc.nat({ max: 3 }),
        fc.nat({ max: 3 }),
        fc.nat({ max: 3 }),
        fc.array(identifier, { maxLength: 3 }),
      )
      .map(([a, b, c, pre]) => `${a}.${b}.${c}${pre.length === 0 ? '' : `-${pre.join('.')}`}`);
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareVersions(version(a), version(b)))).toBe(semver.compare(a, b));
      }),
    );
  });
});

function admits(text: string, tag: string): boolean {
  const range: Range | { readonly error: string } = parseRange(text);
  if ('error' in range) throw new Error(`${text}: ${range.error}`);
  return range.admits(version(tag));
}

function version(text: string) {
  const parsed = parseVersion(text, false);
  if (parsed === undefined) throw new Error(`${text} is no version`);
  return parsed;
}

function alternatives(count: number): string {
  return Array.from({ length: count }, (_, index) => index).join('||');
}
