import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareDecimals, parseDecimal } from '../../src/policy/versions/decimal.ts';
import { compilePattern, type Pattern } from '../../src/policy/patterns/pattern.ts';

describe('patterns', () => {
  const rows: readonly (readonly [
    source: string,
    extract: string | undefined,
    text: string,
    value: string | undefined,
  ])[] = [
    ['^v(\\d+)$', undefined, 'v12', 'v12'],
    ['^v(\\d+)$', '', 'v12', 'v12'],
    ['\\d+', undefined, 'abc', undefined],
    ['^v(\\d+)$', '$1', 'v12', '12'],
    ['^v(\\d+)$', '${1}', 'v12', '12'],
    ['^v(\\d+)$', '${1}x', 'v12', '12x'],
    ['^v(\\d+)$', '$0', 'v12', 'v12'],
    ['^v(\\d+)$', '$$1-$1', 'v12', '$1-12'],
    ['^v(\\d+)$', 'x', 'v12', 'x'],
    ['^v(\\d+)$', '$', 'v12', '$'],
    ['^v(\\d+)$', '$-$1', 'v12', '$-12'],
    ['^v(\\d+)$', '${1', 'v12', '${1'],
    ['^v(\\d+)$', '${}', 'v12', '${}'],
    ['(?P<ts>\\d+)-(?P<sha>\\w+)', '$ts.$sha', '12-ab', '12.ab'],
    ['(?<ts>\\d+)', '${ts}x', 'a12', '12x'],
    ['a(b)?c', '[$1]', 'ac', '[]'],
    ['(\\d)', '$1', 'a1b2', '1'],
    ['(?i)MAIN', undefined, 'main-1', 'main-1'],
    ['^([0-9a-f]{1,200})-(\\d+)$', '$2', 'ab-7', '7'],
    ['(.{1,40})(.{1,40})$', undefined, 'ab', 'ab'],
    ['^.*-(\\d+)$', '$1', 'a-1-22', '22'],
    ['^(?P<a>a)?-(?P<b>b)$', '$a$b.', '-b', 'b.'],
    ['^(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)$', '${10}-$1', 'abcdefghij', 'j-a'],
  ];
  it.each(rows)('%s as %s of %s', (source, extract, text, value) => {
    const pattern = compiled(source, extract);
    expect(pattern.value(text)).toBe(value);
    expect(pattern.matches(text)).toBe(value !== undefined);
  });

  const bad: readonly (readonly [
    source: string,
    extract: string | undefined,
    place: string,
    words: RegExp,
  ])[] = [
    ['', undefined, 'pattern', /empty/],
    ['(', undefined, 'pattern', /RE2/],
    ['(?=a)', undefined, 'pattern', /RE2/],
    ['(?<!a)b', undefined, 'pattern', /RE2/],
    ['(a)\\1', undefined, 'pattern', /RE2/],
    ['a{1001}', undefined, 'pattern', /repeat/],
    ['(a{100}){100}', undefined, 'pattern', /repeat/],
    ['(?:\\w{30}|a{30}|[^x]{30}){11}'.repeat(3), undefined, 'pattern', /steps; at most 2000/],
    ['(.{1,40})(.{1,40})$', '$1', 'pattern', /steps; at most 150 are allowed with extract/],
    ['a'.repeat(1025), undefined, 'pattern', /at most 1024/],
    ['(a)', '$2', 'extract', /no group 2; the pattern has 1/],
    ['(a)', '$1x', 'extract', /no group named "1x"/],
    ['(?P<stamp>a)', '$stmp', 'extract', /did you mean "stamp"/],
    ['(a)', '$01', 'extract', /no group named "01"/],
    ['(a)', 'x'.repeat(1025), 'extract', /at most 1024/],
  ];
  it.each(bad)('%s as %s is refused', (source, extract, place, words) => {
    expect(compilePattern(source, extract)).toEqual({ error: expect.stringMatching(words), in: place });
  });

  it('cannot be made to hang', () => {
    const before = performance.now();
    for (const source of ['(a+)+$', '(a|a)*$', '(a*)*b', '(.*)*x', '^(([a-z])+.)+[A-Z]([a-z])+$']) {
      for (const extract of [undefined, '$1']) compiled(source, extract).value(`${'a'.repeat(5000)}!`);
    }
    expect(compilePattern('a'.repeat(1_000_000), undefined)).toHaveProperty('error');
    expect(performance.now() - before).toBeLessThan(3000);
  });
});

describe('decimals', () => {
  it.each([
    '',
    '-',
    '+',
    '.',
    '1.',
    '.5',
    '1e3',
    '0x1',
    '1_000',
    'inf',
    'NaN',
    '1.2.3',
    ' 1',
    '1 ',
    '١',
    '1'.repeat(600),
  ])('%j is none', (text) => expect(parseDecimal(text)).toBeUndefined());

  it('are ordered exactly', () => {
    const ascending = [
      '-10',
      '-9.5',
      '-0.1',
      '0',
      '0.1',
      '0.11',
      '1',
      '1.10',
      '1.9',
      '9',
      '10',
      '9007199254740992',
      '9007199254740993',
      `1${'0'.repeat(100)}`,
      `1${'0'.repeat(99)}1`,
    ];
    const sorted = ascending.toReversed().sort((a, b) => compareDecimals(decimal(a), decimal(b)));
    expect(sorted).toEqual(ascending);
  });

  it.each([
    ['7', '007'],
    ['1.0', '1'],
    ['-0', '0'],
    ['+5', '5'],
    ['0.10', '0.1'],
    ['00', '0.0'],
  ])('%s equals %s', (a, b) => {
    expect(decimal(a)).toEqual(decimal(b));
  });

  it('agree with bigints of any size', () => {
    const integer = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });
    fc.assert(
      fc.property(integer, integer, fc.nat({ max: 30 }), (a, b, shift) => {
        const order = a < b ? -1 : a > b ? 1 : 0;
        expect(Math.sign(compareDecimals(decimal(String(a)), decimal(String(b))))).toBe(order);
        expect(Math.sign(compareDecimals(decimal(shifted(a, shift)), decimal(shifted(b, shift))))).toBe(
          order,
        );
      }),
    );
  });
});

/** The number divided by a power of ten, written out. */
function shifted(value: bigint, places: number): string {
  const digits = String(value < 0n ? -value : value).padStart(places + 1, '0');
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  return value < 0n ? `-${text}` : text;
}

function decimal(text: string) {
  const value = parseDecimal(text);
  if (value === undefined) throw new Error(`${text} is no decimal`);
  return value;
}

function compiled(source: string, extract: string | undefined): Pattern {
  const pattern = compilePattern(source, extract);
  if ('error' in pattern) throw new Error(pattern.error);
  return pattern;
}
