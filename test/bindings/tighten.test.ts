import { describe, expect, it } from 'vitest';
import { pod, policy } from './manifests.ts';
import { bound } from './trees.ts';

const image = 'ghcr.io/acme/web:1.0.0';

describe('annotations', () => {
  const none = { digest: 'keep', onRevert: 'skip', group: undefined, minAge: undefined, platforms: [] };
  const strict = 'digest: pin, onRevert: hold, minAge: 24h, platforms: [linux/amd64], group: g';
  const [amd64, arm64] = ['amd64', 'arm64'].map((architecture) => ({
    os: 'linux',
    architecture,
    variant: undefined,
  }));
  const all = { digest: 'pin', onRevert: 'hold', group: 'g', minAge: 86_400_000, platforms: [amd64] };

  describe.each<[via: string, make: (annotations: string, spec: string) => Record<string, string>]>([
    [
      'by name',
      (annotations, spec) => ({
        'p.yaml': policy('web', undefined, spec),
        'pod.yaml': pod(image, `{${annotations}}`),
      }),
    ],
    [
      'by marker',
      (annotations, spec) => ({
        'x/p.yaml': policy('web', undefined, spec),
        'pod.yaml': pod(`${image} # {"$tallyman": "web"}`, `{${annotations}}`),
      }),
    ],
    [
      'by the name of a policy',
      (annotations, spec) => ({
        'x/p.yaml': policy('web', undefined, spec),
        'pod.yaml': pod(image, `{tallyman.dev/policy: "policy:web", ${annotations}}`),
      }),
    ],
  ])('of a workload that a policy binds %s', (_, make) => {
    it.each<[label: string, annotations: string, spec: string, expected: object]>([
      ['without any', '', '', none],
      ['pin', 'tallyman.dev/digest: pin', '', { ...none, digest: 'pin' }],
      ['do not loosen a pin', 'tallyman.dev/digest: keep', '  digest: pin\n', { ...none, digest: 'pin' }],
      ['hold after a revert', 'tallyman.dev/on-revert: hold', '', { ...none, onRevert: 'hold' }],
      [
        'do not skip what holds',
        'tallyman.dev/on-revert: skip',
        '  onRevert: hold\n',
        { ...none, onRevert: 'hold' },
      ],
      ['ask for an age', 'tallyman.dev/min-age: 1d', '', { ...none, minAge: 86_400_000 }],
      [
        'ask for a longer age',
        'tallyman.dev/min-age: 2d',
        '  minAge: 1d\n',
        { ...none, minAge: 172_800_000 },
      ],
      [
        'do not ask for a shorter age',
        'tallyman.dev/min-age: 1h',
        '  minAge: 1d\n',
        { ...none, minAge: 86_400_000 },
      ],
      ['ask for a platform', 'tallyman.dev/platforms: linux/arm64', '', { ...none, platforms: [arm64] }],
      [
        'ask for more platforms',
        'tallyman.dev/platforms: "linux/amd64 linux/arm64"',
        '  platforms: [linux/amd64]\n',
        { ...none, platforms: [amd64, arm64] },
      ],
      ['put it into a group', 'tallyman.dev/group: g', '', { ...none, group: 'g' }],
      ['say its group again', 'tallyman.dev/group: g', '  group: g\n', { ...none, group: 'g' }],
      ['name the mode that there is', 'tallyman.dev/mode: commit', '', none],
      [
        'all at once',
        'tallyman.dev/digest: pin, tallyman.dev/on-revert: hold, tallyman.dev/min-age: 24h, tallyman.dev/platforms: linux/amd64, tallyman.dev/group: g',
        '',
        all,
      ],
      ['that add nothing', 'tallyman.dev/digest: keep', `  ${strict.replaceAll(', ', '\n  ')}\n`, all],
    ])('%s', (__, annotations, spec, expected) => {
      const { bindings, problems } = bound(make(annotations, spec));
      expect(problems).toEqual([]);
      expect(bindings.map(({ policy: tightened }) => tightened)).toEqual([
        expect.objectContaining({ name: 'web', ...expected }),
      ]);
    });

    it('stop the workload where they ask for another group', () => {
      const { bindings, problems } = bound(make('tallyman.dev/group: h', '  group: g\n'));
      expect(bindings).toEqual([]);
      expect(problems).toEqual([
        expect.objectContaining({
          code: 'bad-annotation',
          file: 'pod.yaml',
          line: 3,
          policy: 'web',
          message: expect.stringContaining('says "h", but the policy web is in the group "g"') as string,
        }),
      ]);
    });
  });

  it('concern their own workload only, and are one policy where they say the same', () => {
    const files = {
      'p.yaml': policy('web'),
      'a.yaml': pod(image, '{tallyman.dev/min-age: 1h}'),
      'b.yaml': pod(image, '{tallyman.dev/min-age: 1h}'),
      'c.yaml': pod(image),
      'd.yaml': pod(image, '{tallyman.dev/min-age: 0s}'),
    };
    const { bindings, policies } = bound(files);
    const byFile = new Map(bindings.map(({ file, policy: one }) => [file, one]));
    expect(byFile.get('a.yaml')).toBe(byFile.get('b.yaml'));
    expect(byFile.get('a.yaml')?.minAge).toBe(3_600_000);
    expect([byFile.get('c.yaml'), byFile.get('d.yaml')]).toEqual([policies[0], policies[0]]);
  });

  it('say how the policy that they make moves', () => {
    const annotations =
      '{tallyman.dev/policy: "semver:*", tallyman.dev/digest: pin, tallyman.dev/on-revert: hold, tallyman.dev/min-age: 24h, tallyman.dev/platforms: linux/amd64, tallyman.dev/group: g, tallyman.dev/mode: commit}';
    const { bindings, problems } = bound({ 'pod.yaml': pod(image, annotations) });
    expect(problems).toEqual([]);
    expect(bindings.map(({ policy: made }) => made)).toEqual([expect.objectContaining(all)]);
  });

  it.each<[label: string, files: Record<string, string>, line: number, words: string]>([
    [
      'without a policy',
      { 'pod.yaml': pod(image, '{tallyman.dev/min-age: 24h, tallyman.dev/group: g}') },
      3,
      'tallyman.dev/min-age has no effect (nor have group): no policy moves a container of this workload',
    ],
    [
      'on what has no containers',
      {
        'pod.yaml':
          'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  annotations:\n    tallyman.dev/digest: pin\n',
      },
      6,
      'this object has no containers',
    ],
    [
      'that name a policy for another image',
      {
        'p.yaml': policy('web', 'ghcr.io/acme/other'),
        'pod.yaml': pod(image, '{tallyman.dev/policy: "policy:web"}'),
      },
      3,
      'names the policy web, which is for ghcr.io/acme/other, and no container here holds that',
    ],
  ])('are told where they have no effect: %s', (_, files, line, words) => {
    const { bindings, problems } = bound(files);
    expect(bindings).toEqual([]);
    expect(problems).toEqual([
      expect.objectContaining({
        code: 'bad-annotation',
        file: 'pod.yaml',
        line,
        message: expect.stringContaining(words) as string,
      }),
    ]);
  });

  it('with a hold alone are no problem where nothing moves', () => {
    expect(bound({ 'pod.yaml': pod(image, '{tallyman.dev/hold: x}') }).problems).toEqual([]);
  });

  it('have no effect problem beside that of the field', () => {
    const files = {
      'a.yaml': policy('a'),
      'b.yaml': policy('b'),
      'pod.yaml': pod(image, '{tallyman.dev/min-age: 1h}'),
    };
    const { problems } = bound(files);
    expect(problems.map(({ code }) => code)).toEqual(['ambiguous-binding', 'ambiguous-binding']);
  });
});

const item = (name: string, value: string, annotations: string): string =>
  `  - apiVersion: v1\n    kind: Pod\n    metadata: {name: ${name}, annotations: ${annotations}}\n    spec: {containers: [{name: c, image: ${value}}]}\n`;

const list = (first: string, second: string): Record<string, string> => ({
  'p.yaml': policy('web'),
  'list.yaml': `apiVersion: v1\nkind: List\nitems:\n${item('a', `&img ${image}`, first)}${item('b', '*img', second)}`,
});

describe('annotations of a workload whose image is an alias', () => {
  const hold = '{tallyman.dev/hold: x}';

  it.each<[label: string, first: string, second: string, bindings: number, problems: readonly string[]]>([
    ['none', '{}', '{}', 1, []],
    ['a hold where the anchor is', hold, '{}', 1, []],
    ['a hold where the alias is', '{}', hold, 0, ['refused-edit list.yaml:7']],
    ['a hold on both', hold, hold, 0, ['refused-edit list.yaml:7']],
    ['an age where the alias is', '{}', '{tallyman.dev/min-age: 1h}', 0, ['refused-edit list.yaml:7']],
    [
      'one that is wrong',
      '{}',
      '{tallyman.dev/hodl: x}',
      0,
      ['refused-edit list.yaml:7', 'bad-annotation list.yaml:10'],
    ],
  ])('are kept: %s', (_, first, second, count, expected) => {
    const { bindings, problems } = bound(list(first, second));
    expect(bindings).toHaveLength(count);
    expect(problems.map(({ code, file, line }) => `${code} ${file}:${line}`)).toEqual(expected);
  });
});
