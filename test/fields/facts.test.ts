import { describe, expect, it } from 'vitest';
import { readFacts } from '../../src/fields/facts.ts';
import type { NameClass } from '../../src/fields/model.ts';
import { encode } from '../../src/yaml/decode.ts';

const digest = `sha256:${'a'.repeat(64)}`;

function facts(text: string, nameClass: NameClass = 'yaml') {
  return readFacts(encode(text), nameClass);
}

/** `kind pointer name:tag@digest` of each field. */
function shown(text: string, nameClass?: NameClass): string[] {
  return facts(text, nameClass).fields.map(
    ({ kind, pointer, name, tag, digest }) =>
      `${kind} ${pointer} ${name ?? '?'}:${tag ?? '?'}@${digest ?? '?'}`,
  );
}

function bytes(...parts: (string | number[])[]): Uint8Array {
  return Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))),
  );
}

function pod(image: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n    - name: a\n      image: ${image}\n`;
}

function many(line: string): string {
  return line.repeat(8000);
}

describe('thousands of maps that merge in one of thousands of keys', () => {
  const keys = Array.from({ length: 8000 }, (_, n) => `  k${n}: v\n`).join('');

  it.each<[string, NameClass, string, number]>([
    ['by name', 'values', `b: &b\n${keys}  tag: "1"\na:\n${many('  - {<<: *b, repository: a/b}\n')}`, 8000],
    [
      'in layers',
      'compose',
      `o: &o\n${keys}  image: a:1\nb: &b\n  <<: *o\n${keys}services:\n  - {<<: *b}\n${many('  - {<<: *b}\n')}`,
      1,
    ],
    ['as a whole', 'yaml', `b: &b\n${keys}  image: a:1\ncontainers:\n${many('  - *b\n')}`, 1],
  ])('are read in linear time: %s', (_, nameClass, text, count) => {
    const started = performance.now();
    expect(facts(text, nameClass).fields).toHaveLength(count);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});

describe('fields', () => {
  const pointer = '/spec/containers/0/image';

  it.each([
    ['a tag', 'repo/x:1', 'repo/x:1@?'],
    ['a host with a port', 'host:5000/x', 'host:5000/x:?@?'],
    ['a host with a port and a tag', 'host:5000/x:1.0', 'host:5000/x:1.0@?'],
    ['tag and digest', `x:1@${digest}`, `x:1@${digest}`],
    ['a digest alone', `x@${digest}`, `x:?@${digest}`],
    ['a float', '"1.10"', '1.10:?@?'],
    ['a placeholder', 'IMAGE_URL', '?:?@?'],
    ['a variable', '${REGISTRY:-x}/api:${TAG:-latest}', '?:?@?'],
    ['nothing', '""', '?:?@?'],
    ['a null', '~', '?:?@?'],
    ['escapes', '"x\\u003a1"', 'x:1@?'],
  ])('reads a container with %s', (_, image, expected) => {
    expect(shown(pod(image))).toEqual([`container ${pointer} ${expected}`]);
  });

  it.each([
    ['1.10', '1.10'],
    ['40', '40'],
    ['8e29825', '8e29825'],
    ['0123', '0123'],
    ['20240102030405060708', '20240102030405060708'],
    ['on', 'on'],
    ['12:30', '12:30'],
    ['2024-01-02', '2024-01-02'],
  ])('takes the source text of the tag %s', (source, tag) => {
    const text = `images: [{name: x, newTag: ${source}}]`;
    expect(facts(text, 'kustomization').fields[0]?.tag).toBe(tag);
  });

  it('numbers documents where there are several', () => {
    const text = `---\n${pod('a:1')}---\n# only a comment\n---\n${pod('b:2')}`;
    expect(shown(text)).toEqual([`container 0${pointer} a:1@?`, `container 2${pointer} b:2@?`]);
  });

  it('escapes keys in pointers', () => {
    const text = 'a/b~c: {image: {repository: x, tag: "1"}}';
    expect(shown(text, 'values')).toEqual(['helm /a~1b~0c/image/tag x:1@?']);
  });

  it('gives positions in code points, past a byte order mark and CRLF', () => {
    const text = '\ufeffimages:\r\n- {name: x, 💡: 💡, newTag: 1.0}\r\n';
    expect(facts(text, 'kustomization').fields[0]).toMatchObject({ line: 2, column: 27 });
  });

  it('reads no image map in plain YAML, no compose service in values', () => {
    expect(shown('image: {repository: x, tag: "1"}')).toEqual([]);
    expect(shown('services: {web: {image: "x:1"}}', 'yaml')).toEqual([]);
    expect(shown('services: {web: {image: "x:1"}}', 'compose')).toEqual([
      'compose /services/web/image x:1@?',
    ]);
  });

  it('leaves what is no image in values', () => {
    const text = 'logo: {image: "My Logo.PNG"}\nrepo: {repository: "https://x/y", branch: main}\ntag: 1\n';
    expect(shown(text, 'values')).toEqual([]);
  });

  it('reads a chart reference of a Helm repository as no image', () => {
    const text = 'x: {repository: "https://charts.example.com", tag: "1"}';
    expect(facts(text, 'values').fields[0]?.name).toBeUndefined();
  });
});

describe('what it costs', () => {
  it('gives one shared answer for files that hold nothing', () => {
    const one = facts('a: 1');
    expect(facts('kind: Service\nspec: {image: x}')).toBe(one);
    expect(readFacts(encode('image: x'), 'other')).toBe(one);
  });

  it('is plain JSON', () => {
    const text =
      'apiVersion: v1\nkind: Pod\nmetadata: {name: p, annotations: {tallyman.dev/hold: x}}\nspec: {containers: [{image: "x:1"}]}\n';
    const read = facts(text);
    expect(JSON.parse(JSON.stringify(read))).toEqual(read);
    expect(JSON.stringify(read)).not.toContain('null');
  });

  it.each([
    ['aliases', `x: &a y:1\nspec:\n  containers:\n${'    - image: *a\n'.repeat(20_000)}`, 'yaml' as const],
    ['entries', `images:\n${'- {name: a, newTag: "1"}\n'.repeat(20_000)}`, 'kustomization' as const],
    ['markers', `a:\n${'- "x:1" # {"$tallyman": "web"}\n'.repeat(20_000)}`, 'yaml' as const],
    ['annotations', `image: x\na:\n${'  - tallyman.dev/hold: x\n'.repeat(20_000)}`, 'yaml' as const],
  ])('grows in line with its text: %s', (_, text, nameClass) => {
    const started = performance.now();
    const read = facts(text, nameClass);
    expect(read.fields.length + read.problems.length).toBeGreaterThanOrEqual(20_000);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('what is wrong with a file', () => {
  it.each([
    ['not UTF-8', bytes('image: x', [0xff, 0xfe, 0x80])],
    ['UTF-16', bytes([0xff, 0xfe], Buffer.from('image: x:1', 'utf16le').toString('latin1'))],
    ['git-crypt', bytes([0], 'GITCRYPT', [0, 1, 2, 3])],
    ['a lone CR', bytes('image: x\rtag: 1\n')],
    ['over the cap', Buffer.alloc(9 * 1024 * 1024, 'image: x\n')],
  ])('says so once: %s', (_, file) => {
    const { problems, fields } = readFacts(file, 'yaml');
    expect(fields).toEqual([]);
    expect(problems).toEqual([
      { code: 'bad-encoding', line: 1, column: 1, message: expect.stringContaining('left alone') as string },
    ]);
  });

  it('tells of a YAML file that Git LFS keeps elsewhere, and of no other data there', () => {
    const pointer = Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n');
    expect(readFacts(pointer, 'yaml').problems).toMatchObject([{ code: 'bad-encoding' }]);
    expect(readFacts(pointer, 'json').problems).toEqual([]);
  });

  it('says nothing of a binary that is no manifest', () => {
    expect(readFacts(bytes([0, 1, 2, 3]), 'yaml').problems).toEqual([]);
  });

  it.each([
    ['broken YAML', 'image: [\n', 'no valid YAML'],
    ['a duplicate key', 'image: a\nimage: b\n', 'no valid YAML'],
    ['Jinja in a kustomization', 'images:\n{% if x %}\n- name: a\n{% endif %}\n', 'template text'],
    ['a Helm template', 'spec:\n  {{- if .x }}\n  image: {{ .y }}\n  {{- end }}\n', 'template text'],
    ['an alias without anchor', 'image: *a\n', 'no valid YAML'],
  ])('says where and why: %s', (_, text, words) => {
    const { problems } = facts(text, 'kustomization');
    expect(problems).toEqual([
      {
        code: 'bad-yaml',
        line: expect.any(Number) as number,
        column: expect.any(Number) as number,
        message: expect.stringContaining(words) as string,
      },
    ]);
  });

  it.each([
    ['a broken file without any telling word', 'a: [\n', 'yaml' as const],
    ["another tool's JSON with comments", '{"image": 1, // x\n}', 'json' as const],
  ])('says nothing of %s', (_, text, nameClass) => {
    expect(facts(text, nameClass).problems).toEqual([]);
  });

  it.each([
    [
      'another kind of ours',
      'apiVersion: tallyman.dev/v1\nkind: ImagePolcy\n',
      2,
      'did you mean "ImagePolicy"',
    ],
    [
      'a typo in the group',
      'apiVersion: tallyman.dv/v1\nkind: ImagePolicy\nspec: {image: x}\n',
      1,
      'tallyman.dev/v1',
    ],
    ['a merge key', 'apiVersion: tallyman.dev/v1\nkind: ImagePolicy\nx: &x {}\nspec: {<<: *x}\n', 4, 'merge'],
  ])('reads no policy: %s', (_, text, line, words) => {
    const read = facts(text);
    expect(read.policies).toEqual([]);
    expect(read.problems).toEqual([
      expect.objectContaining({
        code: 'bad-policy',
        line,
        message: expect.stringContaining(words) as string,
      }),
    ]);
  });

  it('leaves Flux policies to Flux', () => {
    const text =
      'apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImagePolicy\nspec: {imageRepositoryRef: {name: x}}\n';
    expect(facts(text)).toMatchObject({ policies: [], problems: [] });
  });
});
