import type { core } from 'zod';
import { didYouMean } from '../core/nearest.ts';
import type { Position } from '../core/position.ts';
import type { Issue } from './check.ts';

/**
 * Keys that product.md gives and this version does not carry out, by the path of their map (list places are `*`). They are refused, because a
 * setting that is silently ignored is worse than none.
 */
const notYet: Readonly<Record<string, readonly string[]>> = {
  '': ['notifications', 'cluster', 'dialects', 'webhooks', 'tracing', 'queue', 'forges'],
  server: ['token', 'tls', 'dashboard', 'webhooks'],
  'repositories/*': ['mode', 'notifications', 'nudge'],
  'repositories/*/push': ['via'],
  'registries/*': ['mirror', 'mirrors', 'clientCertificate', 'exec', 'webhook'],
  'registries/*/auth': ['exec', 'ecr', 'googleArtifactRegistry', 'acr', 'pullSecret', 'bearer'],
};

/** Zod's findings in our words; unknown keys one by one, with the nearest key that the schema knows. */
export function schemaIssues(
  found: readonly core.$ZodIssue[],
  schema: Record<string, unknown>,
  value: unknown,
): readonly Issue[] {
  return found.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: [...issue.path, key],
        atKey: true,
        message: unknownKey(key, issue.path, schema),
      }));
    }
    return [{ path: issue.path, message: issueText(issue, at(value, issue.path)) }];
  });
}

/** Where an issue stands: its key or value, else the nearest part around it that is written. */
export function issuePosition(issue: Issue, positions: Readonly<Record<string, Position>>): Position {
  for (let length = issue.path.length; length >= 0; length--) {
    const pointer = toPointer(issue.path.slice(0, length));
    const whole = length === issue.path.length && issue.atKey !== true;
    const position =
      (whole ? positions[pointer] : undefined) ?? positions[`${pointer}#key`] ?? positions[pointer];
    if (position !== undefined) return position;
  }
  return { line: 1, column: 1 };
}

/** `repositories[0].auth`, as people write it. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

function unknownKey(key: string, path: readonly PropertyKey[], schema: Record<string, unknown>): string {
  const shown = JSON.stringify(key.length > 60 ? `${key.slice(0, 60)}...` : key);
  const place = path.map((part) => (typeof part === 'number' ? '*' : String(part))).join('/');
  if (notYet[place]?.includes(key) === true) {
    return `${shown} is not supported by this version yet; remove it, nothing would carry it out`;
  }
  const known = Object.keys(schemaAt(schema, path)?.properties ?? {});
  const near = didYouMean(key, known);
  return `unknown key ${shown}${near === '' ? `; known here: ${known.join(', ')}` : near}`;
}

interface SchemaPart {
  readonly properties?: Readonly<Record<string, SchemaPart>>;
  readonly items?: SchemaPart;
}

function schemaAt(schema: SchemaPart, path: readonly PropertyKey[]): SchemaPart | undefined {
  let part: SchemaPart | undefined = schema;
  for (const step of path) part = typeof step === 'number' ? part?.items : part?.properties?.[String(step)];
  return part;
}

function issueText(issue: core.$ZodIssue, value: unknown): string {
  if (issue.code === 'invalid_type' && value === undefined) return 'this key is required and is not there';
  if (issue.code === 'invalid_type' && issue.message.startsWith('Invalid input')) {
    return `${typeNames[issue.expected] ?? issue.expected} is expected here, not ${typeName(value)}`;
  }
  if (issue.code === 'invalid_value') {
    const near = typeof value === 'string' ? didYouMean(value, issue.values.map(String)) : '';
    return `one of ${issue.values.join(', ')} is expected here${near}`;
  }
  if (issue.code === 'too_small')
    return `${countName(issue.origin)} is too small; at least ${issue.minimum} is needed`;
  if (issue.code === 'too_big')
    return `${countName(issue.origin)} is too big; at most ${issue.maximum} is allowed`;
  return issue.message;
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  object: 'a map',
  array: 'a list',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

function typeName(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeNames[typeof value] ?? typeof value;
}

function countName(origin: string): string {
  if (origin === 'string') return 'the number of characters';
  return origin === 'array' ? 'the number of entries' : 'the number';
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (part, step) =>
      typeof part === 'object' && part !== null && Object.hasOwn(part, step)
        ? (part as Record<PropertyKey, unknown>)[step]
        : undefined,
    value,
  );
}

function toPointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
