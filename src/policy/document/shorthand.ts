import { didYouMean } from '../../core/nearest.ts';
import type { Place } from '../../core/position.ts';
import type { Platform } from '../../image/platform.ts';
import type { RepositoryName } from '../../image/reference.ts';
import { parseTag } from '../../image/tag.ts';
import type { Direction, Hold, Order, Policy, PolicyName, Rule } from '../model.ts';
import { checkName } from '../name.ts';
import { checkRule } from './rule-check.ts';

/**
 * Reads the value of a `tallyman.dev/policy` annotation (product.md, 2.2): `semver:R`, `glob:P`, `regex:P` (both
 * with ` order=...` after it; default newest), `numeric:asc`, `alphabetical:asc`, `newest:GLOB`, `digest:TAG`, or `policy:NAME`.
 */
export function parseShorthand(
  text: string,
): { readonly rule: Rule } | { readonly policyName: string } | { readonly error: string } {
  if (text.length > longest)
    return { error: `the annotation has ${text.length} characters; at most ${longest} are allowed` };
  const trimmed = text.trim();
  const colon = trimmed.indexOf(':');
  if (colon < 0) {
    return {
      error: `"${trimmed}" is no policy; expected KIND:VALUE such as semver:~1.4${didYouMean(trimmed, kinds)}`,
    };
  }
  const kind = trimmed.slice(0, colon).trim();
  const value = trimmed.slice(colon + 1).trim();
  if (kind === 'policy') {
    const error = checkName(value);
    return error === undefined ? { policyName: value } : { error: `policy: ${error}` };
  }
  const read = readRule(kind, value);
  if ('error' in read) return read;
  const wrong = checkRule(read.rule);
  return wrong === undefined ? read : { error: wrong.error };
}

/** The other annotations of the workload, read and checked (product.md, 2.2). */
export interface AnnotationOptions {
  readonly digest?: 'pin' | 'keep' | undefined;
  readonly group?: string | undefined;
  readonly onRevert?: 'skip' | 'hold' | undefined;
  readonly platforms?: readonly Platform[] | undefined;
  /** Milliseconds. */
  readonly minAge?: number | undefined;
  readonly hold?: Hold | undefined;
}

/** The policy that a workload's annotation stands for: everything that it does not say has its default. */
export function annotationPolicy(
  name: string,
  place: Place,
  image: RepositoryName,
  rule: Rule,
  options: AnnotationOptions = {},
): Policy {
  return {
    name: name as PolicyName,
    place,
    dialect: 'annotation',
    image,
    rule,
    filter: undefined,
    exclude: [],
    paths: [],
    targets: [],
    digest: rule.kind === 'digest' ? 'pin' : (options.digest ?? 'keep'),
    platforms: options.platforms ?? [],
    minAge: options.minAge,
    namespace: undefined,
    allowDowngrade: false,
    onRevert: options.onRevert ?? 'skip',
    hold: options.hold,
    group: options.group,
    service: undefined,
  };
}

/** A semver range may have 4 KiB; nothing in an annotation needs more. */
const longest = 4200;
const kinds = ['semver', 'glob', 'regex', 'numeric', 'alphabetical', 'newest', 'digest', 'policy'];
const orders: readonly Order[] = ['newest', 'semver', 'numeric', 'alphabetical'];
const directions: readonly Direction[] = ['asc', 'desc'];

function readRule(kind: string, value: string): { readonly rule: Rule } | { readonly error: string } {
  switch (kind) {
    case 'semver':
      return { rule: { kind, range: value, strict: false } };
    case 'glob':
    case 'regex':
      return readOrdered(kind, value);
    case 'newest':
      return { rule: value === '' ? { kind } : { kind: 'glob', pattern: value, order: 'newest' } };
    case 'numeric':
    case 'alphabetical': {
      const order = oneOf(directions, value === '' ? 'asc' : value);
      if (order === undefined) return { error: notOneOf(`${kind}:`, value, directions) };
      return { rule: { kind, order } };
    }
    case 'digest': {
      const tag = parseTag(value);
      return tag === undefined ? { error: `digest: "${value}" is no tag` } : { rule: { kind, tag } };
    }
    default:
      return { error: notOneOf('policy kind', kind, kinds) };
  }
}

/** A tag has no blanks, so a pattern for tags needs none: what follows the last one is an option. */
function readOrdered(
  kind: 'glob' | 'regex',
  value: string,
): { readonly rule: Rule } | { readonly error: string } {
  const words = value.split(/\s+/);
  const last = words.at(-1) ?? '';
  if (words.length === 1) return { rule: ordered(kind, value, 'newest') };
  const pattern = value.slice(0, value.length - last.length).trimEnd();
  if (!last.startsWith('order=')) {
    return { error: `${kind}: cannot read "${last}" after the pattern; expected order=${orders.join('|')}` };
  }
  const text = last.slice('order='.length);
  const order = oneOf(orders, text);
  if (order === undefined) return { error: notOneOf('order=', text, orders) };
  return { rule: ordered(kind, pattern, order) };
}

function ordered(kind: 'glob' | 'regex', pattern: string, order: Order): Rule {
  return kind === 'glob' ? { kind, pattern, order } : { kind, pattern, extract: undefined, order };
}

function oneOf<Word extends string>(words: readonly Word[], text: string): Word | undefined {
  return words.find((word) => word === text);
}

function notOneOf(what: string, found: string, words: readonly string[]): string {
  return `${what} "${found}" is not known; expected ${words.join(', ')}${didYouMean(found, words)}`;
}
