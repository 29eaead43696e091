import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { imagePolicyJsonSchema } from '../../src/policy/document/schema.ts';
import { imagePolicyCrd, type Schema } from './crd.ts';
import { structuralFaults } from './structural.ts';

interface Definition {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly names: { readonly plural: string };
    readonly versions: readonly {
      readonly name: string;
      readonly schema: { readonly openAPIV3Schema: Schema };
    }[];
  };
}

const definition = parse(imagePolicyCrd()) as Definition;
const [version] = definition.spec.versions;
const schema = version?.schema.openAPIV3Schema ?? {};

describe('the CustomResourceDefinition of ImagePolicy', () => {
  it('is of the group and version that the files have', () => {
    const { group, names } = definition.spec;
    expect(`${group}/${version?.name ?? ''}`).toBe('tallyman.dev/v1');
    expect(definition.metadata.name).toBe(`${names.plural}.${group}`);
  });

  it('has a structural schema', () => {
    expect(structuralFaults(schema)).toEqual([]);
  });

  it('knows every key that the JSON Schema knows', () => {
    const known = imagePolicyJsonSchema() as Schema;
    for (const path of [['spec'], ['spec', 'policy'], ['spec', 'schedule'], ['spec', 'hold']])
      expect(keysAt(schema, path), path.join('.')).toEqual(keysAt(known, path));
    expect(keysAt(schema, ['spec']).length).toBeGreaterThan(10);
  });

  it('wants exactly one kind, and keeps a kind that is text or a map as it stands', () => {
    expect(at(schema, ['spec', 'policy'])).toMatchObject({ minProperties: 1, maxProperties: 1 });
    expect(at(schema, ['spec', 'policy', 'semver'])).toMatchObject({
      'x-kubernetes-preserve-unknown-fields': true,
    });
  });
});

describe('a schema is not structural', () => {
  const rows: readonly [label: string, schema: Schema, fault: string][] = [
    ['without a type', { type: 'object', properties: { a: {} } }, '.a: has no type'],
    ['with an unknown type', { type: 'object', properties: { a: { type: 'null' } } }, '.a: null is no type'],
    ['with a root that is no object', { type: 'string' }, ': the root is no object'],
    ['with $ref', { type: 'object', $ref: '#/a' }, ': $ref is not allowed'],
    ['with const', { type: 'object', const: 1 }, ': const is not allowed'],
    ['closed', { type: 'object', additionalProperties: false }, ': additionalProperties is false'],
    [
      'with both kinds of properties',
      { type: 'object', properties: {}, additionalProperties: { type: 'string' } },
      ': properties and additionalProperties exclude each other',
    ],
    ['with a type inside anyOf', { type: 'object', anyOf: [{ type: 'string' }] }, ': type inside anyOf'],
    [
      'with a description inside not',
      { type: 'object', not: { description: 'a' } },
      ': description inside not',
    ],
    [
      'with an array of anything',
      { type: 'object', properties: { a: { type: 'array' } } },
      '.a: an array without items',
    ],
    [
      'requiring what it does not know',
      { type: 'object', required: ['a'] },
      ': requires a, which it does not specify',
    ],
    [
      'below a map',
      { type: 'object', additionalProperties: { type: 'array', items: {} } },
      '.*.[]: has no type',
    ],
  ];

  it.each(rows)('%s', (_, schema, fault) => {
    expect(structuralFaults(schema)).toEqual([fault]);
  });
});

function at(schema: Schema, path: readonly string[]): Schema {
  return path.reduce<Schema>((found, key) => found.properties?.[key] ?? {}, schema);
}

function keysAt(schema: Schema, path: readonly string[]): string[] {
  return Object.keys(at(schema, path).properties ?? {});
}
