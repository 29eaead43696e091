import type { Schema } from './crd.ts';

/** Keywords of a structural schema, as `apiextensions.k8s.io/v1` takes them. What has no row here is refused. */
const keywords = new Set(
  `type description title default nullable format enum pattern required example externalDocs
  properties additionalProperties items allOf anyOf oneOf not minProperties maxProperties minItems maxItems
  minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength
  x-kubernetes-preserve-unknown-fields x-kubernetes-int-or-string x-kubernetes-embedded-resource
  x-kubernetes-list-type x-kubernetes-list-map-keys x-kubernetes-map-type x-kubernetes-validations`.split(
    /\s+/,
  ),
);
const types = new Set(['array', 'boolean', 'integer', 'number', 'object', 'string']);
const logical = ['allOf', 'anyOf', 'oneOf', 'not'];
/** What says of what kind a value is: not allowed inside allOf, anyOf, oneOf and not. */
const outsideOnly = ['type', 'description', 'title', 'default', 'nullable', 'additionalProperties'];

/**
 * Why a schema is not structural, by the rules in
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
export function structuralFaults(schema: Schema, at = ''): string[] {
  const faults = Object.keys(schema)
    .filter((key) => !keywords.has(key))
    .map((key) => `${at}: ${key} is not allowed`);
  return [
    ...faults,
    ...typeFaults(schema, at),
    ...mapFaults(schema, at),
    ...logicFaults(schema, at),
    ...below(schema, at),
  ];
}

function typeFaults(schema: Schema, at: string): string[] {
  const { type } = schema;
  const isFree = ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-int-or-string'].some(
    (key) => schema[key] === true,
  );
  if (type === undefined) return isFree ? [] : [`${at}: has no type`];
  if (!types.has(type)) return [`${at}: ${type} is no type`];
  if (at === '' && type !== 'object') return [': the root is no object'];
  return type === 'array' && schema.items === undefined ? [`${at}: an array without items`] : [];
}

function mapFaults({ properties, additionalProperties, required, type }: Schema, at: string): string[] {
  const faults: string[] = [];
  if (additionalProperties === false) faults.push(`${at}: additionalProperties is false`);
  if (properties !== undefined && additionalProperties !== undefined)
    faults.push(`${at}: properties and additionalProperties exclude each other`);
  if (properties !== undefined && type !== 'object') faults.push(`${at}: properties of what is no object`);
  const strange = (Array.isArray(required) ? required : []).filter(
    (key) => !Object.hasOwn(properties ?? {}, String(key)),
  );
  return [...faults, ...strange.map((key) => `${at}: requires ${String(key)}, which it does not specify`)];
}

function logicFaults(schema: Schema, at: string): string[] {
  return logical.flatMap((word) => {
    const value = schema[word];
    const parts = (Array.isArray(value) ? value : value === undefined ? [] : [value]) as Schema[];
    return parts.flatMap((part) =>
      outsideOnly.filter((key) => Object.hasOwn(part, key)).map((key) => `${at}: ${key} inside ${word}`),
    );
  });
}

function below({ properties = {}, additionalProperties, items }: Schema, at: string): string[] {
  const parts: (readonly [string, Schema])[] = Object.entries(properties);
  if (typeof additionalProperties === 'object') parts.push(['*', additionalProperties]);
  if (items !== undefined) parts.push(['[]', items]);
  return parts.flatMap(([key, part]) => structuralFaults(part, `${at}.${key}`));
}
