import { describe, expect, it } from 'vitest';
import type { Files } from '../bindings/trees.ts';
import { after, converted, problems } from './converted.ts';
import { automation, fluxPolicies, workload } from './files.ts';

const marked = (setter: string) => `image: ghcr.io/acme/web:1.0.0 # {"$imagepolicy": "${setter}"}\n`;

const pod = (name: string, comment: string) =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec:\n  containers:\n    - {name: a, image: x}\n    - name: b\n      image: ghcr.io/acme/web:1.0.0${comment}\n`;

describe('annotations', () => {
  const rows: readonly [
    label: string,
    annotations: readonly string[],
    image: string,
    expected: readonly string[],
  ][] = [
    [
      'Flux v1, semver',
      ['fluxcd.io/automated: "true"', 'fluxcd.io/tag.web: semver:~1.2'],
      'web:1.2.0',
      ['tallyman.dev/policy: "semver:~1.2"'],
    ],
    [
      'Flux v1, glob',
      ['fluxcd.io/automated: "true"', 'filter.fluxcd.io/web: main-*'],
      'web:main-1',
      ['tallyman.dev/policy: "glob:main-*"'],
    ],
    [
      'Flux v1, regexp',
      ['fluxcd.io/automated: "true"', 'fluxcd.io/tag.web: "regexp:^v[0-9]+$"'],
      'web:v1',
      ['tallyman.dev/policy: "regex:^v[0-9]+$"'],
    ],
    ['Flux v1, no filter', ['fluxcd.io/automated: "true"'], 'web:1', ['tallyman.dev/policy: "glob:*"']],
    [
      'Flux v1, locked',
      ['fluxcd.io/automated: "true"', 'fluxcd.io/locked: "true"', 'fluxcd.io/locked_msg: wait'],
      'web:1',
      ['tallyman.dev/policy: "glob:*"', 'tallyman.dev/hold: "wait"'],
    ],
    [
      'Flux v1, not automated',
      ['fluxcd.io/tag.web: glob:*'],
      'web:1',
      ['tallyman.dev/policy: "glob:*"', 'tallyman.dev/hold: "not automated in Flux v1"'],
    ],
    ['Keel, patch', ['keel.sh/policy: patch'], 'web:1.4.2', ['tallyman.dev/policy: "semver:1.4.x"']],
    ['Keel, minor', ['keel.sh/policy: minor'], 'web:v0.4.2', ['tallyman.dev/policy: "semver:0.x"']],
    ['Keel, major', ['keel.sh/policy: major'], 'web:1.4', ['tallyman.dev/policy: "semver:*"']],
    ['Keel, all', ['keel.sh/policy: all'], 'web:1.4.2', ['tallyman.dev/policy: "semver:>=0.0.0-0"']],
    [
      'Keel, patch with pre-releases',
      ['keel.sh/policy: patch', 'keel.sh/matchPreRelease: "false"'],
      'web:1.4.2',
      ['tallyman.dev/policy: "semver:>=1.4.0-0 <1.5.0-0"'],
    ],
    [
      'Keel, force with matchTag',
      ['keel.sh/policy: force', 'keel.sh/matchTag: "true"'],
      'web:stable',
      ['tallyman.dev/policy: "digest:stable"'],
    ],
    [
      'Keel, glob',
      ['keel.sh/policy: "glob:build-*"'],
      'web:build-1',
      ['tallyman.dev/policy: "glob:build-* order=alphabetical"'],
    ],
    ['Keel, never', ['keel.sh/policy: never'], 'web:1', []],
  ];

  it.each(rows)('%s', (_, annotations, image, expected) => {
    const text = workload(annotations, image);
    const lines = after({ 'web.yaml': text })['web.yaml']?.split('\n') ?? [];
    expect(lines.filter((line) => line.includes('tallyman.dev')).map((line) => line.trim())).toEqual(
      expected,
    );
    // Nothing but lines that are new.
    expect(lines.filter((line) => !line.includes('tallyman.dev')).join('\n')).toBe(text);
  });

  it('keep CRLF, comments and flow maps as they are', () => {
    const text =
      'kind: Pod # x\r\napiVersion: v1\r\nmetadata: {name: web, annotations: { keel.sh/policy: all } } # y\r\nspec: {containers: [{name: web, image: "web:1.0.0"}]}';
    expect(after({ 'web.yaml': text })['web.yaml']).toBe(
      text.replace('{ keel', '{ tallyman.dev/policy: "semver:>=0.0.0-0", keel'),
    );
  });

  it('go before the first one in a block, behind the comment of the key', () => {
    const text = workload(['keel.sh/policy: all'], 'web:1.0.0')
      .replace('annotations:', 'annotations: # all')
      .replaceAll('\n', '\r\n');
    expect(after({ 'web.yaml': text })['web.yaml']).toBe(
      text.replace('# all\r\n', '# all\r\n    tallyman.dev/policy: "semver:>=0.0.0-0"\r\n'),
    );
  });

  it('are made where only labels are', () => {
    const text = workload([], 'web:1.0.0').replace('  annotations:\n', '  labels: {keel.sh/policy: all}\n');
    expect(after({ 'web.yaml': text })['web.yaml']).toBe(
      text.replace('metadata:\n', 'metadata:\n  annotations:\n    tallyman.dev/policy: "semver:>=0.0.0-0"\n'),
    );
  });

  it('name a file where they cannot say it all', () => {
    const files = after({
      'apps/web.yaml': workload(['keel.sh/policy: minor'], 'ghcr.io/acme/web:1.4.2-alpine'),
    });
    expect(files['apps/web.yaml']).toContain('    tallyman.dev/policy: "policy:web"\n');
    expect(files['apps/web.tallyman.yaml']).toBe(`# +argocd:skip-file-rendering
apiVersion: tallyman.dev/v1
kind: ImagePolicy
metadata:
  name: web
  annotations:
    config.kubernetes.io/local-config: "true"
spec:
  image: ghcr.io/acme/web
  policy:
    semver: 1.x
  filterTags:
    pattern: ^(v?[0-9.]+)-alpine$
    extract: $1
  paths:
    - apps/web.yaml
`);
  });

  it.each<[string, Files, readonly string[]]>([
    [
      'what has no equal',
      { 'a.yaml': workload(['keel.sh/policy: force'], 'web:1') },
      ['not-supported a.yaml:6'],
    ],
    [
      'a level above what is no version',
      { 'a.yaml': workload(['keel.sh/policy: minor'], 'web:main') },
      ['not-supported a.yaml:1'],
    ],
    [
      'commands that make manifests',
      { 'prod/.flux.yaml': 'version: 1\npatchUpdated:\n  generators: [{command: make}]\n' },
      ['not-supported prod/.flux.yaml:2'],
    ],
    [
      'two tools',
      { 'a.yaml': workload(['keel.sh/policy: all', 'fluxcd.io/automated: "true"'], 'web:1.0.0') },
      ['not-supported a.yaml:1'],
    ],
    [
      'a file that cannot be read',
      { 'a.yaml': `${workload(['keel.sh/policy: all'], 'web:1.0.0')}: : :\n  -` },
      ['bad-yaml a.yaml:13'],
    ],
    [
      'annotations that stand elsewhere too',
      { 'a.yaml': workload(['keel.sh/policy: all'], 'web:1.0.0').replace('annotations:', 'annotations: &a') },
      ['not-supported a.yaml:1'],
    ],
    [
      'keys in the long form',
      {
        'a.yaml': workload(['keel.sh/policy: all'], 'web:1.0.0').replace(
          '  annotations:',
          '  ? annotations\n  :',
        ),
      },
      ['refused-edit a.yaml:1'],
    ],
    [
      'values that cannot be compared',
      { 'a.yaml': `${workload(['keel.sh/policy: all'], 'web:1.0.0')}more: {a: &x {b: 1}, c: {<<: *x}}\n` },
      ['refused-edit a.yaml:1'],
    ],
  ])('tell of %s, and leave it', (_, files, expected) => {
    expect(problems(files)).toEqual(expected);
    expect(after(files)).toEqual(files);
  });
});

describe('Flux 2', () => {
  it('gets a policy of ours beside each that a marker names; markers stay', () => {
    const files = {
      'flux/image.yaml': fluxPolicies('flux-system', 'web') + automation(),
      'app.yaml': marked('flux-system:web'),
    };
    const result = after(files);
    expect(result).toMatchObject(files);
    expect(result['flux/image.tallyman.yaml']).toContain('  name: web\n  namespace: flux-system\n');
    expect(converted(files).todo.map(({ file, line }) => [file, line])).toEqual([
      ['flux/image.yaml', 13],
      ['flux/image.yaml', 6],
    ]);
  });

  it('says which of its settings belong into tallyman.yaml', () => {
    const files = {
      'flux.yaml': fluxPolicies('flux-system', 'web').replace(
        'interval: 5m',
        'interval: 5m, secretRef: {name: a}',
      ),
      'auto.yaml': automation(true).replace('interval: 5m', 'interval: 5m, git: {push: {branch: bot}}'),
      'app.yaml': marked('flux-system:web'),
    };
    const { todo } = converted(files);
    expect(todo).toContainEqual({
      message: expect.stringMatching(
        /^The ImageRepository web has spec\.secretRef, .*registries in tallyman\.yaml\.$/,
      ) as string,
      file: 'flux.yaml',
      line: 1,
      column: 1,
    });
    expect(todo.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('has spec.git.push.branch, which has no equal in a policy'),
    );
  });

  it('leaves out what no marker names', () => {
    const { files, todo } = converted({ 'flux/image.yaml': fluxPolicies('flux-system', 'web') });
    expect(files.size).toBe(0);
    expect(todo.map(({ message }) => message)).toEqual([
      'No marker names flux-system:web, so it moves nothing and is not converted.',
    ]);
  });

  it('writes markers anew where two namespaces use one name', () => {
    const files = {
      'a.yaml': fluxPolicies('a', 'web'),
      'b.yaml': fluxPolicies('b', 'web'),
      'app.yaml': marked('a:web:tag').replace(/^image: \S+/, 'tag: 1.0.0') + marked('b:web'),
    };
    const result = after(files);
    expect(result['app.yaml']).toContain('# {"$tallyman": "a-web:tag"}');
    expect(result['app.yaml']).toContain('# {"$tallyman": "b-web"}');
    expect(result['b.tallyman.yaml']).toContain('  name: b-web\n');
  });

  it('takes rendered objects in the place of patched ones', () => {
    const files = {
      'flux/image.yaml': fluxPolicies('flux-system', 'web'),
      'flux/kustomization.yaml':
        'resources: [image.yaml]\npatches:\n  - target: {kind: ImagePolicy, name: web}\n    patch: |\n      - {op: replace, path: /spec/policy/semver/range, value: 2.x}\n',
      'app.yaml': marked('flux-system:web'),
    };
    expect(problems(files)).toEqual(['bad-policy flux/image.yaml:8']);
    expect(converted(files).files.size).toBe(0);
    const rendered = fluxPolicies('flux-system', 'web').replace('1.x', '2.x');
    expect(after(files, rendered)['flux/image.tallyman.yaml']).toContain('range: 2.x\n');
  });

  it('tells of fields that would move by their name', () => {
    const files = {
      'image.yaml': fluxPolicies('flux-system', 'web'),
      'app.yaml': `${pod('a', ' # {"$imagepolicy": "flux-system:web"}')}---\n${pod('b', '')}`,
    };
    const told = converted(files).todo.map(({ message }) => message);
    expect(told).toContainEqual(expect.stringContaining('would also move app.yaml:17:14 by its image name'));
  });
});

describe('convert', () => {
  it('changes nothing the second time', () => {
    const files = {
      'flux/image.yaml': fluxPolicies('flux-system', 'web'),
      'app.yaml': 'image: ghcr.io/acme/web:1.0.0 # {"$imagepolicy": "flux-system:web"}\n',
      'keel.yaml': workload(['keel.sh/policy: minor'], 'web:1.4.2-alpine'),
      'flux1.yaml': workload(['fluxcd.io/automated: "true"'], 'web:1'),
    };
    const once = after(files);
    expect(Object.keys(once).length).toBe(Object.keys(files).length + 2);
    expect(converted(once).files.size).toBe(0);
  });

  it('changes nothing where no other tool is', () => {
    expect(converted({ 'web.yaml': workload(['a: b'], 'web:1'), 'x.yaml': '}{' })).toMatchObject({
      converted: [],
      problems: [],
      todo: [],
    });
  });
});
