import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chmod, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deployment, policyFile } from '../scenarios/world.ts';
import { json, tallyman, type CliResult } from './harness.ts';
import { House } from './house.ts';

let house: House;

beforeAll(async () => {
  house = await House.open((image) => ({
    'web/web.yaml': deployment('web', `${image('web')}:1.0.0`),
    'web/policy.yaml': policyFile('web', image('web'), 'semver: "^1"'),
    'flux/app.yaml': `image: ghcr.io/acme/app:1.0.0 #{"$imagepolicy": "flux-system:app"}\ntag: "1.0.0" # {"$imagepolicy": "flux-system:app:tag"}\n`,
    'two.yaml': `${policyFile('a', image('a'), 'semver: "*"')}---\n${policyFile('b', image('b'), 'semver: "*"')}`,
    'bad.yaml': policyFile('bad', image('a'), 'semver: ">>1"'),
    'broken.yaml': 'kind: ImagePolicy\n a: b\n',
    'none.yaml': 'kind: Deployment\n',
  }));
});

afterAll(() => house.close());

async function elect(args: readonly string[], input = ''): Promise<CliResult> {
  return tallyman(['elect', ...args], { directory: house.checkout, input });
}

describe('elect', () => {
  it('elects from standard input', async () => {
    const result = await elect(
      ['--policy', 'web/policy.yaml', '--current', '1.0.0', '-o', 'json'],
      '1.0.0\n1.2.0\n1.10.0\n2.0.0\nfoo\n',
    );
    expect(result.exit).toBe(0);
    expect(json(result)).toEqual({
      schema: 'tallyman.dev/elect/v1',
      policy: 'web',
      current: '1.0.0',
      elected: '1.10.0',
      digest: null,
      reason: expect.any(String) as string,
      considered: 5,
      dropped: [
        { tag: '1.2.0', rule: 'outranked', detail: expect.any(String) as string },
        { tag: '1.0.0', rule: 'outranked', detail: expect.any(String) as string },
        { tag: '2.0.0', rule: 'out-of-range', detail: expect.any(String) as string },
        { tag: 'foo', rule: 'unparsable', detail: expect.any(String) as string },
      ],
      gates: [],
    });
  });

  it('reads creation times and digests from a file', async () => {
    const digest = `sha256:${'b'.repeat(64)}`;
    await writeFile(join(house.checkout, 'newest.yaml'), policyFile('n', 'ghcr.io/acme/n', 'glob: "main-*"'));
    await writeFile(
      join(house.checkout, 'tags.txt'),
      `main-a\t2026-01-02T00:00:00Z\t${digest}\nmain-b\t2026-01-01T00:00:00Z\nmain-c\n`,
    );
    const result = await elect(['--policy', 'newest.yaml', '--tags', 'tags.txt', '-o', 'json']);
    expect(json(result)).toMatchObject({
      elected: 'main-a',
      digest,
      dropped: [
        { tag: 'main-b', rule: 'outranked' },
        { tag: 'main-c', rule: 'no-creation-time' },
      ],
    });
  });

  it('tells people the same, near misses first, never a long list', async () => {
    const tags = Array.from({ length: 1000 }, (_, index) => `1.${index}.0`);
    const result = await elect(['--policy', 'web/policy.yaml'], [...tags, 'sha256-aa.sig'].join('\n'));
    expect(result.stdout).toContain('elected  1.999.0\n');
    expect(result.stdout).toContain('outranked (999): good, but not the best');
    expect(result.stdout).toContain('... 991 more; --limit 999 or -o json shows all');
    expect(result.stdout.indexOf('outranked')).toBeLessThan(result.stdout.indexOf('default-exclusion'));
    expect(result.stdout.split('\n').length).toBeLessThan(25);
  });

  it('gives 3 where nothing is elected', async () => {
    expect((await elect(['--policy', 'web/policy.yaml'], '2.0.0\n')).exit).toBe(3);
    expect((await elect(['--policy', 'web/policy.yaml'], '')).exit).toBe(3);
  });

  it('chooses one of several policies by name', async () => {
    const result = await elect(['--policy', 'two.yaml', '--name', 'b', '-o', 'json'], '1.0.0\n');
    expect(json(result)).toMatchObject({ policy: 'b', elected: '1.0.0' });
  });

  const refused: readonly [label: string, args: readonly string[], input: string, message: RegExp][] = [
    ['a missing file', ['--policy', 'no.yaml'], '', /no\.yaml cannot be read: there is no such file/],
    ['several policies', ['--policy', 'two.yaml'], '', /holds 2 policies \(a, b\): say which with --name/],
    ['an unknown name', ['--policy', 'two.yaml', '--name', 'c'], '', /holds no policy "c"/],
    ['no policy', ['--policy', 'none.yaml'], '', /holds no ImagePolicy/],
    ['a bad policy', ['--policy', 'bad.yaml'], '', /bad\.yaml:8:\d+: .*semver/],
    ['broken YAML', ['--policy', 'broken.yaml'], '', /broken\.yaml:1:7: Nested mappings/],
    [
      'a bad time',
      ['--policy', 'web/policy.yaml', '--now', 'noon'],
      '',
      /--now "noon" is no date; expected such as 2026-11-01 or 2026-11-01T09:30Z\./,
    ],
    ['a bad line', ['--policy', 'web/policy.yaml'], '1.0.0\n1.1.0\tyesterday\n', /standard input:2: /],
    [
      'no tag file',
      ['--policy', 'web/policy.yaml', '--tags', 'none'],
      '',
      /The tag list none cannot be read/,
    ],
  ];

  it.each(refused)('refuses %s with 2 and the place', async (_, args, input, message) => {
    const result = await elect(args, input);
    expect(result).toMatchObject({ exit: 2, stdout: '' });
    expect(result.stderr).toMatch(message);
    const document = JSON.parse((await elect([...args, '-o', 'json'], input)).stdout) as {
      error: { code: string };
    };
    expect(document.error.code).toMatch(/^(?:usage|invalid-input)$/);
  });
});

async function edit(...args: readonly string[]): Promise<CliResult> {
  return tallyman(['edit', '--dir', 'checkout', ...args], { directory: house.directory });
}

describe('edit', () => {
  it('rewrites Flux 2 markers whether or not the policy is there', async () => {
    await writeFile(join(house.directory, 'images.json'), '{"flux-system:app": "ghcr.io/acme/app:1.1.0"}');
    const result = await edit('--images', 'images.json', '-o', 'json');
    expect(result.exit).toBe(0);
    expect(json(result)['edits']).toMatchObject([
      {
        file: 'flux/app.yaml',
        line: 1,
        column: 8,
        field: 'image',
        old: 'ghcr.io/acme/app:1.0.0',
        new: 'ghcr.io/acme/app:1.1.0',
      },
      { file: 'flux/app.yaml', line: 2, column: 6, field: 'tag', old: '1.0.0', new: '1.1.0' },
    ]);
  });

  it('writes only with --write, keeps the mode, and then finds nothing to change', async () => {
    const path = join(house.checkout, 'web/web.yaml');
    await chmod(path, 0o640);
    const before = await readFile(path, 'utf8');
    const set = `web=${house.image('web')}:1.3.0`;
    const shown = await edit('--set', set);
    expect(shown.stdout).toContain(`+                image:  "${house.image('web')}:1.3.0"    # comment`);
    expect(await readFile(path, 'utf8')).toBe(before);
    const written = await edit('--set', set, '--write', '-o', 'json');
    expect(json(written)).toMatchObject({ written: 1 });
    expect(await readFile(path, 'utf8')).toBe(before.replace(':1.0.0"', ':1.3.0"'));
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    expect((await edit('--set', set)).stdout).toBe('Nothing would change.\n');
  });

  it('never writes through a symlink', async () => {
    const outside = join(house.directory, 'outside.yaml');
    const text = 'image: ghcr.io/acme/app:1.0.0 # {"$tallyman": "linked"}\n';
    await writeFile(outside, text);
    await symlink(outside, join(house.checkout, 'linked.yaml'));
    const result = await edit('--set', 'linked=ghcr.io/acme/app:2.0.0', '--write', '-o', 'json');
    expect(json(result)).toMatchObject({ edits: [], written: 0, problems: [{ code: 'unknown-policy' }] });
    expect(await readFile(outside, 'utf8')).toBe(text);
  });

  it('names a policy that is nowhere, with the nearest word', async () => {
    const result = await edit('--set', `wob=${house.image('web')}:1.3.0`);
    expect(result.exit).toBe(1);
    expect(result.stdout).toContain(
      'unknown-policy: No marker and no policy here has the name "wob" (did you mean "web"?).',
    );
  });

  it.each([
    ['{"a": 1}', /policy a: expected an object/],
    ['[]', /expected an object from policy name/],
    ['{', /images\.json is no JSON/],
    ['{"a": "x y"}', /"x y" is no image reference/],
  ])('refuses the images %s', async (text, message) => {
    await writeFile(join(house.directory, 'images.json'), text);
    const result = await edit('--images', 'images.json');
    expect(result).toMatchObject({ exit: 2, stdout: '' });
    expect(result.stderr).toMatch(message);
  });
});
