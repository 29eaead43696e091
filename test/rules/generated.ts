import { format, resolveConfig } from 'prettier';
import { configJsonSchema } from '../../src/config/schema.ts';
import { imagePolicyJsonSchema } from '../../src/policy/document/schema.ts';
import { holdsJsonSchema } from '../../src/release/holds-schema.ts';
import { imagePolicyCrd } from './crd.ts';
import { readText, root } from './files.ts';
import { readLayers, type Layers } from './layers.ts';
import { lintConfig } from './lint-rules.ts';

/** Every file that is written by `npm run generate`: its path from the root, and its text. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const layers = readLayers();
  const texts: readonly (readonly [path: string, text: string])[] = [
    ['.oxlintrc.json', JSON.stringify(lintConfig(layers))],
    ['schemas/imagepolicy.v1.json', JSON.stringify(imagePolicyJsonSchema())],
    ['schemas/tallyman.v1.json', JSON.stringify(configJsonSchema())],
    ['schemas/holds.v1.json', JSON.stringify(holdsJsonSchema())],
    ['deploy/crd/imagepolicies.tallyman.dev.yaml', imagePolicyCrd()],
    ['docs/architecture.md', withLayers(readText('docs/architecture.md'), layers)],
  ];
  const files = await Promise.all(
    texts.map(async ([path, text]) => [path, await pretty(path, text)] as const),
  );
  return new Map(files);
}

/** The document with the table of layers.json between its two comments. */
function withLayers(text: string, layers: Layers): string {
  const [start, end] = ['<!-- layers -->', '<!-- /layers -->'];
  const rows = Object.entries({ ...layers.rooms, ...layers.files }).map(([room, row]) => {
    const rooms = row.rooms.includes('*') ? 'everything' : row.rooms.map(code).join(' ');
    const kind = row.pure === true ? 'pure' : row.node === true ? 'node' : '';
    return `| ${code(room)} | ${rooms} | ${kind} | ${(row.packages ?? []).map(code).join(' ')} |`;
  });
  const table = ['| room | may import | kind | packages |', '| --- | --- | --- | --- |', ...rows].join('\n');
  if (!text.includes(start) || !text.includes(end))
    throw new Error(`docs/architecture.md lost its ${start} comments`);
  return `${text.slice(0, text.indexOf(start))}${start}\n\n${table}\n\n${text.slice(text.indexOf(end))}`;
}

function code(name: string): string {
  return `\`${name}\``;
}

async function pretty(path: string, text: string): Promise<string> {
  const options = (await resolveConfig(`${root}${path}`)) ?? {};
  return format(text, { ...options, filepath: path });
}
