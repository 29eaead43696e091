import { stringify } from 'yaml';
import { imagePolicyJsonSchema } from '../../src/policy/document/schema.ts';

/** A node of a JSON Schema, as zod gives it, and of the OpenAPI v3 schema of a CustomResourceDefinition. */
export interface Schema {
  readonly [key: string]: unknown;
  readonly type?: string;
  readonly description?: string | undefined;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

const group = 'tallyman.dev';
const heading = `# The ImagePolicy of Tallyman for \`kubectl get\`: see README.md beside this file. Made by \`npm run generate\`.
`;

/** deploy/crd/imagepolicies.tallyman.dev.yaml: the same shape as the JSON Schema, as Kubernetes wants it. */
export function imagePolicyCrd(): string {
  return `${heading}${stringify(definition(), { lineWidth: 0 })}`;
}

function definition(): object {
  const names = {
    kind: 'ImagePolicy',
    listKind: 'ImagePolicyList',
    plural: 'imagepolicies',
    singular: 'imagepolicy',
    categories: ['tallyman'],
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${names.plural}.${group}` },
    spec: { group, names, scope: 'Namespaced', versions: [version()] },
  };
}

function version(): object {
  const columns = [
    ['Image', 'string', '.spec.image'],
    ['Policy', 'string', '.spec.policy'],
    ['Hold', 'string', '.spec.hold.reason'],
    ['Age', 'date', '.metadata.creationTimestamp'],
  ].map(([name, type, jsonPath]) => ({ name, type, jsonPath }));
  return {
    name: 'v1',
    served: true,
    storage: true,
    schema: { openAPIV3Schema: root(imagePolicyJsonSchema() as Schema) },
    additionalPrinterColumns: columns,
  };
}

/** Kubernetes checks apiVersion, kind and metadata by itself, and lets nobody else say more of them. */
function root({ properties = {} }: Schema): Schema {
  const { apiVersion, kind, spec } = properties;
  if (apiVersion === undefined || kind === undefined || spec === undefined)
    throw new Error('the schema of ImagePolicy lost apiVersion, kind or spec');
  return {
    description:
      'Says which tag of an image Tallyman releases. Read from git; nothing in the cluster acts on it.',
    type: 'object',
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string', description: apiVersion.description },
      kind: { type: 'string', description: kind.description },
      metadata: { type: 'object' },
      spec: structural(spec),
    },
  };
}

/** What JSON Schema says and a structural schema says otherwise, or cannot say. */
function structural(schema: Schema): Schema {
  const { additionalProperties, anyOf, properties, items, const: only, propertyNames: _, ...rest } = schema;
  // One value of two types has no structural form: what stands there is kept as it is, and Tallyman checks it.
  if (anyOf !== undefined) return { ...rest, 'x-kubernetes-preserve-unknown-fields': true };
  const isOpen = typeof additionalProperties === 'object' && Object.keys(additionalProperties).length === 0;
  return {
    ...rest,
    ...(only === undefined ? {} : { enum: [only] }),
    ...(items === undefined ? {} : { items: structural(items) }),
    ...(properties === undefined || Object.keys(properties).length === 0
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([key, one]) => [key, structural(one)]),
          ),
        }),
    ...(isOpen ? { 'x-kubernetes-preserve-unknown-fields': true } : {}),
    // `false` is not allowed: unknown keys are pruned, or refused by strict validation, without it.
    ...(typeof additionalProperties === 'object' && !isOpen
      ? { additionalProperties: structural(additionalProperties) }
      : {}),
  };
}
