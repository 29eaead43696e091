/** A decimal number of any length, as digits: a double would lose the last ones of a long timestamp. */
export interface Decimal {
  readonly negative: boolean;
  /** Without leading zeros; empty for 0. */
  readonly whole: string;
  /** Without trailing zeros. */
  readonly fraction: string;
}

/** Longer texts are no numbers: no tag has more than 128 characters. */
const longest = 512;
const pattern = /^([+-]?)(\d+)(?:\.(\d+))?$/;

/** An optional sign, digits, and optionally a point and digits. No exponent, no `.5`, no `1.`, no `0x10`. */
export function parseDecimal(text: string): Decimal | undefined {
  if (text.length > longest) return undefined;
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, sign = '', digits = '', decimals = ''] = match;
  const whole = withoutLeadingZeros(digits);
  const fraction = withoutTrailingZeros(decimals);
  return { negative: sign === '-' && (whole !== '' || fraction !== ''), whole, fraction };
}

export function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.negative !== b.negative) return a.negative ? -1 : 1;
  return a.negative ? compareSizes(b, a) : compareSizes(a, b);
}

function compareSizes(a: Decimal, b: Decimal): number {
  return (
    a.whole.length - b.whole.length || compareText(a.whole, b.whole) || compareText(a.fraction, b.fraction)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function withoutLeadingZeros(digits: string): string {
  let start = 0;
  while (digits[start] === '0') start++;
  return digits.slice(start);
}

function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === '0') end--;
  return digits.slice(0, end);
}
