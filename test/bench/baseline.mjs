// What E1 and E1c are compared with: the least that any program must do to read, or to read and write, the files of a tree.
// Arguments: `read` or `rewrite`, and the folder.
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [how, folder = '.'] = process.argv.slice(2);
let bytes = 0;
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const path = join(entry.parentPath, entry.name);
  const content = readFileSync(path);
  bytes += content.length;
  // Policies are read and not written, as `edit` does.
  if (how === 'rewrite' && !path.includes('/policies/')) {
    writeFileSync(`${path}.new`, content);
    renameSync(`${path}.new`, path);
  }
}
process.stdout.write(`${bytes}\n`);
