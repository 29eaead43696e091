import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFacts } from '../../src/fields/facts.ts';
import { encode } from '../../src/yaml/decode.ts';
import { json, tallyman } from './harness.ts';

const image = 'image: ghcr.io/acme/web:1.0.0\n';
const values = 'image: {repository: ghcr.io/acme/web, tag: 1.0.0}\n';
const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n';
const levels = 'abcdefghijk'.split('');
/** Ten levels of ten aliases each: 10^10 values where they are written out. */
const bomb = levels
  .map((name, at) => {
    const above = levels[at - 1];
    return above === undefined
      ? `a: &a {image: ghcr.io/acme/web, tag: 1.0.0}\n`
      : `${name}: &${name} [${Array.from({ length: 10 }, () => `*${above}`).join(', ')}]\n`;
  })
  .join('');
const merges = levels
  .map((name, at) => {
    const above = levels[at - 1];
    return above === undefined
      ? `a: &a {repository: ghcr.io/acme/web, tag: 1.0.0}\n`
      : `${name}: &${name} {<<: [${Array.from({ length: 10 }, () => `*${above}`).join(', ')}], registry: "x.example"}\n`;
  })
  .join('');

/** What is wrong with each file: the code of its problem, and what the message says and asks for. */
const bad: readonly (readonly [
  file: string,
  content: string | Uint8Array,
  code: string,
  says: readonly string[],
])[] = [
  ['twice.yaml', `${image}${image}`, 'bad-yaml', ['the key "image" is there twice', 'mend it']],
  ['tab.yaml', `a:\n\t${image}`, 'bad-yaml', ['Tabs are not allowed', 'mend it']],
  ['mark.yaml', `${image}\ufeff---\n${image}`, 'bad-yaml', ['take out the byte order mark']],
  ['no-break.yaml', `a: b\nimage:\u00a0ghcr.io/acme/web\n`, 'bad-yaml', ['plain spaces for the no-break']],
  [
    'no-break-indent.yaml',
    `a:\n\u00a0\u00a0image: x\n  b: c\n`,
    'bad-yaml',
    ['plain spaces for the no-break'],
  ],
  ['template.yaml', `{{- if .x }}\n${image}{{- end }}\n`, 'bad-yaml', ['template text', 'keep images']],
  ['flow.yaml', `${image}a: ${'['.repeat(10_000)}`, 'bad-yaml', ['nested deeper than 200']],
  ['sequences.yaml', `${image}a:\n  ${'- '.repeat(10_000)}x\n`, 'bad-yaml', ['nested deeper than 200']],
  [
    'lists.json',
    `{"kind": "Pod", "image": ${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
    'bad-yaml',
    ['too much to be read', 'nested deeper than 200 levels', 'in a smaller one'],
  ],
  [
    'maps.json',
    `{"kind": "Pod", "image": ${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`,
    'bad-yaml',
    ['nested deeper than 200'],
  ],
  ['broken.json', '{"kind": "Pod", "image": "x"', 'bad-yaml', ['no valid YAML', 'mend it']],
  [
    'maps.yaml',
    `${image}${Array.from({ length: 3000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')}`,
    'bad-yaml',
    ['nested deeper than 200'],
  ],
  ['no-anchor.yaml', `${image}a: *none\n`, 'bad-yaml', ['no anchor before it']],
  [
    'latin1.yaml',
    Buffer.from(`${image}# \xe4\n`, 'latin1'),
    'bad-encoding',
    ['not valid UTF-8', 'save it as UTF-8'],
  ],
  ['utf16.yaml', Buffer.from(`\ufeff${image}`, 'utf16le'), 'bad-encoding', ['UTF-16', 'save it as UTF-8']],
  ['utf16-bare.yaml', Buffer.from(image, 'utf16le'), 'bad-encoding', ['UTF-16', 'save it as UTF-8']],
  ['utf16-big.yaml', Buffer.from(`\ufeff${image}`, 'utf16le').swap16(), 'bad-encoding', ['UTF-16']],
  ['git-crypt.yaml', Buffer.from('\0GITCRYPT\0\x01\x02'), 'bad-encoding', ['git-crypt', 'keep images']],
  ['lfs.yaml', pointer, 'bad-encoding', ['Git LFS', 'keep images']],
  ['return.yaml', image.replace('\n', '\r'), 'bad-encoding', ['carriage return', 'LF or CRLF']],
  ['nul.yaml', Buffer.from(`${image}\0`), 'bad-encoding', ['NUL', 'save it as UTF-8']],
  [
    'sops.values.yaml',
    `${values}sops: {mac: "ENC[AES256_GCM,x]", version: 3.9.0}\n`,
    'refused-edit',
    ['SOPS', 'change it with sops'],
  ],
  [
    'sops-regex.values.yaml',
    `${values}secret: "ENC[AES256_GCM,x]"\nsops: {mac: "ENC[AES256_GCM,x]", encrypted_regex: ^secret$}\n`,
    'refused-edit',
    ['its checksum covers every value'],
  ],
  [
    'sops.json',
    `{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"image": "ghcr.io/acme/web:1.0.0"}]}, "sops": {"mac": "ENC[AES256_GCM,x]"}}`,
    'refused-edit',
    ['SOPS'],
  ],
];

/** Odd, and edited all the same. */
const good: Readonly<Record<string, string>> = {
  'values.yaml': values,
  'sops-mac.values.yaml': `${values}secret: "ENC[AES256_GCM,x]"\nsops: {mac: "ENC[AES256_GCM,x]", encrypted_regex: ^secret$, mac_only_encrypted: true}\n`,
  'chart-sops.values.yaml': `${values}sops: {enabled: true}\n`,
  'documents.values.yaml': `${values}---\n${'a: b\n---\n'.repeat(100_000)}${values}`,
  'bomb.values.yaml': bomb,
};

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallyman-'));
  await writeFile(
    join(folder, 'policy.yaml'),
    'apiVersion: tallyman.dev/v1\nkind: ImagePolicy\nmetadata: {name: web}\nspec: {image: ghcr.io/acme/web, policy: {semver: "*"}}\n',
  );
  for (const [file, content] of bad) await writeFile(join(folder, file), content);
  for (const [file, content] of Object.entries(good)) await writeFile(join(folder, file), content);
  await writeFile(join(folder, 'huge.yaml'), image);
  await truncate(join(folder, 'huge.yaml'), 100 * 1024 * 1024);
});

afterAll(() => rm(folder, { recursive: true }));

describe('a tree of bad files', () => {
  it('gives each its reason, and goes on with the others', async () => {
    const args = ['--dir', folder, '--set', 'web=ghcr.io/acme/web:1.1.0', '-o', 'json'];
    const result = json(await tallyman(['edit', ...args], { directory: folder }));
    const problems = result['problems'] as { file: string; line: number; code: string; message: string }[];
    const files = [...bad.map(([file]) => file), 'huge.yaml'];
    expect(problems.map(({ file }) => file)).toEqual(files.sort());
    for (const [file, , code, says] of bad) {
      const problem = problems.find((one) => one.file === file);
      expect(problem, file).toMatchObject({ code, line: expect.any(Number) as number });
      for (const words of says) expect(problem?.message).toContain(words);
    }
    const huge = problems.find(({ file }) => file === 'huge.yaml');
    expect(huge).toMatchObject({
      code: 'bad-encoding',
      message: expect.stringContaining('104857600') as string,
    });
    const edits = result['edits'] as { file: string }[];
    expect([...new Set(edits.map(({ file }) => file))]).toEqual(Object.keys(good).sort());
    expect(edits).toHaveLength(Object.keys(good).length + 1);
  });
});

describe('aliases', () => {
  it.each([
    ['of aliases', bomb],
    ['that are merged in', merges],
  ])('%s are not written out', (_, text) => {
    const { fields, problems } = readFacts(encode(text), 'values');
    expect(problems).toEqual([]);
    // One for each map at most, whatever they stand for.
    expect(fields.length).toBeLessThanOrEqual(levels.length);
    expect(fields.length).toBeGreaterThan(0);
    expect(JSON.stringify(fields).length).toBeLessThan(20_000);
  });
});
