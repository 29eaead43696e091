import { format, resolveConfig } from 'prettier';
import { configJsonSchema } from '../../src/config/schema.ts';
import { imagePolicyJsonSchema } from '../../src/policy/schema.ts';
import { root } from './files.ts';
import { readLayers } from './layers.ts';
import { lintConfig } from './lint-rules.ts';

/** Every file that is written by `npm run generate`: its path from the root, and its text. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const values: readonly (readonly [path: string, value: unknown])[] = [
    ['.oxlintrc.json', lintConfig(readLayers())],
    ['schemas/imagepolicy.v1.json', imagePolicyJsonSchema()],
    ['schemas/tallyman.v1.json', configJsonSchema()],
  ];
  const files = await Promise.all(
    values.map(async ([path, value]) => [path, await render(path, value)] as const),
  );
  return new Map(files);
}

async function render(path: string, value: unknown): Promise<string> {
  const options = (await resolveConfig(`${root}${path}`)) ?? {};
  return format(JSON.stringify(value), { ...options, filepath: path });
}
