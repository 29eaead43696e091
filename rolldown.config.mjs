// What `npm run build` makes: the program in a few files, which start in half the time that its modules take (docs/performance.md).
import { readdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'rolldown';

/**
 * The packages whose code goes into the files. The others are loaded from where they are installed: openpgp, as its licence asks that users can put another one in its place; ssh2, which
 * has parts that are compiled; and those that are large and loaded by few commands.
 */
const included = ['commander', 'diff', 're2js', 'yaml', 'zod'];

const names = `(?:${included.join('|')})`;

export default defineConfig({
  // The thread that writes files is a program of its own (src/tree/directory/write-thread.ts).
  input: { main: 'src/main.ts', 'write-thread-main': 'src/tree/directory/write-thread-main.ts' },
  platform: 'node',
  external: new RegExp(`^(?!\\.{0,2}/|${names}(?:/|$))`),
  output: { dir: 'dist', format: 'esm', chunkFileNames: '[name]-[hash].js' },
  plugins: [licences()],
});

/** Puts the licences of the included packages beside the files that hold their code, as they ask for. */
function licences() {
  return {
    name: 'licences',
    generateBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap((file) => ('moduleIds' in file ? file.moduleIds : []));
      console.log(modules.filter((m) => m.includes('re2')));
      const packages = new Set(
        modules.flatMap((id) => /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? []),
      );
      const source = [...packages].sort().map(licenceOf).join('\n');
      this.emitFile({ type: 'asset', fileName: 'LICENSES.txt', source });
    },
  };
}

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  if (file === undefined) throw new Error(`${name} has no licence file`);
  return `${name} ${version} (${license})\n\n${readFileSync(`${folder}/${file}`, 'utf8').trim()}\n`;
}
