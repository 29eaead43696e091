import type { z } from 'zod';
import { didYouMean } from '../../core/nearest.ts';
import { formatPath, type Finding } from './finding.ts';
import { imagePolicyJsonSchema, imagePolicySchema, type ImagePolicyFile } from './schema.ts';

/** Checks the shape of an ImagePolicy document: its keys, and the types of their values. */
export function checkShape(
  value: unknown,
): { readonly file: ImagePolicyFile } | { readonly findings: readonly Finding[] } {
  return checkShapeOf(value, imagePolicySchema(), imagePolicyJsonSchema);
}

/**
 * The same for another kind of file.
 * @param jsonSchema of the same shape: the keys that are known at a place, for the nearest right word
 */
export function checkShapeOf<File>(
  value: unknown,
  schema: z.ZodType<File>,
  jsonSchema: () => object,
): { readonly file: File } | { readonly findings: readonly Finding[] } {
  const result = schema.safeParse(value);
  if (result.success) return { file: result.data };
  const root = { value, jsonSchema };
  return { findings: result.error.issues.flatMap((issue) => findingsOf(issue, [], root)) };
}

type Path = readonly (string | number)[];

/** The document, and what is known of its shape. */
interface Root {
  readonly value: unknown;
  readonly jsonSchema: () => object;
}

function findingsOf(issue: z.core.$ZodIssue, base: Path, root: Root): readonly Finding[] {
  const path: Path = [...base, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))];
  const found = at(root.value, path);
  const name = formatPath(path) || 'the document';
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        onKey: true,
        message: `unknown key ${formatPath([...path, key])}${didYouMean(key, knownKeys(path, root.jsonSchema()))}`,
      }));
    case 'invalid_type':
      if (found === undefined) {
        return [
          { path, message: `${name} is missing; expected ${typeNames[issue.expected] ?? issue.expected}` },
        ];
      }
      return [{ path, message: wrongType(name, typeNames[issue.expected] ?? issue.expected, found) }];
    case 'invalid_value': {
      const values = issue.values.map(String);
      const near = typeof found === 'string' ? didYouMean(found, values) : '';
      return [{ path, message: `${name} is ${show(found)}; expected ${values.join(' or ')}${near}` }];
    }
    case 'invalid_union':
      return union(issue, path, root, name);
    default:
      return [{ path, message: `${name} is ${show(found)}: ${issue.message}` }];
  }
}

/** Of several allowed shapes, the one that the writer meant: whose outermost type fits. */
function union(
  issue: z.core.$ZodIssueInvalidUnion,
  path: Path,
  root: Root,
  name: string,
): readonly Finding[] {
  const meant = issue.errors.find((issues) =>
    issues.every((inner) => inner.path.length > 0 || inner.code !== 'invalid_type'),
  );
  if (meant !== undefined) return meant.flatMap((inner) => findingsOf(inner, path, root));
  return [{ path, message: wrongType(name, 'text or a map', at(root.value, path)) }];
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  object: 'a map',
  record: 'a map',
  array: 'a list',
  boolean: 'true or false',
};

function wrongType(name: string, expected: string, found: unknown): string {
  const quotes =
    expected.startsWith('text') && (typeof found === 'number' || typeof found === 'boolean')
      ? '; put it in quotes'
      : '';
  return `${name} is ${show(found)}; expected ${expected}${quotes}`;
}

function show(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function at(root: unknown, path: Path): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

/** The keys that the schema knows at a place. */
function knownKeys(path: Path, root: JsonSchema): readonly string[] {
  let schemas: readonly JsonSchema[] = [root];
  for (const part of path) {
    schemas = schemas
      .map((schema) => (typeof part === 'number' ? schema.items : schema.properties?.[part]))
      .flatMap((schema) => (schema === undefined ? [] : [schema, ...(schema.anyOf ?? [])]));
  }
  return schemas.flatMap((schema) => Object.keys(schema.properties ?? {}));
}
