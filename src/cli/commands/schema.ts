import { Failure } from '../../core/failure.ts';
import { didYouMean } from '../../core/nearest.ts';
import type { Answer } from '../answer.ts';

const names = ['imagepolicy', 'config', 'holds'] as const;

/** `tallyman schema [NAME]`: the JSON Schema of a file that users write. Without a name: which there are. */
export async function schemaCommand(name: string | undefined): Promise<Answer> {
  if (name === undefined) {
    return { exit: 0, json: { schemas: names }, text: () => `${names.join('\n')}\n` };
  }
  const known = names.find((candidate) => candidate === name);
  if (known === undefined) {
    const hint = didYouMean(name, names) || `; there are ${names.join(', ')}`;
    throw new Failure('usage', `There is no schema "${name}"${hint}.`);
  }
  const document = await load(known);
  return {
    exit: 0,
    json: { name: known, document },
    text: () => `${JSON.stringify(document, undefined, 2)}\n`,
  };
}

async function load(name: (typeof names)[number]): Promise<object> {
  switch (name) {
    case 'imagepolicy':
      return (await import('../../policy/document/schema.ts')).imagePolicyJsonSchema();
    case 'config':
      return (await import('../../config/schema.ts')).configJsonSchema();
    case 'holds':
      return (await import('../../release/holds-schema.ts')).holdsJsonSchema();
  }
}
