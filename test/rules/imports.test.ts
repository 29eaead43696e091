import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesBelow, readText, root } from './files.ts';
import { importsOf } from './imports.ts';
import { readLayers, roomOf, violations } from './layers.ts';
import { lintConfig } from './lint-rules.ts';

const layers = readLayers();
const sources = filesBelow('src').filter((path) => path.endsWith('.ts'));
const rows = [...Object.keys(layers.rooms), ...Object.keys(layers.files)];

describe('importsOf', () => {
  const seen: readonly [label: string, source: string, specifiers: readonly (string | undefined)[]][] = [
    ['default', `import a from './a.ts';`, ['./a.ts']],
    ['side effect', `import './a.ts';`, ['./a.ts']],
    ['names over lines', `import {\n  a, // why\n  type B,\n} from\n'./a.ts';`, ['./a.ts']],
    ['namespace', `import * as a from './a.ts';`, ['./a.ts']],
    ['a name called from', `import { from, type as from2 } from './a.ts';`, ['./a.ts']],
    ['type', `import type { A } from './a.ts';`, ['./a.ts']],
    ['type in code', `type A = import('./a.ts').A;`, ['./a.ts']],
    ['export names', `export { a } from './a.ts';`, ['./a.ts']],
    ['export all', `export * from './a.ts';\nexport * as b from './b.ts';`, ['./a.ts', './b.ts']],
    ['export types', `export type { A } from './a.ts';\nexport type * from './b.ts';`, ['./a.ts', './b.ts']],
    ['with attributes', `import a from './a.json' with { type: 'json' };`, ['./a.json']],
    ['dynamic', `const a = await import('./a.ts');`, ['./a.ts']],
    ['dynamic in a template', 'const a = `x ${await import("./a.ts")} y`;', ['./a.ts']],
    ['dynamic by template', 'void import(`./a.ts`);', ['./a.ts']],
    [
      'dynamic, not a literal',
      'void import(name); void import(`./${name}.ts`); void import("./a" + b);',
      [undefined, undefined, undefined],
    ],
    ['spread', `const a = [...require('./a.ts')];`, ['./a.ts']],
    ['worker', `new Worker(new URL('./a.ts', import.meta.url))`, ['./a.ts']],
    ['after a division', `const a = b / c; import('./a.ts'); d / e;`, ['./a.ts']],
    ['after a regular expression', `const a = /[/'"]/.test(b); import('./a.ts');`, ['./a.ts']],
    ['after a quote in a regular expression', "x.replace(/`/g, ''); import('./a.ts');", ['./a.ts']],
    ['after a nested template', 'f(`${`${a}`}`); import("./a.ts");', ['./a.ts']],
  ];
  it.each(seen)('sees: %s', (_, source, specifiers) => {
    expect(importsOf(source).map((fact) => fact.specifier)).toEqual(specifiers);
  });

  const unseen: readonly [label: string, source: string][] = [
    ['line comment', `// import a from './a.ts';`],
    ['block comment', `/* import a from './a.ts'; */`],
    ['string', `const a = "import a from './a.ts'";`],
    ['escaped string', String.raw`const a = 'it\'s import("./a.ts")';`],
    ['template', 'const a = `import("./a.ts")`;'],
    ['template after a substitution', 'const a = `${b} import("./a.ts")`;'],
    ['regular expression', `const a = /import("a")/;`],
    ['member', `a.import('./a.ts'); a.require('./a.ts');`],
    ['key', `const a = { import: './a.ts' };`],
    ['import.meta', `const a = import.meta.url;`],
    ['export without from', `export { a };\nconst from = './a.ts';`],
    ['export of a type', `export type A = 'from';`],
    ['a file that is no code', `new URL('../a.json', import.meta.url);`],
    ['an address', `new URL('./a', base); new URL('https://example.com');`],
  ];
  it.each(unseen)('passes over: %s', (_, source) => {
    expect(importsOf(source)).toEqual([]);
  });

  it('tells the line', () => {
    expect(importsOf("`\n\n`;\n/*\n*/ import './a.ts';")).toEqual([{ specifier: './a.ts', line: 5 }]);
  });

  it('misses nothing that a search by line finds, in all sources and tests', () => {
    const files = [...sources, ...filesBelow('test').filter((path) => path.endsWith('.ts'))];
    for (const path of files.filter((each) => !each.endsWith('rules/imports.test.ts'))) {
      const text = readText(path);
      const byLine = Array.from(text.matchAll(/^(?!.*\/[/*]).*\bfrom '([^'\n]+)';$/gm), ([, name]) => name);
      const specifiers = importsOf(text).map((fact) => fact.specifier);
      expect(specifiers, path).toEqual(expect.arrayContaining(byLine));
    }
  });
});

describe('layers.json', () => {
  it('is kept by every file of src/', () => {
    const found = sources.flatMap((path) => violations(layers, path.slice('src/'.length), readText(path)));
    expect(found.map((violation) => violation.message)).toEqual([]);
    expect(sources.length).toBeGreaterThan(40);
  });

  it('names only rooms that it has', () => {
    const named = Object.values({ ...layers.rooms, ...layers.files }).flatMap((row) => row.rooms);
    expect(named.filter((room) => room !== '*' && !Object.hasOwn(layers.rooms, room))).toEqual([]);
  });

  it('keeps pure rooms without node: and away from rooms that are not pure', () => {
    const pure = Object.entries(layers.rooms).filter(([, row]) => row.pure === true);
    expect(pure.length).toBeGreaterThan(5);
    for (const [room, row] of pure) {
      expect(row.node, room).toBeUndefined();
      for (const other of row.rooms) expect(layers.rooms[other]?.pure, `${room} -> ${other}`).toBe(true);
    }
  });

  it('finds the room by the longest folder', () => {
    expect(roomOf(layers, 'registry/ports.ts')).toBe('registry');
    expect(roomOf(layers, 'registry/oci/deep/list.ts')).toBe('registry/oci');
    expect(roomOf(layers, 'main.ts')).toBe('main.ts');
    expect(roomOf(layers, 'nowhere/x.ts')).toBeUndefined();
  });

  const faults: readonly [label: string, file: string, source: string, message: RegExp][] = [
    ['no row', 'nowhere/x.ts', '', /in no room/],
    ['target without a row', 'core/x.ts', `import '../nowhere/y.ts';`, /in no room/],
    ['outside src', 'main.ts', `import '../package.json';`, /outside src/],
    ['not a literal', 'main.ts', 'import(name);', /no literal/],
    ['built-in without node:', 'main.ts', `import 'fs';`, /package fs/],
    ['scoped package', 'main.ts', `import '@hono/node-server/serve-static';`, /package @hono\/node-server/],
  ];
  it.each(faults)('reports: %s', (_, file, source, message) => {
    expect(violations(layers, file, source).map((each) => each.message)).toEqual([
      expect.stringMatching(message),
    ]);
  });
});

describe('one failing fixture per row', () => {
  let folder = '';
  let report = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tallyman-'));
    for (const row of rows) {
      mkdirSync(dirname(join(folder, fixturePath(row))), { recursive: true });
      writeFileSync(join(folder, fixturePath(row)), fixture(row));
    }
    const overrides = (lintConfig(layers) as { overrides: object[] }).overrides.filter((each) =>
      JSON.stringify(each).includes('no-restricted-imports'),
    );
    writeFileSync(
      join(folder, 'lint.json'),
      JSON.stringify({ categories: { correctness: 'off' }, overrides }),
    );
    const args = [`${root}node_modules/.bin/oxlint`, '--config', 'lint.json', '--format', 'unix', 'src'];
    report = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' }).stdout;
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(rows)('%s: found by the walk', (row) => {
    expect(violations(layers, fixturePath(row).slice('src/'.length), fixture(row))).toHaveLength(1);
  });

  it.each(rows)('%s: found by the generated lint rule', (row) => {
    expect(report.split('\n').filter((line) => line.startsWith(`${fixturePath(row)}:`))).toHaveLength(1);
  });

  it('has no fixture without a row', () => {
    const names = filesBelow('test/rules/fixtures/layers').map((path) => path.replace(/^.*\//, ''));
    expect(names.toSorted()).toEqual(rows.map(fixtureName).toSorted());
  });
});

function fixturePath(row: string): string {
  return row.endsWith('.ts') ? `src/${row}` : `src/${row}/fixture.ts`;
}

function fixtureName(row: string): string {
  return `${row.replaceAll('/', '-').replace(/\.ts$/, '')}.ts.txt`;
}

function fixture(row: string): string {
  return readText(`test/rules/fixtures/layers/${fixtureName(row)}`);
}
