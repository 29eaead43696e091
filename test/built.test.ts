import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from './rules/files.ts';

let folder = '';
/** As the package is installed: no sources. */
let installed = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallyman-'));
  installed = join(folder, 'installed');
  await mkdir(installed);
  for (const part of ['bin', 'package.json'])
    await cp(root + part, join(installed, part), { recursive: true });
  await symlink(`${root}node_modules`, join(installed, 'node_modules'));
  const rolldown = `${root}node_modules/rolldown/bin/cli.mjs`;
  const options = ['-c', 'rolldown.config.mjs', '--dir', join(installed, 'dist')];
  const built = await run(rolldown, options, root);
  if (built.code !== 0 || built.errors !== '') throw new Error(built.errors);
}, 60_000);

afterAll(() => rm(folder, { recursive: true }));

describe('the built program', () => {
  it.each([
    ['a command', ['schema']],
    ['a policy and a range of it', ['elect', '--policy', 'policy.yaml', '--tags', 'tags.txt', '-o', 'json']],
    ['a mistake in a policy', ['lint', '--dir', 'broken']],
    ['a diff', ['edit', '--dir', 'tree', '--set', 'web=acme/web:1.1.0']],
    ['a wrong flag', ['plan', '--nonsense']],
    ['a configuration that is wrong', ['run', '--once', '--config', 'broken/policy.yaml']],
    ['a registry that is not there', ['plan', '--dir', 'tree', '-o', 'json']],
    ['the daemon’s mistakes', ['run', '--config', 'none.yaml']],
  ])('says what its sources say: %s', async (_, args) => {
    const tree = await makeTree(3);
    const programs = [`${root}bin/tallyman.mjs`, join(installed, 'bin/tallyman.mjs')];
    const [sources, built] = await Promise.all(programs.map((program) => run(program, args, tree)));
    expect(`${sources?.output}${sources?.errors}`).not.toBe('');
    expect(built).toEqual(sources);
  });

  it('writes many files, by its thread too', async () => {
    const tree = await makeTree(600);
    const args = ['edit', '--dir', 'tree', '--set', 'web=acme/web:1.1.0', '--write', '-o', 'json'];
    const { code, output } = await run(join(installed, 'bin/tallyman.mjs'), args, tree);
    expect(code).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ written: 600, problems: [] });
    expect(await readFile(join(tree, 'tree/599.yaml'), 'utf8')).toContain('acme/web:1.1.0');
  });

  it('carries the licences of the packages that are in it', async () => {
    const licences = await readFile(join(installed, 'dist/LICENSES.txt'), 'utf8');
    const named = [...licences.matchAll(/^(\S+) \d+\.\d+\.\d+ \(([\w-]+)\)$/gm)].map(([, name]) => name);
    expect(named).toEqual(['commander', 'diff', 're2js', 'yaml', 'zod']);
    expect(licences.match(/copyright/gi)?.length).toBeGreaterThanOrEqual(named.length);
  });
});

async function makeTree(files: number): Promise<string> {
  const made = await mkdtemp(join(folder, 'tree-'));
  for (const name of ['tree', 'broken']) await mkdir(join(made, name));
  await writeFile(join(made, 'policy.yaml'), policy('^1'));
  await writeFile(join(made, 'broken/policy.yaml'), policy('^1 ||| 2'));
  await writeFile(join(made, 'tags.txt'), '1.0.0\n1.1.0\n2.0.0\nlatest\n');
  await writeFile(join(made, 'tree/policy.yaml'), policy('^1'));
  for (let file = 0; file < files; file++) {
    const pod = `apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n    - image: acme/web:1.0.0 # {"$tallyman": "web"}\n`;
    await writeFile(join(made, `tree/${file}.yaml`), pod);
  }
  return made;
}

// Nothing listens on port 1.
function policy(range: string): string {
  return `apiVersion: tallyman.dev/v1\nkind: ImagePolicy\nmetadata: {name: web}\nspec:\n  image: 127.0.0.1:1/acme/web\n  policy: {semver: "${range}"}\n`;
}

interface Ran {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

async function run(program: string, args: readonly string[], cwd: string): Promise<Ran> {
  const child = spawn(process.execPath, [program, ...args], { cwd, env: { PATH: process.env['PATH'] } });
  child.stdin.end();
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, output, errors };
}
