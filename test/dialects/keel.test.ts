import { describe, expect, it } from 'vitest';
import { readKeelRule, type KeelContext } from '../../src/dialects/keel/rule.ts';
import { readText, shown, workload } from './annotated.ts';

const context: KeelContext = { samePrerelease: true, matchTag: false, current: '1.2.0' };
const level = (name: string, prerelease: string) => ({
  rule: { kind: 'semver', range: '>=0.0.0-0', strict: false, relative: { level: name, prerelease } },
  filter: { pattern: '[.]' },
});

describe('a policy of Keel', () => {
  const rows: readonly [label: string, text: string, change: Partial<KeelContext>, read: object][] = [
    ['patch', 'patch', {}, level('patch', 'same')],
    ['minor', 'minor', {}, level('minor', 'same')],
    ['major', 'major', {}, level('major', 'same')],
    ['without matchPreRelease', 'minor', { samePrerelease: false }, level('minor', 'any')],
    ['all never asks for the same pre-release', 'all', {}, level('all', 'any')],
    ['glob', 'glob:a?-*', {}, { rule: { kind: 'glob', pattern: 'a\\?-*', order: 'alphabetical' } }],
    [
      'regexp',
      'regexp:^v',
      {},
      { rule: { kind: 'regex', pattern: '^v', extract: undefined, order: 'alphabetical' } },
    ],
    [
      'regexp with the group compare',
      'regexp:^main-(?P<compare>[0-9]+)$',
      {},
      { rule: { kind: 'regex', extract: '${compare}', order: 'alphabetical' } },
    ],
    ['force of the same tag', 'force', { matchTag: true }, { rule: { kind: 'digest', tag: '1.2.0' } }],
    [
      'force of no tag',
      'force',
      { matchTag: true, current: undefined },
      { error: expect.stringContaining('none can be read') as string },
    ],
    ['force', 'force', {}, { unsupported: expect.stringContaining('no equal') as string }],
    ['never', 'never', {}, { unmanaged: true }],
    ['nothing', '', {}, { unmanaged: true }],
    ['a typo', 'minro', {}, { error: expect.stringContaining('did you mean "minor"?') as string }],
    ['a glob with two colons', 'glob:a:b', {}, { error: expect.any(String) as string }],
    [
      'a bad pattern',
      'regexp:(a',
      {},
      { error: expect.stringContaining('bad regular expression') as string },
    ],
    ['a hostile pattern is linear', 'regexp:(a+)+$', {}, { rule: { pattern: '(a+)+$' } }],
  ];
  it.each(rows)('%s', (_, text, change, read) => {
    expect(readKeelRule(text, { ...context, ...change })).toMatchObject(read);
  });
});

const names = (annotations: readonly string[], at?: 'labels') =>
  readText(workload(annotations, at)).policies.map(({ name }) => name);

describe('a workload of Keel', () => {
  const followed: readonly [label: string, annotations: readonly string[], names: readonly string[]][] = [
    ['all containers', ['keel.sh/policy: minor'], ['hello/web', 'hello/side']],
    [
      'init containers too',
      ['keel.sh/policy: minor', 'keel.sh/initContainers: "true"'],
      ['hello/init', 'hello/web', 'hello/side'],
    ],
    ['monitored ones', ['keel.sh/policy: minor', 'keel.sh/monitorContainers: ^w'], ['hello/web']],
    ['the old prefix', ['keel.observer/policy: minor'], ['hello/web', 'hello/side']],
    ['none that Keel does not manage', ['keel.sh/policy: never'], []],
    ['none without a policy', ['keel.sh/notify: a'], []],
  ];
  it.each(followed)('covers %s', (_, annotations, expected) => {
    expect(names(annotations)).toEqual(expected);
  });

  it('is read from labels where no annotation has a policy', () => {
    expect(names(['keel.sh/policy: minor'], 'labels')).toEqual(['hello/web', 'hello/side']);
    const both = workload(['keel.sh/policy: minor']).replace(
      'spec:',
      '  labels: {keel.sh/policy: all}\nspec:',
    );
    const file = readText(both);
    expect(file.policies[0]?.policy?.rule).toMatchObject({ relative: { level: 'minor' } });
    expect(shown(file)).toEqual(['bad-annotation 7:12']);
  });

  it.each([
    'trigger: poll',
    'pollSchedule: "@every 1m"',
    'imagePullSecret: a',
    'notify: a',
    'releaseNotes: a',
    'approvalDeadline: "2"',
  ])('has no equal for %s, and elects all the same', (option) => {
    const file = readText(workload(['keel.sh/policy: minor', `keel.sh/${option}`]));
    expect(shown(file)).toEqual(['not-supported 7:5']);
    expect(file.policies.every(({ policy }) => policy !== undefined && policy.hold === undefined)).toBe(true);
  });

  it('that asks for approvals is held', () => {
    const file = readText(workload(['keel.sh/policy: minor', 'keel.sh/approvals: "2"']));
    expect(shown(file)).toEqual(['not-supported 7:5']);
    expect(file.policies[0]?.policy?.hold?.reason).toContain('2 approvals');
    expect(shown(readText(workload(['keel.sh/policy: minor', 'keel.sh/approvals: "0"'])))).toEqual([]);
  });

  const wrong: readonly [label: string, annotations: readonly string[], problems: readonly string[]][] = [
    ['an unknown key', ['keel.sh/policy: minor', 'keel.sh/matchTga: "true"'], ['bad-annotation 7:5']],
    ['an unknown policy', ['keel.sh/policy: minro'], ['bad-annotation 6:5', 'bad-annotation 6:5']],
    [
      'no container that it covers',
      ['keel.sh/policy: minor', 'keel.sh/monitorContainers: x'],
      ['bad-annotation 6:5'],
    ],
    [
      'a bad regular expression',
      ['keel.sh/policy: minor', 'keel.sh/monitorContainers: (x'],
      ['bad-annotation 7:5', 'bad-annotation 6:5'],
    ],
  ];
  it.each(wrong)('with %s elects nothing', (_, annotations, problems) => {
    const file = readText(workload(annotations));
    expect(shown(file)).toEqual(problems);
    expect(file.policies.filter(({ policy }) => policy !== undefined)).toEqual([]);
  });
});

const values = (keel: string, image = '{repository: ghcr.io/acme/web, tag: 1.2.3}') =>
  `image: ${image}\nside: {app: "ghcr.io/acme/side:1.0.0"}\nkeel:\n${keel}`;
const images = '  images: [{repository: image.repository, tag: image.tag}, {repository: side.app}]\n';

describe('the section keel of Helm values', () => {
  it('gives a policy for each of its images', () => {
    const file = readText(values(`  policy: minor\n  matchPreRelease: false\n${images}`), 'values.yaml');
    expect(shown(file)).toEqual([]);
    expect(file.policies).toMatchObject([
      {
        name: 'values/image',
        field: { tag: '1.2.3', pointer: '/image/tag' },
        policy: { image: { spelled: 'ghcr.io/acme/web' }, rule: level('minor', 'any').rule, digest: 'keep' },
      },
      {
        name: 'values/side.app',
        field: { tag: '1.0.0', pointer: '/side/app' },
        policy: { image: { spelled: 'ghcr.io/acme/side' } },
      },
    ]);
  });

  it('is read in a HelmRelease, and in files of any name', () => {
    const release = `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: shop}\nspec:\n  values: {image: {repository: a/b, tag: 1.0.0}, keel: {policy: patch, images: [{repository: image.repository, tag: image.tag}]}}\n`;
    expect(readText(release).policies.map(({ name }) => name)).toEqual(['shop/image']);
    const plain =
      'web: {name: a/b, version: 1.0.0}\nkeel: {policy: all, images: [{repository: web.name, tag: web.version}]}\n';
    expect(readText(plain, 'prod.yaml').policies).toMatchObject([
      {
        name: 'values/web',
        field: { tag: '1.0.0', name: 'a/b' },
        policy: { rule: { relative: { level: 'all' } } },
      },
    ]);
  });

  it('follows one tag with force and matchTag, and pins where it keeps a digest', () => {
    const forced = readText(
      values(
        '  policy: force\n  matchTag: true\n  images: [{repository: image.repository, tag: image.tag}]\n',
      ),
    );
    expect(forced.policies[0]?.policy).toMatchObject({
      rule: { kind: 'digest', tag: '1.2.3' },
      digest: 'pin',
    });
    const digest = readText(
      values(
        '  policy: minor\n  images: [{repository: image.repository, tag: image.tag, digest: image.digest}]\n',
        '{repository: a/b, tag: 1.0.0, digest: ""}',
      ),
    );
    expect(digest.policies[0]?.policy?.digest).toBe('pin');
  });

  const none = '  images: [{repository: image.repository, tag: image.tag}]\n';
  const wrong: readonly [label: string, keel: string, problems: readonly string[]][] = [
    ['force', `  policy: force\n${none}`, ['not-supported 4:11']],
    ['a typo', `  policy: minro\n${none}`, ['bad-policy 4:11']],
    ['an unknown key', `  policy: minor\n  matchTga: true\n${none}`, ['bad-policy 5:3']],
    ['text where a flag must be', `  policy: minor\n  matchTag: "true"\n${none}`, ['bad-policy 5:13']],
    ['no images', '  policy: minor\n', ['bad-policy 3:1']],
    [
      'a path that leads nowhere',
      '  policy: minor\n  images: [{repository: image.repo}]\n',
      ['bad-policy 5:25'],
    ],
    ['an image without its path', '  policy: minor\n  images: [{tag: image.tag}]\n', ['bad-policy 5:12']],
  ];
  it.each(wrong)('with %s elects nothing', (_, keel, problems) => {
    const file = readText(values(keel));
    expect(shown(file)).toEqual(problems);
    expect(file.policies.filter(({ policy }) => policy !== undefined)).toEqual([]);
  });

  it('is none without a policy, or with never', () => {
    expect(shown(readText('keel:\n  image: a/b\n', 'values.yaml'))).toEqual([]);
    expect(readText(values(`  policy: never\n${none}`))).toEqual({ policies: [], problems: [] });
  });

  it('that asks for approvals is held', () => {
    const file = readText(values(`  policy: minor\n  approvals: 2\n${none}`));
    expect(shown(file)).toEqual(['not-supported 5:3']);
    expect(file.policies[0]?.policy?.hold?.reason).toBe('Keel asks for 2 approvals');
  });
});
