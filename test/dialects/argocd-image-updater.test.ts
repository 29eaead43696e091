import { describe, expect, it } from 'vitest';
import { pathMatchGlob, starGlob } from '../../src/dialects/glob-text.ts';
import { compileGlob } from '../../src/core/glob.ts';
import type { Policy } from '../../src/policy/model.ts';
import { readText, shown } from './annotated.ts';

function application(lines: readonly string[]): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: shop
  annotations:
${lines.map((line) => `    argocd-image-updater.argoproj.io/${line}\n`).join('')}`;
}

function updater(spec: string): string {
  return `apiVersion: argocd-image-updater.argoproj.io/v1alpha1
kind: ImageUpdater
metadata: {name: shop, namespace: argocd}
spec:
${spec.replaceAll(/^/gm, '  ')}
`;
}

describe('an image of image-list', () => {
  const rows: readonly [label: string, lines: readonly string[], policy: Partial<Policy>][] = [
    [
      'without a constraint',
      ['image-list: web=a/web'],
      { rule: { kind: 'semver', range: '*', strict: false } },
    ],
    [
      'with a constraint',
      ['image-list: "web=a/web:~1.2 || 3"'],
      { rule: { kind: 'semver', range: '~1.2 || 3', strict: false } },
    ],
    [
      'with a port',
      ['image-list: web=localhost:5000/a:>=1'],
      { rule: { kind: 'semver', range: '>=1', strict: false } },
    ],
    [
      'by build',
      ['image-list: web=a/web', 'web.update-strategy: newest-build'],
      { rule: { kind: 'newest' } },
    ],
    ['by its old name', ['image-list: web=a/web', 'update-strategy: latest'], { rule: { kind: 'newest' } }],
    ['in any case', ['image-list: web=a/web', 'update-strategy: Newest-Build'], { rule: { kind: 'newest' } }],
    [
      'by letters',
      ['image-list: web=a/web', 'update-strategy: name'],
      { rule: { kind: 'alphabetical', order: 'asc' } },
    ],
    [
      'by an older key',
      ['image-list: web=a/web', 'web.sort-mode: name'],
      { rule: { kind: 'alphabetical', order: 'asc' } },
    ],
    [
      'by digest',
      ['image-list: web=a/web:main', 'web.update-strategy: digest'],
      { rule: { kind: 'digest', tag: 'main' as never }, digest: 'pin' },
    ],
    [
      'with allowed tags',
      ['image-list: web=a/web', 'web.allow-tags: "regexp:^v"'],
      { filter: { pattern: '^v', extract: undefined } },
    ],
    ['with any tags', ['image-list: web=a/web', 'allow-tags: any'], { filter: undefined }],
    [
      'with ignored tags',
      ['image-list: web=a/web', 'ignore-tags: "*-rc*, {a}"'],
      { exclude: ['*-rc*', '\\{a\\}'] },
    ],
    [
      'its own before the application',
      ['image-list: web=a/web', 'ignore-tags: a', 'web.ignore-tags: b'],
      { exclude: ['b'] },
    ],
    [
      'with what only places it',
      ['image-list: web=a/web', 'web.helm.image-tag: a.b', 'web.force-update: "true"'],
      { exclude: [] },
    ],
  ];
  it.each(rows)('%s', (_, lines, policy) => {
    const file = readText(application(lines));
    expect(shown(file)).toEqual([]);
    expect(file.policies[0]?.policy).toMatchObject(policy);
  });

  it('is named by its alias, else by its image', () => {
    const { policies } = readText(application(['image-list: "web=a/web:1.x, ghcr.io/b/c, "']));
    expect(policies.map(({ name }) => name)).toEqual(['shop/web', 'shop/ghcr.io/b/c']);
  });

  const wrong: readonly [label: string, lines: readonly string[], problem: string, words: string][] = [
    ['a bad constraint', ['image-list: web=a/web:>>1'], 'bad-annotation 6:5', 'bad semver range'],
    [
      'an unknown strategy',
      ['image-list: web=a/web', 'web.update-strategy: semvre'],
      'bad-annotation 7:5',
      'did you mean "semver"',
    ],
    [
      'a digest without a tag',
      ['image-list: web=a/web', 'update-strategy: digest'],
      'bad-annotation 6:5',
      'IMAGE:TAG',
    ],
    [
      'allow-tags without regexp:',
      ['image-list: web=a/web', 'allow-tags: ^v'],
      'bad-annotation 7:5',
      'would allow no tag',
    ],
    [
      'a bad pattern',
      ['image-list: web=a/web', 'allow-tags: "regexp:(a"'],
      'bad-annotation 7:5',
      'bad regular expression',
    ],
    ['a bad glob', ['image-list: web=a/web', 'ignore-tags: "[a"'], 'bad-annotation 7:5', 'bad glob'],
    [
      'a bad platform',
      ['image-list: web=a/web', 'web.platforms: linux'],
      'bad-annotation 7:5',
      'no platform',
    ],
    ['no image', ['image-list: web=A b'], 'bad-image 6:5', 'is no image'],
    [
      'an unknown alias',
      ['image-list: web=a/web', 'wbe.ignore-tags: a'],
      'bad-annotation 7:5',
      'did you mean "web"',
    ],
    [
      'an unknown key',
      ['image-list: web=a/web', 'web.ignore-tag: a'],
      'bad-annotation 7:5',
      'did you mean "ignore-tags"',
    ],
    ['no list', ['update-strategy: name'], 'bad-annotation 6:5', 'names no image'],
  ];
  it.each(wrong)('elects nothing with %s', (_, lines, problem, words) => {
    const file = readText(application(lines));
    expect(shown(file)).toEqual([problem]);
    expect(JSON.stringify(file)).toContain(words.replaceAll('"', '\\"'));
    expect(file.policies.filter(({ policy }) => policy !== undefined)).toEqual([]);
  });

  it('keeps platforms', () => {
    const platforms = [{ os: 'linux', architecture: 'arm64', variant: undefined }];
    const listed = readText(application(['image-list: web=a/web', 'web.platforms: linux/arm64']));
    const resource = readText(
      updater(
        'commonUpdateSettings: {platforms: [linux/arm64]}\napplicationRefs: [{namePattern: a, images: [{alias: web, imageName: a/web}]}]',
      ),
    );
    expect([listed, resource].map(shown)).toEqual([[], []]);
    for (const { policies } of [listed, resource]) expect(policies[0]?.policy).toMatchObject({ platforms });
  });

  it('says what stands in tallyman.yaml instead', () => {
    const lines = [
      'image-list: web=a/web',
      'write-back-method: git',
      'git-branch: main',
      'web.pull-secret: env:A',
    ];
    const file = readText(application(lines));
    expect(shown(file)).toEqual(['not-supported 7:5', 'not-supported 8:5', 'not-supported 9:5']);
    expect(file.policies[0]?.policy).toBeDefined();
  });
});

const reference = (pattern: string) =>
  `  - {namePattern: ${pattern}, images: [{alias: web, imageName: a/web}]}\n`;

describe('an ImageUpdater', () => {
  it('takes each setting from the nearest level', () => {
    const file = readText(
      updater(`commonUpdateSettings: {updateStrategy: newest-build, ignoreTags: [a], allowTags: any}
applicationRefs:
  - namePattern: "web-*"
    commonUpdateSettings: {ignoreTags: [b]}
    images:
      - {alias: one, imageName: a/one}
      - {alias: two, imageName: "a/two:~1", commonUpdateSettings: {updateStrategy: semver, ignoreTags: [c]}}`),
    );
    expect(shown(file)).toEqual([]);
    expect(file.policies.map(({ name, policy }) => [name, policy?.rule.kind, policy?.exclude])).toEqual([
      ['shop/one', 'newest', ['b']],
      ['shop/two', 'semver', ['c']],
    ]);
    expect(file.policies[1]?.policy?.place).toEqual({ file: 'apps/file.yaml', line: 11, column: 11 });
  });

  it('names the reference where there are several', () => {
    const { policies } = readText(updater(`applicationRefs:\n${reference('a')}${reference('b')}`));
    expect(policies.map(({ name }) => name)).toEqual(['shop/a/web', 'shop/b/web']);
  });

  const images = 'applicationRefs: [{namePattern: a, images: [{alias: web, imageName: a/web}]}]';
  const rows: readonly [label: string, spec: string, problem: string, elects: boolean][] = [
    ['writeBackConfig has no equal', `writeBackConfig: {method: git}\n${images}`, 'not-supported 5:3', true],
    [
      'pullSecret has no equal',
      `commonUpdateSettings: {pullSecret: "env:A"}\n${images}`,
      'not-supported 5:26',
      true,
    ],
    [
      'verification is not left out',
      `imagesVerification: {enabled: true}\n${images}`,
      'bad-policy 5:3',
      false,
    ],
    ['an unknown key', `comonUpdateSettings: {}\n${images}`, 'bad-policy 5:3', false],
    [
      'a strategy that is no text',
      `commonUpdateSettings: {updateStrategy: 1}\n${images}`,
      'bad-policy 5:42',
      false,
    ],
    [
      'an image without a name',
      'applicationRefs: [{namePattern: a, images: [{alias: web}]}]',
      'bad-policy 5:47',
      false,
    ],
    [
      'images that are no list',
      'applicationRefs: [{namePattern: a, images: {alias: web}}]',
      'bad-policy 5:46',
      false,
    ],
  ];
  it.each(rows)('%s', (_, spec, problem, elects) => {
    const file = readText(updater(spec));
    expect(shown(file)).toEqual([problem]);
    expect(file.policies.some(({ policy }) => policy !== undefined)).toBe(elects);
  });

  it('leaves to annotations what they say', () => {
    const spec = images.replace('images:', 'useAnnotations: true, images:');
    expect(readText(updater(spec))).toEqual({ policies: [], problems: [] });
  });

  it('with verification off is as without', () => {
    expect(shown(readText(updater(`imagesVerification: {enabled: false}\n${images}`)))).toEqual([]);
  });
});

describe('globs of other tools in ours', () => {
  const rows: readonly [
    label: string,
    glob: string,
    matches: readonly string[],
    misses: readonly string[],
  ][] = [
    ['only * is special', starGlob('a?[b]{c,d}*'), ['a?[b]{c,d}x'], ['ab', 'axbc']],
    ['a backslash is itself', starGlob('a\\b'), ['a\\b'], ['ab']],
    ['filepath.Match', pathMatchGlob('v[0-9]?.*'), ['v12.3'], ['va2.3']],
    ['braces are themselves', pathMatchGlob('{a,b}'), ['{a,b}'], ['a']],
    ['a caret negates', pathMatchGlob('[^a]'), ['b'], ['a']],
    ['an exclamation mark does not', pathMatchGlob('[!a]'), ['!', 'a'], ['b']],
    ['an escaped character', pathMatchGlob('\\*'), ['*'], ['a']],
  ];
  it.each(rows)('%s', (_, pattern, matches, misses) => {
    const glob = compileGlob(pattern, 'tag');
    if ('error' in glob) throw new Error(glob.error);
    expect([...matches, ...misses].filter((text) => glob.matches(text))).toEqual(matches);
  });
});
