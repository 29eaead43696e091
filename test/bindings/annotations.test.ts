import { describe, expect, it } from 'vitest';
import { bind } from '../../src/bindings/bind.ts';
import { pod, policy, shown } from './manifests.ts';
import { bound, factedFiles } from './trees.ts';

const image = 'ghcr.io/acme/web:1.0.0';

function workload(annotations: string): string {
  return pod(
    image,
    annotations,
    '    - name: side\n      image: redis:7\n    - name: twin\n      image: ghcr.io/acme/web:2\n',
  );
}

describe('annotations', () => {
  it('make one policy for each image, and share it among equal images', () => {
    const { bindings, policies, problems } = bound({
      'pod.yaml': workload(
        '{tallyman.dev/policy: "semver:*", tallyman.dev/group: g, tallyman.dev/on-revert: hold}',
      ),
    });
    expect(problems).toEqual([]);
    expect(bindings.map(({ policy: { name }, field }) => [name, field.container])).toEqual([
      ['p.main', 'main'],
      ['p.side', 'side'],
      ['p.main', 'twin'],
    ]);
    expect(bindings[0]?.policy).toBe(bindings[2]?.policy);
    expect(policies[0]).toMatchObject({
      dialect: 'annotation',
      group: 'g',
      onRevert: 'hold',
      digest: 'keep',
    });
    expect(policies[0]?.place).toEqual({ file: 'pod.yaml', line: 3, column: 56 });
  });

  it('of one container go before those of all', () => {
    const files = {
      'pod.yaml': workload('{tallyman.dev/policy: "semver:*", tallyman.dev/policy.side: "digest:7"}'),
    };
    const { bindings } = bound(files);
    const kinds = bindings.map(({ policy: { rule, digest }, field }) => [field.container, rule.kind, digest]);
    expect(kinds).toContainEqual(['side', 'digest', 'pin']);
    expect(kinds).toContainEqual(['main', 'semver', 'keep']);
  });

  it('may name a policy file, for the containers that hold its image', () => {
    const files = {
      'x/policy.yaml': policy('web'),
      'pod.yaml': workload('{tallyman.dev/policy: "policy:web"}'),
    };
    const { bindings, problems } = bound(files);
    expect(problems).toEqual([]);
    expect(bindings.map(({ policy: { name }, via, field }) => [name, via, field.container])).toEqual([
      ['web', 'annotation', 'main'],
      ['web', 'annotation', 'twin'],
    ]);
  });

  it('get names that say where they are, where two are alike', () => {
    const files = {
      'p.yaml': policy('q', 'redis'),
      'Prod/a/pod.yaml': pod(image, '{tallyman.dev/policy: "semver:*"}'),
      'test/pod.yaml': pod(image, '{tallyman.dev/policy: "semver:*"}'),
      'pod.yaml': pod('redis:1', '{tallyman.dev/policy: "semver:*"}').replace('name: p,', 'name: q,'),
    };
    expect(bound(files).bindings.map(({ policy: { name } }) => name)).toEqual(['prod.a.p', 'test.p', 'q-2']);
  });

  it('hold a workload whatever binds its fields', () => {
    const hold = '{tallyman.dev/hold: "broken on ARM"}';
    const files = {
      'policy.yaml': policy('web'),
      'named.yaml': pod(image, hold),
      'marked.yaml': pod(`${image} # {"$tallyman": "web"}`, hold),
      'free.yaml': pod(image),
    };
    const held = bound(files).bindings.map(({ file, holds }) => [file, holds.map(({ reason }) => reason)]);
    expect(held).toEqual([
      ['named.yaml', ['broken on ARM']],
      ['marked.yaml', ['broken on ARM']],
      ['free.yaml', []],
    ]);
  });

  it.each([
    ['an unknown key', '{tallyman.dev/hodl: x}', 'bad-annotation', 'did you mean "hold"'],
    ['a misspelt prefix', '{talyman.dev/hold: x}', 'bad-annotation', 'did you mean "tallyman.dev/hold"'],
    ['a wrong domain', '{Tallyman.io/hold: x}', 'bad-annotation', 'did you mean "tallyman.dev/hold"'],
    ['one that is not carried out', '{tallyman.dev/mode: pullRequest}', 'not-supported', 'not carried out'],
    ['a mode by another name', '{tallyman.dev/mode: pr}', 'bad-annotation', 'did you mean "pullRequest"'],
    ['a misspelt mode', '{tallyman.dev/mode: comit}', 'bad-annotation', 'did you mean "commit"'],
    ['no duration', '{tallyman.dev/min-age: soon}', 'bad-annotation', '"soon" is no duration'],
    ['a duration without a unit', '{tallyman.dev/min-age: "24"}', 'bad-annotation', 'such as 24h'],
    ['a duration below zero', '{tallyman.dev/min-age: -1h}', 'bad-annotation', '"-1h" is no duration'],
    ['half a platform', '{tallyman.dev/platforms: linux}', 'bad-annotation', 'did you mean "linux/amd64"'],
    ['the other half', '{tallyman.dev/platforms: arm64}', 'bad-annotation', 'did you mean "linux/arm64"'],
    [
      'one wrong platform of several',
      '{tallyman.dev/platforms: "linux/amd64, linux-arm64"}',
      'bad-annotation',
      '"linux-arm64" is no platform; expected os/architecture[/variant] (did you mean "linux/arm64"?)',
    ],
    ['no platform', '{tallyman.dev/platforms: " , "}', 'bad-annotation', 'names no platform'],
    [
      'more platforms than there are',
      `{tallyman.dev/platforms: "${'linux/amd64,'.repeat(51)}"}`,
      'bad-annotation',
      'more than 50',
    ],
    [
      'a very long value',
      `{tallyman.dev/min-age: ${'9'.repeat(100_000)}}`,
      'bad-annotation',
      '999..." is no',
    ],
    ['a value that is no text', '{tallyman.dev/hold: {}}', 'bad-annotation', 'no text'],
    ['a wrong digest', '{tallyman.dev/digest: yes}', 'bad-annotation', 'pin or keep'],
    ['a wrong on-revert', '{tallyman.dev/on-revert: never}', 'bad-annotation', 'skip or hold'],
    ['a wrong group', '{tallyman.dev/group: "A B"}', 'bad-annotation', 'lower-case'],
    ['a bad range', '{tallyman.dev/policy: "semver:x.y.z.w"}', 'bad-annotation', 'tallyman.dev/policy'],
    ['no such container', '{tallyman.dev/policy.mian: "semver:*"}', 'bad-annotation', 'no container "mian"'],
    ['no such policy', '{tallyman.dev/policy: "policy:wbe"}', 'unknown-policy', '"wbe"'],
    [
      'a policy for another image',
      '{tallyman.dev/policy.main: "policy:redis"}',
      'bad-annotation',
      'is for redis',
    ],
  ])('stop the whole workload: %s', (_, annotations, code, words) => {
    const files = {
      'a.yaml': policy('web'),
      'b.yaml': policy('redis', 'redis'),
      'free.yaml': pod('redis:1'),
      'pod.yaml': pod(image, annotations),
      'web.yaml': pod(image),
    };
    const { bindings, problems } = bound(files);
    expect(bindings.map(({ file }) => file)).toEqual(['free.yaml', 'web.yaml']);
    expect(problems).toEqual([
      expect.objectContaining({
        code,
        file: 'pod.yaml',
        line: 3,
        message: expect.stringContaining(words) as string,
      }),
    ]);
  });

  it.each(['talos.dev/hold', 'tailscale.com/hold', 'tally.dev.example/x', 'company.dev/policy'])(
    'of somebody else are left alone: %s',
    (key) => {
      const { bindings, problems } = bound({
        'b.yaml': policy('web'),
        'pod.yaml': pod(image, `{${key}: x}`),
      });
      expect([bindings.length, problems]).toEqual([1, []]);
    },
  );

  it('have no effect where an image cannot be read', () => {
    const files = { 'pod.yaml': pod('IMAGE_URL', '{tallyman.dev/policy: "semver:*"}') };
    expect(shown(files)).toEqual({ bindings: [], problems: ['bad-field pod.yaml:7'] });
  });
});

describe('files of equal content', () => {
  it('are told apart, though they share their facts', () => {
    const text = pod(image, '{tallyman.dev/policy: "semver:*", tallyman.dev/hold: x}');
    const [file] = factedFiles({ 'a/pod.yaml': text });
    if (file === undefined) throw new Error('no file');
    const { bindings } = bind([file, { ...file, path: 'b/pod.yaml' }], [], { policyRoots: [] });
    expect(bindings.map(({ policy: { name, place }, file: path }) => [name, place.file, path])).toEqual([
      ['a.p', 'a/pod.yaml', 'a/pod.yaml'],
      ['b.p', 'b/pod.yaml', 'b/pod.yaml'],
    ]);
  });
});
