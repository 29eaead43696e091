import { spawnSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Wiring } from '../../src/cli/wiring.ts';
import { createWiring } from '../../src/wiring.ts';
import { json, tallyman, type CliResult } from './harness.ts';

const pod =
  'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{image: "acme/web:1.0.0"}]}\n';
const set = ['--set', 'web=acme/web:1.1.0'];
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallyman-'));
  await put(
    'policy.yaml',
    'apiVersion: tallyman.dev/v1\nkind: ImagePolicy\nmetadata: {name: web}\nspec: {image: acme/web, policy: {semver: "*"}}\n',
  );
  for (const name of ['a', 'b', 'c']) await put(`${name}/pod.yaml`, pod);
});

afterEach(() => rm(folder, { recursive: true }));

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

async function edit(args: readonly string[], wiring?: Wiring): Promise<CliResult> {
  const options = wiring === undefined ? {} : { wiring };
  return tallyman(['edit', '--dir', folder, ...args], { directory: folder, ...options });
}

async function held(): Promise<string[]> {
  const texts = await Promise.all(
    ['a', 'b', 'c'].map((name) => readFile(join(folder, name, 'pod.yaml'), 'utf8')),
  );
  return texts.map((text) => /web:([0-9.]+)/.exec(text)?.[1] ?? '');
}

describe('edit', () => {
  it('shows a unified diff, and problems with their place', async () => {
    await put('b/pod.yaml', pod.replace('"acme/web:1.0.0"', `"acme/web:1.0.0@sha256:${'1'.repeat(64)}"`));
    await put('c/pod.yaml', 'image: [\n');
    const { exit, stdout } = await edit(set);
    expect(exit).toBe(1);
    expect(stdout).toBe(
      [
        '--- a/a/pod.yaml',
        '+++ b/a/pod.yaml',
        '@@ -1,4 +1,4 @@',
        ' apiVersion: v1',
        ' kind: Pod',
        ' metadata: {name: p}',
        '-spec: {containers: [{image: "acme/web:1.0.0"}]}',
        '+spec: {containers: [{image: "acme/web:1.1.0"}]}',
        'b/pod.yaml:4:29: refused-edit: The image field /spec/containers/0/image is not edited: a digest stands in this field, and no digest of 1.1.0 is known.',
        'c/pod.yaml:2:1: bad-yaml: This file is no valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]. Nothing in it is read or changed; mend it at this place.',
        '',
      ].join('\n'),
    );
  });

  it('edits what stands beside a field that cannot be edited', async () => {
    const pinned = `{image: "acme/web:1.0.0@sha256:${'1'.repeat(64)}"}`;
    await put('b/pod.yaml', pod.replace('[{', `[${pinned}, {`));
    const { stdout } = await edit([...set, '-o', 'json']);
    const { edits, problems } = json({ exit: 1, stdout, stderr: '' });
    expect(edits).toMatchObject([{ file: 'a/pod.yaml' }, { file: 'b/pod.yaml' }, { file: 'c/pod.yaml' }]);
    expect(problems).toMatchObject([{ code: 'refused-edit', file: 'b/pod.yaml', line: 4, column: 29 }]);
  });

  it('tells of an annotation that keeps a workload from moving', async () => {
    await put('b/pod.yaml', pod.replace('name: p', 'name: p, annotations: {tallyman.dev/min-age: soon}'));
    const { stdout } = await edit([...set, '-o', 'json']);
    const { edits, problems } = json({ exit: 1, stdout, stderr: '' });
    expect(edits).toMatchObject([{ file: 'a/pod.yaml' }, { file: 'c/pod.yaml' }]);
    expect(problems).toMatchObject([{ code: 'bad-annotation', file: 'b/pod.yaml', line: 3 }]);
  });

  it('shows no change to the end of a file without a newline', async () => {
    await put('a/pod.yaml', pod.trimEnd());
    const { stdout } = await edit([...set, '-o', 'json']);
    expect(json({ exit: 0, stdout, stderr: '' })['edits']).toHaveLength(3);
    expect((await edit(set)).stdout).toContain('\\ No newline at end of file');
  });
});

describe('edit --write', () => {
  it('writes a read-only file, and leaves it read-only', async () => {
    await chmod(join(folder, 'a/pod.yaml'), 0o444);
    expect(await edit([...set, '--write'])).toMatchObject({ exit: 0 });
    expect(await held()).toEqual(['1.1.0', '1.1.0', '1.1.0']);
    expect((await stat(join(folder, 'a/pod.yaml'))).mode & 0o777).toBe(0o444);
  });

  it('leaves alone what somebody else changed meanwhile, and says so', async () => {
    const real = createWiring();
    const meddled: Wiring = {
      ...real,
      openDirectory: async (root) => {
        const directory = await real.openDirectory(root);
        return {
          ...directory,
          openWriters: async () => {
            const writers = await directory.openWriters();
            return {
              write(path, text) {
                if (path === 'b/pod.yaml') appendFileSync(join(root, path), '# mine\n');
                writers.write(path, text);
              },
              finish: () => writers.finish(),
            };
          },
        };
      },
    };
    const result = await edit([...set, '--write', '-o', 'json'], meddled);
    expect(result.exit).toBe(1);
    expect(json(result)).toMatchObject({
      written: 2,
      edits: [{ file: 'a/pod.yaml' }, { file: 'c/pod.yaml' }],
      problems: [
        {
          code: 'refused-edit',
          file: 'b/pod.yaml',
          line: 4,
          column: 29,
          message:
            'The file is as it was: cannot write b/pod.yaml: it was changed by somebody else since it was read; run again.',
        },
      ],
    });
    expect(await held()).toEqual(['1.1.0', '1.0.0', '1.1.0']);
    expect(await readFile(join(folder, 'b/pod.yaml'), 'utf8')).toBe(`${pod}# mine\n`);
  });

  it('leaves a file whole that the disk does not take, and writes the others', async () => {
    await put('b/pod.yaml', `${pod}# ${'x'.repeat(4000)}\n`);
    // A limit on the size of files, in kB, is what a full disk is to the program that writes.
    const program = new URL('../../bin/tallyman.mjs', import.meta.url).pathname;
    const shell = `trap '' XFSZ; ulimit -f 2; exec "$0" "$@"`;
    const args = [process.execPath, program, 'edit', '--dir', folder, ...set, '--write', '-o', 'json'];
    const { status, stdout } = spawnSync('bash', ['-c', shell, ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], NODE_DISABLE_COMPILE_CACHE: '1' },
    });
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      written: 2,
      problems: [
        { code: 'refused-edit', file: 'b/pod.yaml', message: expect.stringContaining('EFBIG') as string },
      ],
    });
    expect(await held()).toEqual(['1.1.0', '1.0.0', '1.1.0']);
    expect((await readdir(join(folder, 'b'))).sort()).toEqual(['pod.yaml']);
  });
});
