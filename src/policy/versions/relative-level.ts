import type { RelativeLevel } from '../model.ts';
import { compareNumbers, parseVersion, type Version } from './version.ts';

/**
 * Which versions lie within a level of the one that stands there now. Nothing and `latest` are no version to start from: every
 * release is admitted then, or with `any` every version. Any other text that is no version admits nothing.
 */
export function levelFilter(
  { level, prerelease }: RelativeLevel,
  current: string | null,
): (version: Version) => boolean {
  if (current === null || current === '' || current === 'latest')
    return (version) => prerelease === 'any' || version.prerelease === '';
  const from = parseVersion(current, false);
  if (from === undefined) return () => false;
  return (version) => {
    if (prerelease === 'same' && version.prerelease !== from.prerelease) return false;
    if (level === 'all' || level === 'major') return true;
    if (compareNumbers(version.major, from.major) !== 0) return false;
    return level === 'minor' || compareNumbers(version.minor, from.minor) === 0;
  };
}
