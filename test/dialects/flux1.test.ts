import { describe, expect, it } from 'vitest';
import type { Policy } from '../../src/policy/model.ts';
import { find } from '../../src/yaml/walk.ts';
import { readOutline } from '../../src/yaml/read.ts';
import { readText, shown, workload } from './annotated.ts';

const on = "fluxcd.io/automated: 'true'";

describe('a tag filter of Flux v1', () => {
  const latest = ['^(?i:latest)$'];
  const rows: readonly [label: string, value: string, rule: Policy['rule'], patterns: readonly string[]][] = [
    ['semver', 'semver:~1.2', { kind: 'semver', range: '~1.2', strict: false }, latest],
    ['glob', 'glob:main-*', { kind: 'glob', pattern: 'main-*', order: 'newest' }, latest],
    ['no prefix is a glob', 'main-*', { kind: 'glob', pattern: 'main-*', order: 'newest' }, latest],
    [
      'only * is special',
      'glob:a?[b]{c}',
      { kind: 'glob', pattern: 'a\\?\\[b\\]\\{c\\}', order: 'newest' },
      latest,
    ],
    ['regexp', 'regexp:^v', { kind: 'regex', pattern: '^v', extract: undefined, order: 'newest' }, latest],
    ['regex', 'regex:^v', { kind: 'regex', pattern: '^v', extract: undefined, order: 'newest' }, latest],
    ['latest by name', 'latest', { kind: 'glob', pattern: 'latest', order: 'newest' }, []],
  ];
  it.each(rows)('%s', (_, value, rule, excludePatterns) => {
    const { policies } = readText(workload([on, `fluxcd.io/tag.web: "${value}"`]));
    const web = policies.find(({ name }) => name === 'hello/web');
    expect(web?.policy).toMatchObject({ rule, excludePatterns, dialect: 'flux1', hold: undefined });
  });

  it('is any newest image where there is none', () => {
    const { policies } = readText(workload([on]));
    expect(policies.map(({ name, policy }) => [name, policy?.rule])).toEqual(
      ['hello/init', 'hello/web', 'hello/side'].map((name) => [
        name,
        { kind: 'glob', pattern: '*', order: 'newest' },
      ]),
    );
  });

  it.each(['filter.fluxcd.io/web', 'flux.weave.works/tag.web', 'fluxcd.io/tag_all'])('under %s', (key) => {
    const { policies } = readText(workload([on, `${key}: semver:~1`]));
    expect(policies.find(({ name }) => name === 'hello/web')?.policy?.rule).toMatchObject({ range: '~1' });
  });

  it('elects nothing where it is invalid, though Flux v1 would take any tag', () => {
    const file = readText(workload([on, 'fluxcd.io/tag.web: semver:>>1']));
    expect(file.policies.map(({ name, policy }) => [name, policy !== undefined])).toEqual([
      ['hello/init', true],
      ['hello/web', false],
      ['hello/side', true],
    ]);
    expect(shown(file)).toEqual(['bad-annotation 7:5']);
  });
});

describe('a workload of Flux v1', () => {
  const holds: readonly [label: string, annotations: readonly string[], hold: object | undefined][] = [
    ['automated', [on], undefined],
    [
      'locked',
      [on, 'fluxcd.io/locked: "true"', 'fluxcd.io/locked_msg: bad', 'fluxcd.io/locked_user: Ann'],
      { reason: 'bad', by: 'Ann' },
    ],
    ['ignored', [on, 'fluxcd.io/ignore: "true"'], { reason: 'ignored by Flux v1' }],
    ['only synced', [on, 'fluxcd.io/ignore: sync_only'], undefined],
    ['not automated', ['fluxcd.io/automated: "yes"'], { reason: 'not automated in Flux v1' }],
    ['filtered only', ['fluxcd.io/tag.web: semver:~1'], { reason: 'not automated in Flux v1' }],
  ];
  it.each(holds)('%s', (_, annotations, hold) => {
    const [first] = readText(workload(annotations)).policies;
    expect(first?.policy).toMatchObject({ hold });
  });

  it('that is only locked or ignored opted nothing in', () => {
    expect(readText(workload(['fluxcd.io/locked: "true"', 'fluxcd.io/sync-checksum: a']))).toEqual({
      policies: [],
      problems: [],
    });
  });

  const wrong: readonly [label: string, annotation: string, problem: string, words: string][] = [
    ['an unknown key', 'fluxcd.io/lokced: "true"', 'bad-annotation 7:5', 'did you mean "locked"?'],
    ['an unknown container', 'fluxcd.io/tag.wbe: "*"', 'bad-annotation 7:5', 'did you mean "web"?'],
  ];
  it.each(wrong)('releases nothing with %s', (_, annotation, problem, words) => {
    const file = readText(workload([on, annotation]));
    expect(shown(file)).toEqual([problem]);
    expect(file.problems[0]?.message).toContain(words);
    expect(file.policies.every(({ policy }) => policy === undefined)).toBe(true);
  });

  it('is told of annotations at its pod template', () => {
    const text = workload([on]).replace('template:', `template:\n    metadata: {annotations: {${on}}}`);
    expect(shown(readText(text))).toEqual(['bad-annotation 9:30']);
  });

  it('gives the places of what was read, in several documents', () => {
    const text = `kind: X\n---\n${workload([on, 'fluxcd.io/tag.web: "1.*"'])}`;
    const read = readOutline(text);
    if ('error' in read) throw new Error('no YAML');
    const [, web] = readText(text).policies;
    const keys = web?.entries.map(({ document, pointer }) => {
      const node = read.outline.nodes[find(read.outline, document, pointer) ?? -1];
      return text.slice(node?.keyStart, node?.end);
    });
    expect(keys).toEqual([on, 'fluxcd.io/tag.web: "1.*"']);
    expect(web?.field?.pointer).toBe('1/spec/template/spec/containers/0/image');
    expect(web?.object).toMatchObject({
      kind: 'Deployment',
      name: 'hello',
      line: 3,
      document: 1,
      pointer: '',
    });
  });
});

function release(values: string, annotations = on): string {
  return `apiVersion: helm.fluxcd.io/v1
kind: HelmRelease
metadata: {name: web, annotations: {${annotations}}}
spec: {values: ${values}}
`;
}

describe('a HelmRelease of Flux v1', () => {
  const shapes: readonly [label: string, values: string, names: readonly string[]][] = [
    ['image at the top', '{image: "ghcr.io/acme/web:1.0.0"}', ['web/chart-image']],
    ['image map at the top', '{image: {repository: ghcr.io/acme/web, tag: 1.0.0}}', ['web/chart-image']],
    ['image and tag at the top', '{image: ghcr.io/acme/web, tag: 1.0.0}', ['web/chart-image']],
    ['one level down', '{api: {image: {repository: ghcr.io/acme/web, tag: 1.0.0}}}', ['web/api']],
    ['image one level down', '{api: {image: "ghcr.io/acme/web:1.0.0"}}', ['web/api']],
    ['deeper', '{a: {b: {image: "ghcr.io/acme/web:1.0.0"}}}', []],
  ];
  it.each(shapes)('%s', (_, values, names) => {
    expect(readText(release(values)).policies.map(({ name }) => name)).toEqual(names);
  });

  const mapped: readonly [label: string, annotations: string, values: string, image: string, tag: string][] =
    [
      [
        'repository and tag',
        'repository.fluxcd.io/api: a.b.name, tag.fluxcd.io/api: a.b.version',
        '{a: {b: {name: ghcr.io/acme/api, version: 1.2.0}}}',
        'ghcr.io/acme/api',
        '1.2.0',
      ],
      [
        'registry, repository and tag',
        'registry.fluxcd.io/api: host, repository.fluxcd.io/api: name, tag.fluxcd.io/api: version',
        '{host: ghcr.io, name: acme/api, version: 1.2.0}',
        'ghcr.io/acme/api',
        '1.2.0',
      ],
      [
        'the whole image',
        'repository.fluxcd.io/api: a.img',
        '{a: {img: "ghcr.io/acme/api:1.2.0"}}',
        'ghcr.io/acme/api',
        '1.2.0',
      ],
      [
        'what it would find itself, by another name',
        'repository.fluxcd.io/api: image.repository, tag.fluxcd.io/api: image.tag',
        '{image: {repository: ghcr.io/acme/api, tag: 1.2.0}}',
        'ghcr.io/acme/api',
        '1.2.0',
      ],
    ];
  it.each(mapped)('that maps %s', (_, annotations, values, image, tag) => {
    const file = readText(release(values, `${on}, ${annotations}, filter.fluxcd.io/api: "semver:~1.2"`));
    expect(shown(file)).toEqual([]);
    expect(file.policies).toMatchObject([
      { name: 'web/api', field: { tag }, policy: { image: { spelled: image }, rule: { range: '~1.2' } } },
    ]);
  });

  const unmapped: readonly [label: string, annotations: string, words: string][] = [
    ['a path that leads nowhere', 'repository.fluxcd.io/x: a.c', 'no text at a.c'],
    ['a path to a map', 'repository.fluxcd.io/x: a', 'no text at a'],
    ['a tag alone', 'tag.fluxcd.io/x: a.b', 'needs repository.fluxcd.io/x'],
  ];
  it.each(unmapped)('releases nothing with %s', (_, annotations, words) => {
    const file = readText(release('{image: "a/b:1", a: {b: c}}', `${on}, ${annotations}`));
    expect(file.problems).toMatchObject([
      { code: 'bad-annotation', line: 3, column: 66, message: expect.stringContaining(words) as string },
    ]);
    expect(file.policies.filter(({ policy }) => policy !== undefined)).toEqual([]);
  });

  it('alone has values that can be mapped', () => {
    const file = readText(workload(['fluxcd.io/automated: "true"', 'repository.fluxcd.io/web: a']));
    expect(file.problems).toMatchObject([
      { message: expect.stringContaining('is no HelmRelease') as string },
    ]);
  });
});
