/** A number of up to 64 bits: a bigint only where a double would lose digits, so that `<` is always exact. */
export type VersionNumber = number | bigint;

/** A version as read from a tag. Build metadata is read and forgotten: it plays no part in the order. */
export interface Version {
  readonly major: VersionNumber;
  readonly minor: VersionNumber;
  readonly patch: VersionNumber;
  /** Without the dash; empty where there is none. */
  readonly prerelease: string;
}

const longest = 512;
const pattern =
  /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/**
 * Reads a tag as a version (reference: semver ranges, "Version parsing of tags"): an optional lower-case `v`, one to three
 * numbers of up to 64 bits, leading zeros allowed, then pre-release and build. A missing number is 0.
 * @param strict exactly three numbers
 */
export function parseVersion(text: string, strict: boolean): Version | undefined {
  if (text.length > longest) return undefined;
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, first = '', second, third, prerelease = ''] = match;
  if (strict && third === undefined) return undefined;
  const major = parseVersionNumber(first);
  const minor = second === undefined ? 0 : parseVersionNumber(second);
  const patch = third === undefined ? 0 : parseVersionNumber(third);
  if (major === undefined || minor === undefined || patch === undefined) return undefined;
  if (prerelease !== '' && !isPrerelease(prerelease)) return undefined;
  return { major, minor, patch, prerelease };
}

const largest = 2n ** 64n - 1n;

/** Digits only; `undefined` beyond 64 bits. */
export function parseVersionNumber(digits: string): VersionNumber | undefined {
  if (digits.length <= 15) return Number(digits);
  const value = BigInt(digits);
  if (value > largest) return undefined;
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

/** Whether no numeric part has a leading zero. */
export function isPrerelease(text: string): boolean {
  return !/(?:^|\.)0\d+(?:\.|$)/.test(text);
}

/** Order of semver.org 2.0, section 11. Build metadata is no part of it; `1.2` and `1.2.0` are equal. */
export function compareVersions(a: Version, b: Version): number {
  return (
    compareNumbers(a.major, b.major) ||
    compareNumbers(a.minor, b.minor) ||
    compareNumbers(a.patch, b.patch) ||
    comparePrereleases(a.prerelease, b.prerelease)
  );
}

export function compareNumbers(a: VersionNumber, b: VersionNumber): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function comparePrereleases(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '') return 1;
  if (b === '') return -1;
  const left = a.split('.');
  const right = b.split('.');
  for (let index = 0; index < left.length && index < right.length; index++) {
    const order = compareIdentifiers(left[index] ?? '', right[index] ?? '');
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** A number is before a text; numbers are of any length, and have no leading zeros (`isPrerelease`). */
function compareIdentifiers(a: string, b: string): number {
  const isNumber = digits.test(a);
  if (isNumber !== digits.test(b)) return isNumber ? -1 : 1;
  const byLength = isNumber ? a.length - b.length : 0;
  return byLength || (a < b ? -1 : a > b ? 1 : 0);
}

const digits = /^\d+$/;
