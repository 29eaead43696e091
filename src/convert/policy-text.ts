import { formatPlatform } from '../image/platform.ts';
import type { Policy, Rule } from '../policy/model.ts';
import { renderScalar } from '../yaml/render.ts';
import { globOf } from './glob-of.ts';

/** Head of a new file: with the annotation in each document, no synchronizer applies it. */
export const fileHead = '# +argocd:skip-file-rendering\n';

/** Where a policy of another tool goes. */
export interface NewPolicy {
  readonly name: string;
  readonly policy: Policy;
  /** Files that it binds in by image name. */
  readonly paths: readonly string[];
}

/**
 * A policy as a document of an ImagePolicy file (product.md, 2.1), with the default of each field left out.
 * @returns why it has no equal, where it has none
 */
export function policyText({
  name,
  policy,
  paths,
}: NewPolicy): { readonly text: string } | { readonly unequal: string } {
  const kind = kindOf(policy.rule);
  if (typeof kind === 'string') return { unequal: kind };
  const exclude = excluded(policy);
  if ('unequal' in exclude) return exclude;
  const { namespace, image, filter, digest, platforms, allowDowngrade, hold, rule } = policy;
  const annotations = { 'config.kubernetes.io/local-config': 'true' };
  const spec: Value = {
    image: image.spelled,
    policy: kind,
    filterTags: filter && { pattern: filter.pattern, extract: filter.extract },
    exclude: exclude.globs,
    paths,
    digest: digest === 'pin' && rule.kind !== 'digest' ? 'pin' : undefined,
    platforms: platforms.map((platform) => formatPlatform(platform)),
    allowDowngrade: allowDowngrade ? true : undefined,
    hold: hold && { reason: hold.reason, by: hold.by === '' ? undefined : hold.by },
  };
  const document: Value = {
    apiVersion: 'tallyman.dev/v1',
    kind: 'ImagePolicy',
    metadata: { name, namespace, annotations },
    spec,
  };
  return { text: `${lines(document, '').join('\n')}\n` };
}

function kindOf(rule: Rule): Value | string {
  switch (rule.kind) {
    case 'semver':
      if (rule.relative !== undefined) return `a level above the current version (${rule.relative.level})`;
      return { semver: rule.strict ? { range: rule.range, strict: true } : rule.range };
    case 'glob':
      return { glob: { pattern: rule.pattern, order: rule.order } };
    case 'regex':
      return { regex: { pattern: rule.pattern, extract: rule.extract, order: rule.order } };
    case 'numeric':
      return { numeric: { order: rule.order } };
    case 'alphabetical':
      return { alphabetical: { order: rule.order } };
    case 'newest':
      return { newest: {} };
    case 'digest':
      return { digest: { tag: rule.tag } };
    case 'promote':
      return 'a promotion'; // no other tool's file has one
  }
}

/** Signatures and `latest` are never elected here anyway (docs/imagepolicy.md). */
const byDefault = new Set([
  '^.*\\.sig$',
  '\\.sig$',
  '^(?i:latest)$',
  '^.*\\.att$',
  '^.*\\.sbom$',
  '^latest$',
]);

function excluded({
  exclude,
  excludePatterns = [],
}: Policy): { globs: readonly string[] } | { unequal: string } {
  const globs = [...exclude];
  for (const pattern of excludePatterns) {
    if (byDefault.has(pattern)) continue;
    const glob = globOf(pattern);
    if (glob === undefined)
      return { unequal: `the exclusion by the regular expression ${pattern}, which is no glob` };
    globs.push(glob);
  }
  return { globs };
}

type Value = string | boolean | undefined | readonly string[] | { readonly [key: string]: Value };

/** Block style, two blanks a level; what is `undefined` or an empty list is left out. */
function lines(map: { readonly [key: string]: Value }, indent: string): string[] {
  return Object.entries(map).flatMap(([key, value]) => {
    const lead = `${indent}${key}:`;
    if (value === undefined) return [];
    if (typeof value === 'boolean') return [`${lead} ${value}`];
    if (typeof value === 'string') return [`${lead} ${scalar(value)}`];
    if (isList(value))
      return value.length === 0 ? [] : [lead, ...value.map((item) => `${indent}  - ${scalar(item)}`)];
    const below = lines(value, `${indent}  `);
    return below.length === 0 ? [`${lead} {}`] : [lead, ...below];
  });
}

function isList(value: Value): value is readonly string[] {
  return Array.isArray(value);
}

function scalar(text: string): string {
  return renderScalar(text, { style: 'plain', inFlow: false });
}
