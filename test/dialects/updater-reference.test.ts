import { describe, expect, it } from 'vitest';
import { readText } from './annotated.ts';
import { cases, promised, told, type Row } from './reference.ts';

const updater = (spec: string, reference = '', image = ''): string =>
  `apiVersion: argocd-image-updater.argoproj.io/v1alpha1\nkind: ImageUpdater\nmetadata: {name: x, namespace: argocd}\nspec:\n  ${spec === '' ? '# none' : spec}\n  applicationRefs:\n    - namePattern: "*"\n      ${reference === '' ? '# none' : reference}\n      images:\n        - alias: web\n          imageName: ghcr.io/acme/web:~1.2\n          ${image === '' ? '# none' : image}\n`;

const common = (settings: string): string => `commonUpdateSettings: {${settings}}`;

describe('annotations of Argo CD Image Updater, key by key', () => {
  const prefix = 'argocd-image-updater.argoproj.io/';
  const application = (lines: string): string =>
    `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: shop\n  annotations:\n    ${prefix}image-list: web=ghcr.io/acme/web:~1.2\n    ${prefix}${lines}\n`;
  const semver = { rule: { kind: 'semver', range: '~1.2' } };
  const rows: readonly Row[] = [
    ['39 update-strategy', 'update-strategy: newest-build', { rule: { kind: 'newest' } }],
    [
      '39 <alias>.update-strategy',
      'web.update-strategy: alphabetical',
      { rule: { kind: 'alphabetical', order: 'asc' } },
    ],
    ['39 the old name latest', 'web.update-strategy: latest', { rule: { kind: 'newest' } }],
    ['39 the old name name', 'web.update-strategy: name', { rule: { kind: 'alphabetical' } }],
    [
      '39 an unknown strategy',
      'update-strategy: semvr',
      undefined,
      ['bad-annotation', 'did you mean "semver"'],
    ],
    ['40 allow-tags', 'allow-tags: regexp:^1', { filter: { pattern: '^1' } }],
    ['40 <alias>.allow-tags', 'web.allow-tags: any', { filter: undefined }],
    [
      '40 anything else',
      'allow-tags: "1.*"',
      undefined,
      ['bad-annotation', 'neither any nor regexp:PATTERN'],
    ],
    ['41 ignore-tags', 'ignore-tags: "*-rc*, b?"', { exclude: ['*-rc*', 'b?'] }],
    ['41 <alias>.ignore-tags', 'web.ignore-tags: "[a-z]*"', { exclude: ['[a-z]*'] }],
    ['42 force-update', 'force-update: "T"', semver],
    [
      '42 <alias>.force-update, no flag',
      'web.force-update: "yes"',
      undefined,
      ['bad-annotation', 'expected true or false'],
    ],
    ['43 pull-secret', 'pull-secret: env:TOKEN', semver, ['not-supported', 'credentials of registries']],
    [
      '43 <alias>.pull-secret',
      'web.pull-secret: env:TOKEN',
      semver,
      ['not-supported', 'credentials of registries'],
    ],
    [
      '44 <alias>.platforms',
      'web.platforms: linux/arm64/v8',
      { platforms: [{ os: 'linux', architecture: 'arm64' }] },
    ],
    ['45 <alias>.helm.image-name', 'web.helm.image-name: a.b', semver],
    ['46 <alias>.helm.image-tag', 'web.helm.image-tag: a.b', semver],
    ['47 <alias>.helm.image-spec', 'web.helm.image-spec: a.b', semver],
    ['48 <alias>.kustomize.image-name', 'web.kustomize.image-name: a/b', semver],
    [
      '57 helm and kustomize',
      `web.helm.image-tag: a.b\n    ${prefix}web.kustomize.image-name: a/b`,
      undefined,
      ['bad-annotation', 'both helm and kustomize'],
    ],
    ['49 write-back-method', 'write-back-method: git', semver, ['not-supported', 'always commits']],
    [
      '50 write-back-target',
      'write-back-target: kustomization',
      semver,
      ['not-supported', 'edits the image field'],
    ],
    ['51 git-branch', 'git-branch: main', semver, ['not-supported', 'tallyman.yaml']],
    ['52 git-repository', 'git-repository: https://git.test/a', semver, ['not-supported', 'tallyman.yaml']],
    ['53 <alias>.tag-match', 'web.tag-match: regexp:^1', { filter: { pattern: '^1' } }],
    ['53 <alias>.sort-mode', 'web.sort-mode: date', { rule: { kind: 'newest' } }],
    ['36 an unknown key', 'web.allow-tgas: any', undefined, ['bad-annotation', 'did you mean "allow-tags"']],
    ['55 an alias of nothing', 'wbe.allow-tags: any', undefined, ['bad-annotation', 'did you mean "web"']],
  ];
  it.each(cases(rows))('line $label', (one) => {
    const line = one.label.startsWith('57') ? 8 : 7;
    expect(told(readText(application(one.text)))).toMatchObject(promised(one, line));
  });

  it('line 38 image-list, in all its forms', () => {
    const list = 'web=ghcr.io/acme/web:~1.2, redis,, b=docker.io/library/b:1.x || 2.x';
    const file = readText(application('update-strategy: semver').replace('web=ghcr.io/acme/web:~1.2', list));
    expect(
      file.policies.map(({ name, policy }) => [name, policy?.image.spelled, policy?.rule]),
    ).toMatchObject([
      ['shop/web', 'ghcr.io/acme/web', { range: '~1.2' }],
      ['shop/redis', 'redis', { range: '*' }],
      ['shop/b', 'docker.io/library/b', { range: '1.x || 2.x' }],
    ]);
    const none = application('update-strategy: semver').replace('web=ghcr.io/acme/web:~1.2', '","');
    const empty = {
      label: '',
      text: none,
      policy: undefined,
      problem: ['bad-annotation', 'names no image'],
    } as const;
    expect(told(readText(none))).toMatchObject(promised(empty, 6));
  });
});

describe('an ImageUpdater, key by key', () => {
  const semver = { rule: { kind: 'semver', range: '~1.2' } };
  const rows: readonly Row[] = [
    ['127 updateStrategy', common('updateStrategy: newest-build'), { rule: { kind: 'newest' } }],
    ['128 forceUpdate', common('forceUpdate: true'), semver],
    [
      '128 forceUpdate, no flag',
      common('forceUpdate: "yes"'),
      undefined,
      ['bad-policy', 'expected true or false'],
    ],
    ['129 allowTags', common('allowTags: "regexp:^v"'), { filter: { pattern: '^v' } }],
    ['130 ignoreTags', common('ignoreTags: ["*-rc*"]'), { exclude: ['*-rc*'] }],
    [
      '131 pullSecret',
      common('pullSecret: env:A'),
      semver,
      ['not-supported', 'commonUpdateSettings.pullSecret'],
    ],
    ['132 platforms', common('platforms: [linux/amd64]'), { platforms: [{ os: 'linux' }] }],
    [
      '133 writeBackConfig',
      'writeBackConfig: {method: git}',
      semver,
      ['not-supported', 'writeBackConfig has no equal'],
    ],
    [
      '140 imagesVerification',
      'imagesVerification: {enabled: true}',
      undefined,
      ['bad-policy', 'imagesVerification is not read'],
    ],
    ['125 an unknown key', 'writeBack: {}', undefined, ['bad-policy', 'unknown key spec.writeBack']],
  ];
  it.each(cases(rows))('line $label', (one) => {
    expect(told(readText(updater(one.text)))).toMatchObject(promised(one, 5));
  });

  it.each(cases(rows.slice(0, -1)))('line $label, at the level of an application reference', (one) => {
    expect(told(readText(updater('', one.text)))).toMatchObject(promised(one, 8));
  });

  const images: readonly Row[] = [
    ['145 labelSelectors', 'labelSelectors: {matchLabels: {team: a}}', semver],
    [
      '145 an unknown key',
      'labelSelectors: {matchLabel: {}}',
      undefined,
      ['bad-policy', 'did you mean "matchLabels"'],
    ],
    ['146 useAnnotations', 'useAnnotations: true', undefined],
  ];
  it.each(cases(images))('line $label', (one) => {
    expect(told(readText(updater('', one.text)))).toMatchObject(promised(one, 8));
  });

  const targets: readonly Row[] = [
    [
      '150 commonUpdateSettings of the image',
      common('updateStrategy: alphabetical'),
      { rule: { kind: 'alphabetical' } },
    ],
    ['152 manifestTargets.helm', 'manifestTargets: {helm: {name: a, tag: b, spec: ""}}', semver],
    ['153 manifestTargets.kustomize', 'manifestTargets: {kustomize: {name: a}}', semver],
    [
      '154 manifestTargets.plugin',
      'manifestTargets: {plugin: {name: A}}',
      semver,
      ['not-supported', 'manifestTargets.plugin has no equal'],
    ],
    [
      '151 two of them',
      'manifestTargets: {helm: {}, kustomize: {}}',
      undefined,
      ['bad-policy', 'exactly one of helm, kustomize and plugin'],
    ],
    [
      '152 an unknown key',
      'manifestTargets: {helm: {tga: b}}',
      undefined,
      ['bad-policy', 'did you mean "tag"'],
    ],
  ];
  it.each(cases(targets))('line $label', (one) => {
    expect(told(readText(updater('', '', one.text)))).toMatchObject(promised(one, 12));
  });

  it.each<[string, string, string]>([
    ['144 namePattern', '    - namePattern: "*"\n      # none', 'namePattern is missing'],
    ['148 alias', 'alias: web\n          ', 'alias is missing'],
    ['149 imageName', 'imageName: ghcr.io/acme/web:~1.2', 'imageName is missing'],
  ])('line %s is required', (_, without, words) => {
    const text = updater('').replace(without, without.startsWith('    -') ? '    - labelSelectors: {}' : '');
    const problems = readText(text).problems.map(({ message }) => message);
    expect(problems).toEqual([expect.stringContaining(words)]);
  });
});
