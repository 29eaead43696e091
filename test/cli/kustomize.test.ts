import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pod, policy, targeting } from '../bindings/manifests.ts';
import { json, tallyman } from './harness.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallyman-kustomize-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

const web = 'ghcr.io/acme/web';
const entry = `images: [{name: ${web}, newTag: 1.0.0}]\n`;
const tree = {
  'repo/policy.yaml': policy('web'),
  'repo/base/pod.yaml': pod(`${web}:1.0.0`),
  'repo/base/kustomization.yaml': 'resources: [pod.yaml]\n',
  'repo/eu/kustomization.yaml': `resources: [../base]\n${entry}`,
  'repo/us/kustomization.yaml': 'resources: [../base]\n',
};

function config(...environments: readonly string[]): string {
  const list = environments.map((text) => {
    const [name = '', ...paths] = text.split(' ');
    return `  - {name: ${name}, repository: fleet, paths: [${paths.join(', ')}]}\n`;
  });
  return `repositories:\n  - {name: fleet, url: fleet.git}\nenvironments:\n${list.join('')}`;
}

describe('lint of a checkout with bases and overlays', () => {
  it.each([
    ['two environments', config('eu eu', 'us us'), 1, 'reaches eu and us, so'],
    ['one environment', config('prod eu us'), 0, ''],
    ['none', undefined, 1, 'If they are one environment, name it in tallyman.yaml'],
  ])('reads the environments of tallyman.yaml: %s', async (_, text, exit, message) => {
    await write({ ...tree, ...(text === undefined ? {} : { 'tallyman.yaml': text }) });
    const result = await tallyman(['lint', '--dir', 'repo', '-o', 'json'], { directory: folder });
    expect(result.exit).toBe(exit);
    const { problems, bindings } = json(result) as { problems: { message: string }[]; bindings: unknown[] };
    expect(problems).toHaveLength(exit);
    expect(problems.map((problem) => problem.message).join()).toContain(message);
    expect(bindings).toHaveLength(2 - exit);
  });

  it('advises on references that lead nowhere', async () => {
    await write({ ...tree, 'repo/us/kustomization.yaml': 'resources: [../bsae]\n' });
    const result = await tallyman(['lint', '--dir', 'repo'], { directory: folder });
    expect(result.stdout).toContain(
      'us/kustomization.yaml:1:13: advice: bad-reference: This kustomization names ../bsae, which is not in the repository (did you mean "base"?).',
    );
  });

  it('lists image maps that nothing binds, but not those of vendored charts', async () => {
    await write({
      'repo/policy.yaml': policy('web'),
      'repo/pod.yaml': pod(`${web}:1.0.0`),
      'repo/values.yaml': 'image: {tag: 1.0.0}\n',
      'repo/charts/x/values.yaml': `image: {tag: 1.0.0}\nweb: {image: "${web}:1.0.0"}\n`,
    });
    const result = await tallyman(['lint', '--dir', 'repo', '-o', 'json'], { directory: folder });
    expect(result.exit).toBe(1);
    expect(json(result)).toMatchObject({
      bindings: [{ field: 'pod.yaml#/spec/containers/0/image' }],
      problems: [{ code: 'unbound-field', file: 'values.yaml', line: 1 }],
    });
  });
});

describe('edit of a checkout with targets', () => {
  it('writes the values that they name, and nothing else', async () => {
    await write({
      'repo/policy.yaml': targeting('web', 'conf/*.yaml $.web.version tag'),
      'repo/conf/a.yaml': 'web: {version: 1.0.0} # kept\napi: {version: 1.0.0}\n',
    });
    const args = ['edit', '--dir', 'repo', '--set', `web=${web}:1.1.0`, '--write', '-o', 'json'];
    const result = await tallyman(args, { directory: folder });
    expect(json(result)).toMatchObject({
      edits: [
        { file: 'conf/a.yaml', line: 1, column: 16, policy: 'web', field: 'tag', old: '1.0.0', new: '1.1.0' },
      ],
      problems: [],
      written: 1,
    });
    expect(await readFile(join(folder, 'repo/conf/a.yaml'), 'utf8')).toBe(
      'web: {version: 1.1.0} # kept\napi: {version: 1.0.0}\n',
    );
  });
});
