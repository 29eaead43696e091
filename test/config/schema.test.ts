import { describe, expect, it } from 'vitest';
import { configJsonSchema } from '../../src/config/schema.ts';

interface Part {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Part>>;
  readonly items?: Part;
  readonly additionalProperties?: boolean;
}

function parts(part: Part, path: string): [path: string, part: Part][] {
  const children = Object.entries(part.properties ?? {}).flatMap(([key, child]) =>
    parts(child, `${path}.${key}`),
  );
  return [[path, part], ...children, ...(part.items === undefined ? [] : parts(part.items, `${path}[]`))];
}

describe('configJsonSchema', () => {
  const all = parts(configJsonSchema(), '$');

  it('is named and complete', () => {
    expect(configJsonSchema()).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'https://tallyman.dev/schemas/tallyman.v1.json',
      required: ['repositories'],
    });
    expect(all.length).toBeGreaterThan(50);
  });

  it('describes every key', () => {
    const silent = all.filter(([path, { description }]) => !path.endsWith('[]') && description === undefined);
    expect(silent.map(([path]) => path)).toEqual([]);
  });

  it('closes every map', () => {
    const open = all.filter(
      ([, part]) => part.properties !== undefined && part.additionalProperties !== false,
    );
    expect(open.map(([path]) => path)).toEqual([]);
  });

  it('tells defaults', () => {
    const defaults = Object.fromEntries(
      all.filter(([, part]) => part.default !== undefined).map(([path, part]) => [path, part.default]),
    );
    expect(defaults).toMatchObject({
      '$.repositories[].branch': 'main',
      '$.server.listen': '127.0.0.1:8080',
      '$.stateDirectory': '.tallyman-state',
      '$.horizon': '365d',
      '$.log.level': 'info',
      '$.concurrency': 4,
      '$.registries[].concurrency': 8,
      '$.registries[].insecure': false,
    });
  });
});
