import type { Policy, RelativeLevel, TagFilter } from '../policy/model.ts';

/**
 * A level of Keel above the version that the field holds now, as a range that stands still: the same answer as long as the version only
 * moves inside it. A pre-release text that must stay (`1.2.3-alpine`) becomes a filter.
 * @returns `undefined` where the current tag is no version of two or three numbers
 */
export function fixLevel(policy: Policy, current: string | undefined): Policy | undefined {
  const { rule } = policy;
  if (rule.kind !== 'semver' || rule.relative === undefined) return policy;
  const version = /^v?(\d{1,9})\.(\d{1,9})(?:\.\d{1,9})?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]*)?$/.exec(
    current ?? '',
  );
  if (version === null) return undefined;
  const [, major = '', minor = '', suffix] = version;
  const { level, prerelease } = rule.relative;
  const isOpen = prerelease === 'any';
  const filter = !isOpen && suffix !== undefined ? suffixFilter(suffix) : undefined;
  const range = isOpen ? openRange(level, Number(major), Number(minor)) : closedRange(level, major, minor);
  // That Keel asks for two numbers at least is left aside: a tag of one number is a version here.
  return { ...policy, rule: { kind: 'semver', range, strict: false }, filter };
}

function closedRange(level: RelativeLevel['level'], major: string, minor: string): string {
  return level === 'patch' ? `${major}.${minor}.x` : level === 'minor' ? `${major}.x` : '*';
}

function openRange(level: RelativeLevel['level'], major: number, minor: number): string {
  if (level === 'patch') return `>=${major}.${minor}.0-0 <${major}.${minor + 1}.0-0`;
  return level === 'minor' ? `>=${major}.0.0-0 <${major + 1}.0.0-0` : '>=0.0.0-0';
}

function suffixFilter(suffix: string): TagFilter {
  return { pattern: `^(v?[0-9.]+)-${suffix.replaceAll('.', '\\.')}$`, extract: '$1' };
}
