#!/usr/bin/env node
// The plain entry: what can be answered without loading anything is answered here (performance.md, C1).
import { existsSync, readFileSync } from 'node:fs';
import module from 'node:module';

const wanted = [24, 15];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const argument = process.argv.length === 3 ? process.argv[2] : undefined;
const here = (path) => new URL(path, import.meta.url);

if (argument === '--version' || argument === '-V') {
  process.stdout.write(`${JSON.parse(readFileSync(here('../package.json'), 'utf8')).version}\n`);
} else if (argument === '--help' || argument === '-h') {
  process.stdout.write(readFileSync(here('help.txt'), 'utf8'));
} else if (major < wanted[0] || (major === wanted[0] && minor < wanted[1])) {
  process.stderr.write(
    `tallyman needs Node ${wanted.join('.')} or newer, this is ${process.versions.node}. ` +
      'In a checkout, "npm ci" installs one: run node_modules/.bin/node bin/tallyman.mjs, or npm run -s tallyman -- ARGS.\n',
  );
  process.exitCode = 2;
} else {
  keepCompiledCode(process.env);
  const sources = existsSync(here('../src/main.ts')) && process.env.TALLYMAN_RUN_FROM !== 'dist';
  const { main } = await import(sources ? '../src/main.ts' : '../dist/main.js');
  await main(process);
}

/** In a folder of this user: whoever can write there decides what runs. Node's own default is the folder for temporary files, which belongs to all. */
function keepCompiledCode({ NODE_COMPILE_CACHE: chosen, XDG_CACHE_HOME: cache = '', HOME: home = '' }) {
  const folder = cache.startsWith('/') ? cache : home.startsWith('/') && existsSync(home) && `${home}/.cache`;
  if (chosen) module.enableCompileCache(chosen);
  else if (folder) module.enableCompileCache(`${folder}/tallyman`);
}
