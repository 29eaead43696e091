import { mkdtemp, readdir, readFile, rm, mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { automation, fluxPolicies, workload } from '../convert/files.ts';
import { json, tallyman, type CliResult } from './harness.ts';

let directory: string;
const web = 'image: ghcr.io/acme/web:1.0.0 # {"$imagepolicy": "flux-system:web"}\n';
const keel = workload(['keel.sh/policy: minor'], 'ghcr.io/acme/api:1.0.0');

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tallyman-convert-'));
  await mkdir(join(directory, 'flux'));
  await writeFile(join(directory, 'flux/image.yaml'), fluxPolicies('flux-system', 'web') + automation());
  await writeFile(join(directory, 'web.yaml'), web);
  await writeFile(join(directory, 'keel.yaml'), keel);
});

afterAll(() => rm(directory, { recursive: true, force: true }));

function run(...args: readonly string[]): Promise<CliResult> {
  return tallyman(['convert', '--dir', '.', ...args], { directory });
}

describe('convert', () => {
  it('prints a diff and a report, and writes nothing', async () => {
    const { exit, stdout, stderr } = await run();
    expect([exit, stderr]).toEqual([0, '']);
    expect(stdout).toContain('--- /dev/null\n+++ b/flux/image.tallyman.yaml\n');
    expect(stdout).toContain('+    tallyman.dev/policy: "semver:1.x"\n');
    expect(stdout).toContain(
      'converted flux/image.yaml:6:1: flux2 flux-system:web -> ImagePolicy web in flux/image.tallyman.yaml\n',
    );
    expect(stdout).toContain('to do flux/image.yaml:13:1: Suspend the ImageUpdateAutomation flux');
    expect(stdout).toMatch(
      /\n2 policies converted, 0 problems, 3 things to do\nNothing is written yet: --write does it\.\n$/,
    );
    expect(await readdir(join(directory, 'flux'))).toEqual(['image.yaml']);
  });

  it('says the same as one document', async () => {
    const result = await run('-o', 'json');
    expect(json(result)).toMatchObject({
      schema: 'tallyman.dev/convert/v1',
      dir: '.',
      converted: [
        { dialect: 'flux2', name: 'flux-system:web', policy: 'web', to: 'flux/image.tallyman.yaml', line: 6 },
        { dialect: 'keel', name: 'web/web', policy: null, to: 'keel.yaml', line: 1 },
      ],
      files: [
        { file: 'flux/image.tallyman.yaml', new: true },
        { file: 'keel.yaml', new: false },
      ],
      problems: [],
      todo: [
        { file: 'flux/image.yaml', line: 13 },
        { file: 'flux/image.yaml', line: 6 },
        { message: expect.stringContaining('Keel') as string },
      ],
      written: 0,
    });
  });

  it('wants a rendered file that can be read', async () => {
    expect(await run('--rendered', 'none.yaml')).toEqual({
      exit: 2,
      stdout: '',
      stderr: 'error: The rendered file none.yaml cannot be read: there is no such file.\n',
    });
  });

  it('writes the other files where one cannot be written, which is a problem', async () => {
    const taken = join(directory, 'flux/image.tallyman.yaml');
    await mkdir(taken);
    const { exit, stdout } = await run('--write');
    expect(exit).toBe(1);
    expect(stdout).toMatch(/^flux\/image\.tallyman\.yaml:1:1: refused-edit: The file is as it was: .*\.$/m);
    expect(stdout).toContain('\n1 file written\n');
    expect(await readFile(join(directory, 'keel.yaml'), 'utf8')).toContain('tallyman.dev/policy');
    await rm(taken, { recursive: true });
    await writeFile(join(directory, 'keel.yaml'), keel);
  });

  it('writes with --write, and has nothing to do the second time', async () => {
    const first = await run('--write');
    expect([first.exit, first.stdout.split('\n').at(-2)]).toEqual([0, '2 files written']);
    expect(await readFile(join(directory, 'web.yaml'), 'utf8')).toBe(web);
    expect(await readFile(join(directory, 'keel.yaml'), 'utf8')).toBe(
      keel.replace('annotations:\n', 'annotations:\n    tallyman.dev/policy: "semver:1.x"\n'),
    );
    expect((await run()).stdout).toMatch(/\n?0 policies converted.*\nNothing would change\.\n$/);
  });
});
