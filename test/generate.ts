import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { root } from './rules/files.ts';
import { generatedFiles } from './rules/generated.ts';

// `npm run generate`: writes what is made from other files. test/rules/generated.test.ts compares.
for (const [path, text] of await generatedFiles()) {
  await mkdir(dirname(`${root}${path}`), { recursive: true });
  await writeFile(`${root}${path}`, text);
  console.log(`wrote ${path}`);
}
