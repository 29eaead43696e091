import { readComparators, type Comparator } from './semver-comparators.ts';
import { compareNumbers, compareVersions, type Version } from './version.ts';

/** A range of versions in the grammar of Masterminds/semver v3, which Flux, Argo CD Image Updater and Kargo use. */
export interface Range {
  admits(version: Version): boolean;
}

/** Longer texts are refused. */
const longestRange = 4096;
/** More alternatives are refused. */
const mostAlternatives = 256;

/** @returns the range, or what is wrong with the text */
export function parseRange(text: string): Range | { readonly error: string } {
  if (text.length > longestRange) {
    return { error: `the range has ${text.length} characters; at most ${longestRange} are allowed` };
  }
  const texts = text.split('||');
  if (texts.length > mostAlternatives) {
    return { error: `the range has ${texts.length} alternatives; at most ${mostAlternatives} are allowed` };
  }
  const alternatives: Alternative[] = [];
  for (const part of texts) {
    const read = readComparators(part);
    if ('error' in read) return read;
    const opens = read.comparators.some(({ version }) => version.prerelease !== '');
    alternatives.push({ comparators: read.comparators, opens });
  }
  const [only] = alternatives;
  if (alternatives.length === 1 && only !== undefined) return { admits: (version) => holds(only, version) };
  return { admits: (version) => alternatives.some((alternative) => holds(alternative, version)) };
}

interface Alternative {
  readonly comparators: readonly Comparator[];
  /** Whether one comparator has a pre-release: then the whole alternative admits pre-releases. */
  readonly opens: boolean;
}

function holds(alternative: Alternative, version: Version): boolean {
  if (version.prerelease !== '' && !alternative.opens) return false;
  for (const comparator of alternative.comparators) {
    if (!accepts(comparator, version)) return false;
  }
  return true;
}

function accepts(comparator: Comparator, version: Version): boolean {
  const { operator } = comparator;
  switch (operator) {
    case '=':
      return comparator.wildcard === 'none' ? compare(version, comparator) === 0 : tilde(comparator, version);
    case '!=':
      return comparator.wildcard === 'none'
        ? compare(version, comparator) !== 0
        : !within(comparator, version);
    case '>':
      return compare(version, comparator) > 0 && !within(comparator, version);
    case '>=':
      return compare(version, comparator) >= 0;
    case '<':
      return compare(version, comparator) < 0;
    case '<=':
      return compare(version, comparator) <= 0 || within(comparator, version);
    case '~':
      return tilde(comparator, version);
    case '^':
      return caret(comparator, version);
    default:
      return operator satisfies never;
  }
}

function compare(version: Version, comparator: Comparator): number {
  return compareVersions(version, comparator.version);
}

/** Whether the version is one of those that a partial stands for: `1.2` for every 1.2.x, pre-releases included. */
function within({ version: bound, wildcard }: Comparator, version: Version): boolean {
  if (wildcard === 'none') return false;
  if (wildcard === 'major') return true;
  if (compareNumbers(version.major, bound.major) !== 0) return false;
  return wildcard === 'minor' || compareNumbers(version.minor, bound.minor) === 0;
}

function tilde(comparator: Comparator, version: Version): boolean {
  if (compare(version, comparator) < 0) return false;
  if (comparator.wildcard !== 'none') return within(comparator, version);
  const { major, minor, patch } = comparator.version;
  // The one exception of the grammar: `~0.0.0` accepts everything from it on.
  if (major === 0 && minor === 0 && patch === 0) return true;
  return compareNumbers(version.major, major) === 0 && compareNumbers(version.minor, minor) === 0;
}

/** The leftmost part that is not zero, or the last one that is written, stays as it is. */
function caret(comparator: Comparator, version: Version): boolean {
  const { version: bound, wildcard } = comparator;
  if (compare(version, comparator) < 0) return false;
  if (wildcard === 'major') return true;
  if (compareNumbers(version.major, bound.major) !== 0) return false;
  if (bound.major !== 0 || wildcard === 'minor') return true;
  if (compareNumbers(version.minor, bound.minor) !== 0) return false;
  if (bound.minor !== 0 || wildcard === 'patch') return true;
  return compareNumbers(version.patch, bound.patch) === 0;
}
