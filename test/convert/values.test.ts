import { describe, expect, it } from 'vitest';
import { after, converted, problems } from './converted.ts';

const release = (annotations: readonly string[], below: string) =>
  `apiVersion: helm.fluxcd.io/v1\nkind: HelmRelease\nmetadata:\n  name: shop\n  annotations:\n${annotations.map((line) => `    ${line}\n`).join('')}spec:\n  values:\n${below}`;

describe('images in Helm values', () => {
  const keel = 'keel: {policy: minor, images: [{repository: image.repository, tag: image.tag}]}\n';
  const values = (tag: string) =>
    `# the shop\nimage:\n  repository: ghcr.io/acme/web\n  tag: ${tag}\n${keel}`;
  const mapped = release(
    [
      'fluxcd.io/automated: "true"',
      'repository.fluxcd.io/api: a.name',
      'tag.fluxcd.io/api: a.version',
      'filter.fluxcd.io/api: semver:~1.2',
    ],
    '    a: {x: 1}\n'.replace('{x: 1}', '\n      name: ghcr.io/acme/api\n      version: "1.2.0"'),
  );

  const rows: readonly [label: string, text: string, marked: string, policy: string, todo: number][] = [
    ["Keel's section", values('1.2.3'), 'tag: 1.2.3 # {"$tallyman": "web:tag"}', 'semver: 1.x', 1],
    ['a quoted tag', values('"1.2.3"'), 'tag: "1.2.3" # {"$tallyman": "web:tag"}', 'semver: 1.x', 1],
    [
      'CRLF',
      values('1.2.3').replaceAll('\n', '\r\n'),
      'tag: 1.2.3 # {"$tallyman": "web:tag"}\r\n',
      'semver: 1.x',
      1,
    ],
    [
      'merge keys beside it',
      `${values('1.2.3')}a: &a {b: 1}\nc: {<<: *a}\n`,
      'tag: 1.2.3 # {"$tallyman": "web:tag"}',
      'semver: 1.x',
      1,
    ],
    ['a HelmRelease of Flux v1', mapped, 'version: "1.2.0" # {"$tallyman": "api:tag"}', 'semver: ~1.2', 1],
    [
      'a whole image of Flux v1',
      release(
        ['fluxcd.io/automated: "true"', 'fluxcd.io/tag.chart-image: semver:~1.2'],
        '    image: ghcr.io/acme/web:1.2.0\n',
      ),
      'image: ghcr.io/acme/web:1.2.0 # {"$tallyman": "web"}',
      'semver: ~1.2',
      1,
    ],
    [
      'a locked one',
      mapped.replace('spec:', '    fluxcd.io/locked: "true"\nspec:'),
      '# {"$tallyman": "api:tag"}',
      'reason: locked in Flux v1',
      1,
    ],
  ];
  it.each(rows)('get a policy and a marker: %s', (_, text, mark, policy, todo) => {
    const files = { 'apps/values.yaml': text };
    const changed = after(files);
    expect(Object.keys(changed)).toEqual(['apps/values.yaml', 'apps/values.tallyman.yaml']);
    expect(changed['apps/values.yaml']).toContain(mark);
    expect(changed['apps/values.yaml']?.replace(/ # \{"\$tallyman.*?\}/g, '')).toBe(text);
    expect(changed['apps/values.tallyman.yaml']).toContain(policy);
    expect(converted(files)).toMatchObject({ problems: [], todo: { length: todo } });
    expect(converted(changed).files.size).toBe(0);
  });

  it('are bound by their name where no comment can follow the value', () => {
    const files = { 'apps/values.yaml': `image: {repository: ghcr.io/acme/web, tag: 1.2.3}\n${keel}` };
    const { files: changed, problems: found, todo } = converted(files);
    expect([...changed.keys()]).toEqual(['apps/values.tallyman.yaml']);
    expect([found, todo.length]).toEqual([[], 1]);
  });

  it('whose images share one tag are converted once, and the other is told of', () => {
    const shared =
      'keel: {policy: minor, images: [{repository: a.name, tag: a.tag}, {repository: b.name, tag: a.tag}]}\n';
    const files = {
      'apps/values.yaml': `a:\n  name: ghcr.io/acme/web\n  tag: 1.2.3\nb:\n  name: ghcr.io/acme/worker\n${shared}`,
      'apps/other.yaml': values('1.2.3'),
    };
    expect(problems(files)).toEqual([expect.stringMatching(/^not-supported apps\/values.yaml/)]);
    expect(after(files)['apps/other.yaml']).toContain('"$tallyman"');
  });

  const left: readonly [label: string, text: string, place: string][] = [
    [
      'where a path leads between braces, to what has no name',
      'a: {name: ghcr.io/acme/web, version: 1.2.3}\nkeel: {policy: minor, images: [{repository: a.name, tag: a.version}]}\n',
      'not-supported apps/prod.yaml:1',
    ],
    [
      'where a comment stands already',
      values('1.2.3 # keep')
        .replace('image:\n  repository', 'app:\n  name')
        .replace('image.repository', 'app.name')
        .replace('image.tag', 'app.tag'),
      'not-supported apps/prod.yaml:2',
    ],
    ['of no version', values('main'), 'not-supported apps/prod.yaml:2'],
  ];
  it.each(left)('are left and told of %s', (_, text, place) => {
    const files = { 'apps/prod.yaml': text };
    expect(problems(files)).toEqual([place]);
    expect(after(files)).toEqual(files);
  });
});
