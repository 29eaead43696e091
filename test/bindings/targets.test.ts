import { describe, expect, it } from 'vitest';
import { targetedFile } from '../../src/bindings/targets/targeted.ts';
import { pod, policy, shown, targeting } from './manifests.ts';
import { answers, bound, edited } from './trees.ts';

const one = `sha256:${'1'.repeat(64)}`;
const two = `sha256:${'2'.repeat(64)}`;

describe('targets bind', () => {
  it.each<[string, string, string, string[]]>([
    ['a tag', 'tag: 1.4.0\n', 'x.yaml $.tag tag', ['/tag']],
    ['a reference', 'a: {b: acme/web:1}\n', 'x.yaml $.a.b image', ['/a/b']],
    ['a digest', `a: ${one}\n`, 'x.yaml $.a digest', ['/a']],
    ['a name', 'a: acme/web\n', 'x.yaml $.a name', ['/a']],
    ['an item', 'a: [x, 1.4.0]\n', 'x.yaml $.a[1] tag', ['/a/1']],
    ['all items', 'a: [1.4.0, 1.4.1]\n', 'x.yaml $.a[*] tag', ['/a/0', '/a/1']],
    ['all values', 'a: {b: {v: 1.4.0}, c: {v: 1.4.1}}\n', 'x.yaml $.a[*].v tag', ['/a/b/v', '/a/c/v']],
    [
      'an item by its name',
      'a: [{name: x, v: 1.4.0}, {name: y, v: 1.4.0}]\n',
      "x.yaml $.a[?@.name=='y'].v tag",
      ['/a/1/v'],
    ],
    ['all documents that have it', 'a: 1.4.0\n---\nb: 1\n---\na: 1.4.1\n', 'x.yaml $.a tag', ['0/a', '2/a']],
    ['what a glob finds', 'a: 1.4.0\n', '*.yaml $.a tag', ['/a']],
    ['with a block style list', 'a:\n- b:\n  - 1.4.0\n', 'x.yaml $.a[0].b[0] tag', ['/a/0/b/0']],
  ])('%s', (_, text, target, pointers) => {
    expect(shown({ 'p.yaml': targeting('web', target), 'x.yaml': text })).toEqual({
      bindings: pointers.map((pointer) => `web targets x.yaml#${pointer}`),
      problems: [],
    });
  });

  it('a key in quotes', () => {
    const policyText = policy(
      'web',
      'ghcr.io/acme/web',
      `  targets: [{file: x.yaml, path: "$['a b'].c", field: tag}]\n`,
    );
    expect(shown({ 'p.yaml': policyText, 'x.yaml': '"a b": {c: 1.4.0}\n' }).bindings).toEqual([
      'web targets x.yaml#/a b/c',
    ]);
  });

  it('in JSON, in charts, and in shared bases', () => {
    const files = {
      'p.yaml': targeting(
        'web',
        'x.json $.tag tag',
        'charts/c/values.yaml $.image.tag tag',
        'base/pod.yaml $.spec.containers[0].image image',
      ),
      'x.json': '{"tag": "1.4.0"}',
      'charts/c/values.yaml': 'image: {repository: ghcr.io/acme/web, tag: 1.4.0}\n',
      'base/pod.yaml': pod('ghcr.io/acme/web:1.4.0'),
      'base/kustomization.yaml': 'resources: [pod.yaml]\n',
      'a/kustomization.yaml': 'resources: [../base]\n',
      'b/kustomization.yaml': 'resources: [../base]\nimages: [{name: ghcr.io/acme/web, newTag: 1.4.0}]\n',
    };
    expect(shown(files)).toEqual({
      bindings: [
        'web targets x.json#/tag',
        'web targets charts/c/values.yaml#/image/tag',
        'web targets base/pod.yaml#/spec/containers/0/image',
        'web name b/kustomization.yaml#/images/0/newTag',
      ],
      problems: [],
    });
  });

  it('before a name, after an annotation and a marker', () => {
    const target = 'x.yaml $.spec.containers[0].image image';
    const by = (image: string, annotations = '{}'): string[] =>
      shown({
        'p.yaml': `${targeting('web', target)}---\n${policy('other', 'acme/other')}`,
        'x.yaml': pod(image, annotations),
      }).bindings;
    expect(by('acme/other:1')).toEqual(['web targets x.yaml#/spec/containers/0/image']);
    expect(by('acme/other:1 # {"$tallyman": "other"}')).toEqual([
      'other marker x.yaml#/spec/containers/0/image',
    ]);
    expect(by('acme/other:1', '{tallyman.dev/policy: "policy:other"}')).toEqual([
      'other annotation x.yaml#/spec/containers/0/image',
    ]);
  });

  it('and the hold of the workload holds them', () => {
    const text = `${pod('acme/x:1', '{tallyman.dev/hold: "no"}')}      env: [{name: V, value: 1.4.0}]\n`;
    const { bindings } = bound({
      'p.yaml': targeting('web', "x.yaml $.spec.containers[0].env[?@.name=='V'].value tag"),
      'x.yaml': text,
    });
    expect(bindings.map(({ field, holds }) => [field.pointer, holds.length])).toEqual([
      ['/spec/containers/0/env/0/value', 1],
    ]);
  });
});

describe('tag and digest are one unit', () => {
  const to = { web: `ghcr.io/acme/web:1.5.0@${two}` };
  it.each([
    [
      'side by side',
      `tag: 1.4.0\nsha: ${one}\n`,
      ['x.yaml $.tag tag', 'x.yaml $.sha digest'],
      `tag: 1.5.0\nsha: ${two}\n`,
    ],
    [
      'with the name',
      `n: acme/web\nt: 1.4.0\n`,
      ['x.yaml $.n name', 'x.yaml $.t tag'],
      `n: ghcr.io/acme/web\nt: 1.5.0\n`,
    ],
    ['in one value', `tag: 1.4.0@${one}\n`, ['x.yaml $.tag tag'], `tag: 1.5.0@${two}\n`],
    [
      'in a reference',
      `i: ghcr.io/acme/web:1.4.0@${one}\n`,
      ['x.yaml $.i image'],
      `i: ghcr.io/acme/web:1.5.0@${two}\n`,
    ],
    [
      'in each of several maps',
      `a: [{t: 1, d: "${one}"}, {t: 2}]\n`,
      ['x.yaml $.a[*].t tag', 'x.yaml $.a[*].d digest'],
      `a: [{t: 1.5.0, d: "${two}"}, {t: 1.5.0}]\n`,
    ],
    [
      'in a known map',
      `image: {repository: ghcr.io/acme/web, tag: 1.4.0, digest: "${one}"}\n`,
      ['values.yaml $.image.tag tag', 'values.yaml $.image.digest digest'],
      `image: {repository: ghcr.io/acme/web, tag: 1.5.0, digest: "${two}"}\n`,
    ],
  ])('%s', (_, before, targets, after) => {
    const file = (targets[0] ?? '').split(' ')[0] ?? '';
    const result = edited({ 'p.yaml': targeting('web', ...targets), [file]: before }, to);
    expect(result.problems).toEqual([]);
    expect(result.after[file]).toBe(after);
  });

  it('and a known digest moves with its tag, named or not', () => {
    const files = {
      'p.yaml': targeting('web', 'values.yaml $.image.tag tag'),
      'values.yaml': `image:\n  repository: ghcr.io/acme/web\n  tag: 1.4.0\n  digest: ${one}\n`,
    };
    const result = edited(files, to);
    expect(result.problems).toEqual([]);
    expect(result.after['values.yaml']).toBe(
      files['values.yaml'].replace('1.4.0', '1.5.0').replace(one, two),
    );
  });
});

describe('large files', () => {
  it('are read in linear time, by any path', () => {
    const items = Array.from({ length: 20_000 }, (_, at) => `  - {name: n${at}, v: ${at}}\n`).join('');
    const paths = ['$.a[*].v', "$.a[?@.name=='n19999'].v", '$.a[19999].v', '$[*][*][*]'];
    const files = {
      'p.yaml': targeting('web', ...paths.map((path) => `x.yaml ${path} tag`)),
      'x.yaml': `a:\n${items}`,
    };
    const started = performance.now();
    expect(bound(files).bindings.length).toBeGreaterThan(20_000);
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('tell of thousands of targets that lead to no value in linear time', () => {
    const files = { 'p.yaml': targeting('web', 'x.yaml $.a tag'), 'x.yaml': 'a: {b: 1}\n' };
    const { facted, policies } = bound(files);
    const { asked, lookup } = answers(files, facted, policies, { policyRoots: [] });
    const [request] = asked.requests;
    if (request === undefined) throw new Error('no request');
    const find = lookup('x.yaml', '$.a');
    const requests = Array.from({ length: 40_000 }, () => request);
    const started = performance.now();
    expect(targetedFile(request.file, requests, () => find).problems).toHaveLength(40_000);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
