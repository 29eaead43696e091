import { describe, expect, it } from 'vitest';
import { imagePolicyJsonSchema } from '../../src/policy/document/schema.ts';

interface Node {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly additionalProperties?: unknown;
  readonly [key: string]: unknown;
}

describe('the JSON Schema', () => {
  const schema = imagePolicyJsonSchema() as Node;

  it('is of draft 2020-12, with its address', () => {
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'https://tallyman.dev/schemas/imagepolicy.v1.json',
      required: ['apiVersion', 'kind', 'metadata', 'spec'],
    });
  });

  it('knows every key of the specification', () => {
    const spec = schema.properties?.['spec'];
    const keys =
      'allowDowngrade digest exclude filterTags group hold image minAge mode onRevert paths platforms policy schedule service targets verify';
    expect(Object.keys(spec?.properties ?? {}).toSorted()).toEqual(keys.split(' '));
    const kinds = 'alphabetical digest glob newest numeric promote regex semver';
    expect(Object.keys(spec?.properties?.['policy']?.properties ?? {}).toSorted()).toEqual(kinds.split(' '));
    expect(spec?.properties?.['policy']).toMatchObject({ minProperties: 1, maxProperties: 1 });
  });

  it('describes every key and closes every map but metadata', () => {
    const open: string[] = [];
    const silent: string[] = [];
    visit(schema, '', (node, path) => {
      if (path !== '' && node.description === undefined) silent.push(path);
      if (node.properties !== undefined && node.additionalProperties !== false) open.push(path);
    });
    expect(silent).toEqual([]);
    expect(open).toEqual(['.metadata']);
  });
});

function visit(node: Node, path: string, see: (node: Node, path: string) => void): void {
  see(node, path);
  for (const [key, child] of Object.entries(node.properties ?? {})) visit(child, `${path}.${key}`, see);
  for (const [key, child] of Object.entries(node.items?.properties ?? {}))
    visit(child, `${path}[].${key}`, see);
}
