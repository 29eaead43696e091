import { describe, expect, it } from 'vitest';
import { bindMarkers } from '../../src/bindings/bind.ts';
import { wantsDigest } from '../../src/bindings/edits/digest-demand.ts';
import { pod, policy, shown } from './manifests.ts';
import { bound, edited, factedFiles } from './trees.ts';

const image = 'ghcr.io/acme/web:1.0.0';
const at = '/spec/containers/0/image';

describe('reach by image name', () => {
  it('is the folder of the policy and all below it', () => {
    const files = {
      'a/policy.yaml': policy('web'),
      'a/pod.yaml': pod(image),
      'a/b/pod.yaml': pod(image),
      'ab/pod.yaml': pod(image),
      'pod.yaml': pod(image),
    };
    expect(shown(files)).toEqual({
      bindings: [`web name a/pod.yaml#${at}`, `web name a/b/pod.yaml#${at}`],
      problems: [],
    });
  });

  it('is narrowed by paths', () => {
    const files = {
      'policy.yaml': policy('web', undefined, '  paths: ["prod/**"]\n'),
      'prod/pod.yaml': pod(image),
      'test/pod.yaml': pod(image),
    };
    expect(shown(files).bindings).toEqual([`web name prod/pod.yaml#${at}`]);
  });

  it('does not leave its folder by paths, and says so', () => {
    const files = {
      'a/policy.yaml': policy('web', undefined, '  paths: ["b/**"]\n'),
      'b/pod.yaml': pod(image),
    };
    const { problems, bindings } = bound(files);
    expect(bindings).toEqual([]);
    expect(problems).toEqual([
      expect.objectContaining({
        code: 'unbound-policy',
        policy: 'web',
        message: expect.stringContaining('b/pod.yaml:7') as string,
      }),
    ]);
  });

  it.each([['policies'], ['policies/'], ['./policies'], ['.'], ['']])(
    'is everywhere below the root "%s"',
    (root) => {
      const files = {
        'policies/web.yaml': policy('web', undefined, '  paths: ["b/**"]\n'),
        'b/pod.yaml': pod(image),
        'c/pod.yaml': pod(image),
      };
      expect(shown(files, [root])).toEqual({ bindings: [`web name b/pod.yaml#${at}`], problems: [] });
    },
  );

  it('goes to the deepest policy', () => {
    const files = {
      'policy.yaml': policy('all'),
      'a/policy.yaml': policy('near'),
      'a/pod.yaml': pod(image),
      'b/pod.yaml': pod(image),
    };
    expect(shown(files)).toEqual({
      bindings: [`near name a/pod.yaml#${at}`, `all name b/pod.yaml#${at}`],
      problems: [],
    });
  });

  it('is nobody’s between two of one depth, and both are told', () => {
    const files = { 'a/1.yaml': policy('one'), 'a/2.yaml': policy('two'), 'a/pod.yaml': pod(image) };
    const { bindings, problems } = bound(files);
    expect(bindings).toEqual([]);
    expect(problems.map(({ code, policy: name, file, line }) => [code, name, file, line])).toEqual([
      ['ambiguous-binding', 'one', 'a/pod.yaml', 7],
      ['ambiguous-binding', 'two', 'a/pod.yaml', 7],
    ]);
  });

  it.each([
    ['redis', 'docker.io/library/redis:7'],
    ['docker.io/redis', 'redis:7'],
    ['index.docker.io/library/redis', 'redis:7'],
    ['ghcr.io/acme/web', 'GHCR.IO/acme/web:7'],
  ])('compares %s with %s in canonical form', (name, held) => {
    const files = { 'p.yaml': policy('web', name), 'pod.yaml': pod(held) };
    expect(shown(files).bindings).toHaveLength(1);
  });

  it.each([
    ['a longer name', 'ghcr.io/acme/web-admin:1'],
    ['a shorter name', 'ghcr.io/acme:1'],
    ['another host', 'quay.io/acme/web:1'],
    ['another port', 'ghcr.io:443/acme/web:1'],
  ])('does not take %s for it', (_, held) => {
    const files = { 'p.yaml': policy('web'), 'pod.yaml': pod(held) };
    expect(shown(files)).toEqual({ bindings: [], problems: ['unbound-policy p.yaml:1'] });
  });
});

describe('rank', () => {
  it('is marker, then annotation, then name', () => {
    const semver = '{tallyman.dev/policy: "semver:1.x"}';
    const files = {
      'policy.yaml': policy('web'),
      'other.yaml': policy('other'),
      'x/policy.yaml': policy('near'),
      'x/marked.yaml': pod(`${image} # {"$tallyman": "other"}`, semver),
      'x/annotated.yaml': pod(image, semver),
      'x/named.yaml': pod(image),
      'y/marked.yaml': pod(`${image} # {"$tallyman": "web"}`),
    };
    expect(shown(files)).toEqual({
      bindings: [
        `other marker x/marked.yaml#${at}`,
        `p annotation x/annotated.yaml#${at}`,
        `near name x/named.yaml#${at}`,
        `web marker y/marked.yaml#${at}`,
      ],
      problems: [],
    });
  });

  it('does not fall back to the name where a marker names no policy', () => {
    const files = { 'policy.yaml': policy('web'), 'pod.yaml': pod(`${image} # {"$tallyman": "wbe"}`) };
    const { bindings, problems } = bound(files);
    expect(bindings).toEqual([]);
    expect(problems).toContainEqual(
      expect.objectContaining({
        code: 'unknown-policy',
        file: 'pod.yaml',
        line: 7,
        column: 37,
        message: expect.stringContaining('No valid policy has the name "wbe"') as string,
      }),
    );
  });

  it('takes a marker of several policies at one field for a contradiction', () => {
    const values =
      'image:\n  repository: ghcr.io/acme/web # {"$tallyman": "one:name"}\n  tag: "1" # {"$tallyman": "two:tag"}\n';
    const files = { 'a.yaml': policy('one'), 'b.yaml': policy('two'), 'values.yaml': values };
    expect(shown(files)).toEqual({
      bindings: [],
      problems: [
        'unbound-policy a.yaml:1',
        'unbound-policy b.yaml:1',
        'ambiguous-binding values.yaml:2',
        'ambiguous-binding values.yaml:3',
      ],
    });
  });

  it('leaves no digest of an old tag behind: the one moves with the other', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const lines = (tag: string, after: string) =>
      `image:\n  repository: ghcr.io/acme/web\n  tag: "1"${tag}\n  digest: ${digest}${after}\n`;
    const files = {
      'a.yaml': policy('web'),
      'flux.values.yaml': lines(' # {"$imagepolicy": "flux-system:web:tag"}', ''),
      'one.values.yaml': lines(' # {"$tallyman": "web:tag"}', ''),
      'other.values.yaml': lines('', ' # {"$tallyman": "web:digest"}'),
      'two.values.yaml': lines(' # {"$tallyman": "web:tag"}', ' # {"$tallyman": "web:digest"}'),
    };
    const to = `ghcr.io/acme/web:2@sha256:${'b'.repeat(64)}`;
    const { after, problems } = edited(files, { web: to });
    // A marker of Flux moves its own value alone, as Flux does.
    expect(problems.map(({ code, file }) => [code, file])).toEqual([['bad-marker', 'flux.values.yaml']]);
    for (const file of ['one.values.yaml', 'other.values.yaml', 'two.values.yaml'] as const)
      expect(after[file]).toBe(files[file].replace('"1"', '"2"').replace(/a{64}/, 'b'.repeat(64)));
  });
});

describe('policies', () => {
  it('disturb no other when they are invalid', () => {
    const files = {
      'a.yaml': `${policy('good')}---\n${policy('bad').replace('semver: "*"', 'smver: "*"')}---\n${policy('more', 'redis')}`,
      'pod.yaml': pod(image, '{}', '    - {name: r, image: "redis:7"}\n'),
    };
    const { bindings, problems } = bound(files);
    expect(bindings.map(({ policy: { name } }) => name)).toEqual(['good', 'more']);
    expect(problems.map(({ code }) => code)).toEqual(['bad-policy']);
  });

  it('of one name are both told, and neither is used', () => {
    const files = {
      'a.yaml': policy('web'),
      'b.yaml': `${policy('web')}---\n${policy('web')}`,
      'pod.yaml': pod(image),
    };
    expect(shown(files)).toEqual({
      bindings: [],
      problems: ['duplicate-policy a.yaml:1', 'duplicate-policy b.yaml:1', 'duplicate-policy b.yaml:8'],
    });
  });

  it('leave image maps without a name to a marker', () => {
    const files = {
      'a/policy.yaml': policy('web'),
      'a/pod.yaml': pod(image),
      'a/values.yaml': 'image: {tag: "1"}\nother:\n  image:\n    tag: "2" # {"$tallyman": "web:tag"}\n',
      'b/values.yaml': 'image: {tag: "1"}\n',
    };
    expect(shown(files)).toEqual({
      bindings: [`web name a/pod.yaml#${at}`, 'web marker a/values.yaml#/other/image/tag'],
      problems: ['unbound-field a/values.yaml:1'],
    });
  });
});

describe('templates of charts', () => {
  it('are no broken YAML, while those elsewhere are', () => {
    const template = '{{ if .x }}\nimage: {{ .image }}\n{{ end }}\n';
    const files = {
      'charts/a/values.yaml': 'image: [\n',
      'b/Chart.yaml': 'name: b\n',
      'b/templates/pod.yaml': template,
      'c/templates/pod.yaml': template,
    };
    expect(shown(files).problems).toEqual(['bad-yaml c/templates/pod.yaml:2']);
  });
});

describe('bindMarkers', () => {
  it('binds the named markers of both dialects, and no others', () => {
    const files = factedFiles({
      'a.yaml': `a: "x:1" # {"$imagepolicy": "ns:x"}\nb: "y:1" # {"$imagepolicy": "ns:y"}\nc: "z:1" # {"$tallyman": "z"}\n`,
    });
    const { bindings, problems } = bindMarkers(files, ['ns:x', 'z', 'ns:none']);
    expect(problems).toEqual([]);
    expect(bindings.map(({ policy: { name, digest }, key, scope }) => [name, digest, key, scope])).toEqual([
      ['z', 'given', 'a.yaml#/c', 'image'],
      ['ns:x', 'given', 'a.yaml#/a', 'image'],
    ]);
  });
});

describe('wantsDigest', () => {
  const digest = `sha256:${'b'.repeat(64)}`;
  it.each([
    ['a tag', image, '', false],
    ['a digest', `${image}@${digest}`, '', true],
    ['a policy that pins', image, '  digest: pin\n', true],
  ])('with %s', (_, held, spec, expected) => {
    const { bindings } = bound({ 'p.yaml': policy('web', undefined, spec), 'pod.yaml': pod(held) });
    expect(bindings.map(wantsDigest)).toEqual([expected]);
  });
});
