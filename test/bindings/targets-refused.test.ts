import { describe, expect, it } from 'vitest';
import { pod, policy, shown, targeting } from './manifests.ts';
import { bound, type Files } from './trees.ts';

const one = `sha256:${'1'.repeat(64)}`;

function messages(files: Files): string[] {
  return bound(files).problems.map(({ message }) => message);
}

describe('targets that move nothing', () => {
  const at = 'p.yaml:8';
  it.each<[string, Files, string, string, RegExp]>([
    [
      'no such file',
      {},
      'y.yaml $.a tag',
      `unbound-target ${at}`,
      /^The file "y.yaml" of this target matches no YAML or JSON file that is read here/,
    ],
    [
      'no such path',
      { 'x.yaml': 'web: {image: {tag: 1}}\n' },
      'x.yaml $.web.imag.tag tag',
      `unbound-target ${at}`,
      /finds nothing in x.yaml: at \$\.web, it has no "imag" \(did you mean "image"\?\)\.$/,
    ],
    [
      'the furthest of several',
      { 'x.yaml': 'a: 1\n', 'y.yaml': 'web: {b: 1}\n' },
      '[xy].yaml $.web.c tag',
      `unbound-target ${at}`,
      /in y.yaml, nor in 1 more: at \$\.web, it has no "c"/,
    ],
    [
      'a name in a list',
      { 'x.yaml': 'a: [{b: 1}]\n' },
      'x.yaml $.a.b tag',
      `unbound-target ${at}`,
      /at \$\.a, a list stands there; go on with \[\*\], an index, or/,
    ],
    [
      'an index of a map',
      { 'x.yaml': 'a: {b: 1}\n' },
      'x.yaml $.a[0] tag',
      `unbound-target ${at}`,
      /a map stands there, which has no numbered items/,
    ],
    [
      'an index too far',
      { 'x.yaml': 'a: [1]\n' },
      'x.yaml $.a[1] tag',
      `unbound-target ${at}`,
      /at \$\.a, the list is shorter/,
    ],
    [
      'a value in between',
      { 'x.yaml': 'a: 1\n' },
      'x.yaml $.a.b tag',
      `unbound-target ${at}`,
      /at \$\.a, a single value stands there/,
    ],
    [
      'text in a block scalar',
      { 'x.yaml': 'a: |\n  b: 1\n' },
      'x.yaml $.a.b tag',
      `unbound-target ${at}`,
      /a single value stands there/,
    ],
    [
      'an alias in between',
      { 'x.yaml': 'a: &x {b: 1}\nc: *x\n' },
      'x.yaml $.c.b tag',
      `unbound-target ${at}`,
      /an alias stands there; name the value at its anchor &x/,
    ],
    [
      'no item of that name',
      { 'x.yaml': 'a: [{name: web}]\n' },
      "x.yaml $.a[?@.name=='wep'] tag",
      `unbound-target ${at}`,
      /nothing in it has @\.name == 'wep' \(did you mean "web"\?\)/,
    ],
    [
      'an empty file',
      { 'x.yaml': '# nothing\n' },
      'x.yaml $.a tag',
      `unbound-target ${at}`,
      /the file is empty/,
    ],
    [
      'a map',
      { 'x.yaml': 'a:\n  b: {c: 1}\n' },
      'x.yaml $.a.b tag',
      `unbound-target ${at}`,
      /leads to a map at x.yaml:2:6\. Go on to the one value in it that holds the tag/,
    ],
    [
      'lists',
      { 'x.yaml': 'a: [[1], [2]]\n' },
      'x.yaml $.a[*] tag',
      `unbound-target ${at}`,
      /leads to a list at x.yaml:1:5, and to 1 more/,
    ],
    [
      'a reference as a tag',
      { 'x.yaml': 'a: acme/web:1\n' },
      'x.yaml $.a tag',
      'unbound-target x.yaml:1',
      /but this value is "acme\/web:1", which is a whole reference; say field: image/,
    ],
    [
      'a tag as a reference',
      { 'x.yaml': 'a: 1.4.0\n' },
      'x.yaml $.a image',
      'unbound-target x.yaml:1',
      /which reads as a tag; say field: tag/,
    ],
    [
      'a digest as a tag',
      { 'x.yaml': `a: ${one}\n` },
      'x.yaml $.a tag',
      'unbound-target x.yaml:1',
      /which is a digest; say field: digest/,
    ],
    [
      'a reference as a name',
      { 'x.yaml': 'a: acme/web:1\n' },
      'x.yaml $.a name',
      'unbound-target x.yaml:1',
      /say field: image/,
    ],
    [
      'a name as a tag',
      { 'x.yaml': 'a: acme/web\n' },
      'x.yaml $.a tag',
      'unbound-target x.yaml:1',
      /which is a name without a tag; say field: name/,
    ],
    [
      'prose',
      { 'x.yaml': 'a: b c\n' },
      'x.yaml $.a image',
      'unbound-target x.yaml:1',
      /which is no image reference/,
    ],
    [
      'a known reference as a tag',
      { 'x.yaml': pod('acme/x:1') },
      'x.yaml $.spec.containers[0].image tag',
      'unbound-target x.yaml:7',
      /says field: tag, but the whole reference stands here; say field: image/,
    ],
    [
      'template text',
      { 'x.yaml': 'a: "{{ x }}"\n' },
      'x.yaml $.a tag',
      'refused-edit x.yaml:1',
      /it is template text/,
    ],
    [
      'nothing written',
      { 'x.yaml': 'a:\n' },
      'x.yaml $.a tag',
      'refused-edit x.yaml:1',
      /no value is written there/,
    ],
    ['broken YAML', { 'x.yaml': 'a: [\n' }, 'x.yaml $.a tag', 'bad-yaml x.yaml:2', /no valid YAML/],
  ])('%s', (_, files, target, problem, message) => {
    const tree = { 'p.yaml': targeting('web', target), ...files };
    const { bindings, problems } = shown(tree);
    expect(bindings).toEqual([]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toBe(problem);
    expect(messages(tree)[0]).toMatch(message);
  });

  it('out of reach', () => {
    const files = { 'team/p.yaml': targeting('web', 'x.yaml $.a tag'), 'x.yaml': 'a: 1.4.0\n' };
    expect(shown(files)).toEqual({ bindings: [], problems: ['unbound-target team/p.yaml:8'] });
    expect(messages(files)[0]).toContain('matches x.yaml, which is out of the reach of the policy');
    expect(shown(files, ['team']).bindings).toEqual(['web targets x.yaml#/a']);
  });

  it('in a broken file, told once', () => {
    const files = { 'p.yaml': targeting('web', 'x.yaml $.a tag', '*.yaml $.b tag'), 'x.yaml': 'a: [\n' };
    expect(shown(files).problems).toEqual(['bad-yaml x.yaml:2']);
  });

  it('because two policies want one value', () => {
    const files = {
      'a.yaml': targeting('a', 'x.yaml $.t tag', 'values.yaml $.image.tag tag'),
      'b.yaml': targeting('b', '*.yaml $.t tag', 'values.yaml $.image.repository name'),
      'x.yaml': 't: 1.4.0\n',
      'values.yaml': 'image: {repository: acme/web, tag: 1.4.0}\n',
    };
    expect(shown(files)).toEqual({
      bindings: [],
      problems: [
        'ambiguous-binding values.yaml:1',
        'ambiguous-binding values.yaml:1',
        'ambiguous-binding x.yaml:1',
        'ambiguous-binding x.yaml:1',
      ],
    });
    expect(messages(files)[2]).toBe(
      'The targets of a and of b (b.yaml:8:30) name this field. It does not move until only one policy does.',
    );
  });

  it('because one policy calls it two things', () => {
    const files = { 'p.yaml': targeting('web', 'x.yaml $.t tag', '*.yaml $.t image'), 'x.yaml': 't: web\n' };
    expect(messages(files)[0]).toContain('is the tag by one target and the image by another');
  });

  it('of an image map, which is then not listed as unbound', () => {
    const files = { 'p.yaml': policy('web'), 'values.yaml': 'image: {tag: 1.4.0}\n' };
    expect(shown(files).problems).toEqual(['unbound-policy p.yaml:1', 'unbound-field values.yaml:1']);
    const targeted = { ...files, 'p.yaml': targeting('web', 'values.yaml $.image.tag tag') };
    expect(shown(targeted)).toEqual({ bindings: ['web targets values.yaml#/image/tag'], problems: [] });
  });

  it('where an annotation of the workload is broken', () => {
    const files = {
      'p.yaml': targeting('web', 'x.yaml $.spec.containers[0].image image', 'x.yaml $.spec.v tag'),
      'x.yaml': `${pod('acme/web:1', '{tallyman.dev/hlod: "no"}')}  v: 1.4.0\n`,
    };
    expect(shown(files)).toEqual({
      bindings: [],
      problems: ['unbound-policy p.yaml:1', 'bad-annotation x.yaml:3'],
    });
  });

  it('a bad glob and a bad path are told at their places', () => {
    const text = policy(
      'web',
      'ghcr.io/acme/web',
      `  targets:\n    - {file: "/a", path: "$.a", field: tag}\n    - {file: a, path: a.b, field: tag}\n`,
    );
    expect(
      bound({ 'p.yaml': text }).problems.map(({ line, column, message }) => `${line}:${column} ${message}`),
    ).toEqual([
      '8:14 spec.targets[0].file: bad glob: a path pattern has no empty part: no slash at its start or end, nor two in a row',
      '9:23 spec.targets[1].path: bad path "a.b": at character 1: a path begins with $ (did you mean "$.a.b"?)',
    ]);
  });
});
