import { compileGlob } from '../../core/glob.ts';
import { parseDuration } from '../../core/duration.ts';
import type { Place } from '../../core/position.ts';
import { parsePlatform, platformHint, type Platform } from '../../image/platform.ts';
import { parseRepository, type RepositoryName } from '../../image/reference.ts';
import { parseTag, type Tag } from '../../image/tag.ts';
import { formatPath, type Finding } from './finding.ts';
import { parseInstant } from '../time/instant.ts';
import type { Hold, Policy, PolicyName, Promotion, Rule, Target } from '../model.ts';
import { checkName } from '../name.ts';
import { compilePattern } from '../patterns/pattern.ts';
import { checkRule } from './rule-check.ts';
import type { ImagePolicyFile } from './schema.ts';
import { parseTargetPath } from './target-path.ts';
import { compileWindow, type Schedule } from '../time/window.ts';

type Spec = ImagePolicyFile['spec'];
type Path = readonly (string | number)[];

/** What the values of a file mean. With findings, the policy is not to be used. */
export function checkMeaning(
  file: ImagePolicyFile,
  place: Place,
): { readonly findings: readonly Finding[]; readonly policy: Policy | undefined } {
  const findings: Finding[] = [];
  const report = (path: Path, message: string) =>
    void findings.push({ path, message: `${formatPath(path)}: ${message}` });
  const { metadata, spec } = file;
  const checks = { report };
  namesOf(checks, file);
  const image = imageOf(checks, spec.image);
  const rule = ruleOf(checks, spec.policy);
  filterAt(checks, spec);
  globsAt(checks, ['spec', 'exclude'], spec.exclude ?? [], 'tag');
  globsAt(checks, ['spec', 'paths'], spec.paths ?? [], 'path');
  const targets = targetsOf(checks, spec.targets ?? [], place);
  const platforms = platformsOf(checks, spec.platforms ?? []);
  const minAge = minAgeOf(checks, spec.minAge);
  const hold = holdOf(checks, spec.hold);
  const schedule = scheduleOf(checks, spec.schedule);
  if (findings.length > 0 || image === undefined || rule === undefined)
    return { findings, policy: undefined };
  return {
    findings,
    policy: {
      name: metadata.name as PolicyName,
      namespace: textOf(metadata['namespace']),
      place,
      dialect: 'tallyman',
      image,
      rule,
      filter: spec.filterTags && { pattern: spec.filterTags.pattern, extract: spec.filterTags.extract },
      exclude: spec.exclude ?? [],
      paths: spec.paths ?? [],
      targets,
      // Following a tag by its digest means writing it; what is promoted is an image, not a name (product.md, 3).
      digest: rule.kind === 'digest' || rule.kind === 'promote' ? 'pin' : (spec.digest ?? 'keep'),
      platforms,
      minAge,
      allowDowngrade: spec.allowDowngrade ?? false,
      onRevert: spec.onRevert ?? 'skip',
      hold,
      schedule,
      group: spec.group,
      service: spec.service,
    },
  };
}

/** Their places are the policy's here: `loadPolicy` knows the positions. */
function targetsOf(checks: Checks, written: NonNullable<Spec['targets']>, place: Place): readonly Target[] {
  return written.flatMap(({ file, path, field }, index) => {
    const glob = compileGlob(file, 'path');
    if ('error' in glob) checks.report(['spec', 'targets', index, 'file'], `bad glob: ${glob.error}`);
    const read = parseTargetPath(path);
    if ('steps' in read) return [{ file, path, steps: read.steps, field, place }];
    checks.report(['spec', 'targets', index, 'path'], `bad path ${JSON.stringify(path)}: ${read.error}`);
    return [];
  });
}

function namesOf(checks: Checks, { metadata, spec }: ImagePolicyFile): void {
  nameAt(checks, ['metadata', 'name'], metadata.name);
  if (spec.group !== undefined) nameAt(checks, ['spec', 'group'], spec.group);
  if (spec.service !== undefined) nameAt(checks, ['spec', 'service'], spec.service);
}

function scheduleOf({ report }: Checks, written: Spec['schedule']): Schedule | undefined {
  if (written === undefined) return undefined;
  const schedule = {
    allow: written.allow ?? [],
    deny: written.deny ?? [],
    timeZone: written.timeZone ?? 'UTC',
  };
  const window = compileWindow(schedule);
  if (!('error' in window)) return schedule;
  const path = window.in === 'timeZone' ? ['timeZone'] : [window.in, window.index];
  report(['spec', 'schedule', ...path], window.error);
  return undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

interface Checks {
  readonly report: (path: Path, message: string) => void;
}

function nameAt({ report }: Checks, path: Path, name: string): void {
  const error = checkName(name);
  if (error !== undefined) report(path, error);
}

function imageOf({ report }: Checks, text: string): RepositoryName | undefined {
  const name = parseRepository(text);
  if (name !== undefined) return name;
  const why = /:[^/]*$|@/.test(text) ? '; the tag is elected, so leave it out' : '';
  report(['spec', 'image'], `"${text}" is no image repository${why}; expected one such as ghcr.io/acme/web`);
  return undefined;
}

function ruleOf({ report }: Checks, kinds: Spec['policy']): Rule | undefined {
  const given = Object.entries(kinds).filter(([, value]) => value !== undefined);
  const names = given.map(([kind]) => kind);
  if (names.length !== 1) {
    const found = names.length === 0 ? 'there is none' : `there are ${names.join(' and ')}`;
    report(['spec', 'policy'], `expected exactly one policy kind, ${found}`);
    return undefined;
  }
  const built = kinds.promote === undefined ? buildRule(kinds) : promotionOf(report, kinds.promote);
  if (built === undefined) return undefined;
  if ('badTag' in built) {
    report(['spec', 'policy', 'digest', 'tag'], `"${built.badTag}" is no tag`);
    return undefined;
  }
  const wrong = checkRule(built);
  if (wrong === undefined) return built;
  const value: unknown = given[0]?.[1];
  const path = ['spec', 'policy', built.kind];
  report(typeof value === 'string' ? path : [...path, wrong.key], wrong.error);
  return undefined;
}

function promotionOf(
  report: Checks['report'],
  { from, soak, pick = 'current' }: NonNullable<Spec['policy']['promote']>,
): Promotion | undefined {
  const [, repository, policy = ''] = /^(?:([^/]+)\/)?([^/]+)$/.exec(from) ?? [];
  const wrong = checkName(policy);
  if (wrong !== undefined) report(['spec', 'policy', 'promote', 'from'], `${wrong}; or repository/policy`);
  const time = soak === undefined ? 0 : parseDuration(soak);
  if (time === undefined) {
    const message = `"${soak ?? ''}" is no duration; expected one such as 2h or 30m`;
    report(['spec', 'policy', 'promote', 'soak'], message);
  }
  if (wrong !== undefined || time === undefined) return undefined;
  return {
    kind: 'promote',
    from: { ...(repository === undefined ? {} : { repository }), policy },
    soak: time,
    pick,
  };
}

function buildRule(kinds: Spec['policy']): Rule | { readonly badTag: string } | undefined {
  const { semver, glob, regex, numeric, alphabetical, digest } = kinds;
  if (typeof semver === 'string') return { kind: 'semver', range: semver, strict: false };
  if (semver !== undefined) return { kind: 'semver', range: semver.range, strict: semver.strict ?? false };
  if (typeof glob === 'string') return { kind: 'glob', pattern: glob, order: 'newest' };
  if (glob !== undefined) return { kind: 'glob', pattern: glob.pattern, order: glob.order ?? 'newest' };
  if (regex !== undefined) {
    return { kind: 'regex', pattern: regex.pattern, extract: regex.extract, order: regex.order ?? 'newest' };
  }
  if (numeric !== undefined) return { kind: 'numeric', order: numeric.order ?? 'asc' };
  if (alphabetical !== undefined) return { kind: 'alphabetical', order: alphabetical.order ?? 'asc' };
  if (kinds.newest !== undefined) return { kind: 'newest' };
  if (digest === undefined) return undefined;
  const tag: Tag | undefined = parseTag(digest.tag);
  return tag === undefined ? { badTag: digest.tag } : { kind: 'digest', tag };
}

function filterAt({ report }: Checks, { filterTags }: Spec): void {
  if (filterTags === undefined) return;
  const pattern = compilePattern(filterTags.pattern, filterTags.extract);
  if ('error' in pattern) report(['spec', 'filterTags', pattern.in], pattern.error);
}

function globsAt({ report }: Checks, path: Path, patterns: readonly string[], kind: 'tag' | 'path'): void {
  for (const [index, pattern] of patterns.entries()) {
    const glob = compileGlob(pattern, kind);
    if ('error' in glob) report([...path, index], `bad glob: ${glob.error}`);
  }
}

function platformsOf({ report }: Checks, texts: readonly string[]): readonly Platform[] {
  return texts.flatMap((text, index) => {
    const platform = parsePlatform(text);
    if (platform !== undefined) return [platform];
    report(
      ['spec', 'platforms', index],
      `"${text}" is no platform; expected os/architecture[/variant]${platformHint(text)}`,
    );
    return [];
  });
}

function minAgeOf({ report }: Checks, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined)
    report(['spec', 'minAge'], `"${text}" is no duration; expected one such as 24h or 1h30m`);
  return milliseconds;
}

function holdOf({ report }: Checks, hold: Spec['hold']): Hold | undefined {
  if (hold === undefined) return undefined;
  const { reason = '', by = '', until = '' } = hold;
  const end = until === '' ? undefined : parseInstant(until);
  if (until !== '' && end === undefined) {
    report(
      ['spec', 'hold', 'until'],
      `"${until}" is no RFC 3339 time; expected one such as 2026-12-31T08:00:00Z`,
    );
  }
  return { reason, by, until: end };
}
