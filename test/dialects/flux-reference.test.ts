import { describe, expect, it } from 'vitest';
import { readFlux2, type Flux2 } from '../../src/dialects/flux2/read.ts';
import { readFacts } from '../../src/fields/facts.ts';
import { encode } from '../../src/yaml/decode.ts';
import { readText, shown } from './annotated.ts';

/**
 * Every key of the formats of Flux, in the order of the notes on them. The label starts with the line there; `read` is what becomes of the key, or the
 * problem that names it.
 */
type Row<Read> = readonly [label: string, text: string, read: Read];

const group = 'image.toolkit.fluxcd.io/v1';

const object = (kind: string, name: string, spec: string): string =>
  `apiVersion: ${group}\nkind: ${kind}\nmetadata: {name: ${name}, namespace: flux}\nspec: {${spec}}\n`;

const workload = (annotations: string): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: hello, annotations: {${annotations}}}\nspec: {template: {spec: {containers: [{name: web, image: "a/web:1.2.0"}]}}}\n`;

const read = (...objects: readonly string[]): Flux2 =>
  readFlux2([{ path: 'a.yaml', facts: readFacts(encode(objects.join('---\n')), 'yaml') }]);

describe('Flux 2, key by key', () => {
  const web = object('ImageRepository', 'web', 'image: ghcr.io/acme/web, interval: 5m');
  const semver = object(
    'ImagePolicy',
    'web',
    'imageRepositoryRef: {name: web}, policy: {semver: {range: "*"}}',
  );

  const repositories: readonly Row<object>[] = [
    ['8 spec.image', 'image: ghcr.io/acme/web', { image: { spelled: 'ghcr.io/acme/web' }, settings: [] }],
    ['9 spec.interval', 'image: a/b, interval: 1h30m', { settings: [] }],
    ['10 spec.timeout', 'image: a/b, timeout: 30s', { settings: ['timeout'] }],
    ['11 spec.secretRef.name', 'image: a/b, secretRef: {name: s}', { settings: ['secretRef'] }],
    ['12 spec.serviceAccountName', 'image: a/b, serviceAccountName: s', { settings: ['serviceAccountName'] }],
    ['13 spec.certSecretRef.name', 'image: a/b, certSecretRef: {name: s}', { settings: ['certSecretRef'] }],
    [
      '14 spec.proxySecretRef.name',
      'image: a/b, proxySecretRef: {name: s}',
      { settings: ['proxySecretRef'] },
    ],
    ['15 spec.insecure', 'image: a/b, insecure: true', { settings: ['insecure'] }],
    ['16 spec.provider', 'image: a/b, provider: aws', { settings: ['provider'] }],
    ['17 spec.exclusionList', 'image: a/b, exclusionList: ["rc$"]', { exclusions: ['rc$'] }],
    ['17 spec.exclusionList, empty', 'image: a/b, exclusionList: []', { exclusions: ['^.*\\.sig$'] }],
    ['19 spec.suspend', 'image: a/b, suspend: true', { suspended: true }],
  ];
  it.each(repositories)('ImageRepository, line %s', (_, spec, expected) => {
    const found = read(object('ImageRepository', 'web', spec));
    expect(found.problems).toEqual([]);
    expect(found.repositories).toMatchObject([expected]);
  });

  it('ImageRepository, line 18 spec.accessFrom.namespaceSelectors[].matchLabels', () => {
    const spec =
      'image: a/b, accessFrom: {namespaceSelectors: [{matchLabels: {kubernetes.io/metadata.name: apps}}]}';
    const [repository] = read(object('ImageRepository', 'web', spec)).repositories;
    expect([repository?.admits('apps'), repository?.admits('other')]).toEqual([true, false]);
  });

  const badRepositories: readonly Row<string>[] = [
    ['8 a scheme', 'image: "https://a/b"', 'leave out the scheme'],
    ['8 a tag', 'image: a/b:1', 'leave out the tag'],
    ['8 none', 'interval: 5m', 'spec.image is missing'],
    ['11 an unknown key', 'image: a/b, secretRef: {nmae: s}', 'did you mean "name"'],
    ['15 text', 'image: a/b, insecure: "yes"', 'spec.insecure is "yes"; expected true or false'],
    ['16 another provider', 'image: a/b, provider: awz', 'did you mean "aws"'],
    ['17 a bad pattern', 'image: a/b, exclusionList: ["("]', 'bad regular expression'],
    [
      '18 an unknown key',
      'image: a/b, accessFrom: {namespaceSelector: []}',
      'did you mean "namespaceSelectors"',
    ],
    ['6 an unknown key', 'image: a/b, intervall: 5m', 'did you mean "interval"'],
  ];
  it.each(badRepositories)('ImageRepository, line %s is a problem', (_, spec, words) => {
    expect(read(object('ImageRepository', 'web', spec)).problems).toEqual([
      expect.objectContaining({
        code: 'bad-policy',
        file: 'a.yaml',
        line: 4,
        message: expect.stringContaining(words) as string,
      }),
    ]);
  });

  const reference = 'imageRepositoryRef: {name: web}';
  const any = 'policy: {semver: {range: "*"}}';
  const policies: readonly Row<object>[] = [
    [
      '30 spec.imageRepositoryRef',
      `imageRepositoryRef: {name: web, namespace: flux}, ${any}`,
      { image: { spelled: 'ghcr.io/acme/web' } },
    ],
    [
      '31 spec.policy.semver.range',
      `${reference}, policy: {semver: {range: ~1.2}}`,
      { rule: { kind: 'semver', range: '~1.2', strict: true } },
    ],
    [
      '32 spec.policy.alphabetical.order',
      `${reference}, policy: {alphabetical: {order: desc}}`,
      { rule: { kind: 'alphabetical', order: 'desc' } },
    ],
    [
      '33 spec.policy.numerical.order',
      `${reference}, policy: {numerical: {}}`,
      { rule: { kind: 'numeric', order: 'asc', strict: true } },
    ],
    [
      '34 spec.filterTags.pattern',
      `${reference}, ${any}, filterTags: {pattern: ^v}`,
      { filter: { pattern: '^v' } },
    ],
    [
      '35 spec.filterTags.extract',
      `${reference}, ${any}, filterTags: {pattern: ^v(.*), extract: $1}`,
      { filter: { extract: '$1' } },
    ],
    [
      '36 spec.digestReflectionPolicy',
      `${reference}, ${any}, digestReflectionPolicy: IfNotPresent`,
      { digest: 'pin' },
    ],
    [
      '37 spec.interval',
      `${reference}, ${any}, digestReflectionPolicy: Always, interval: 5m`,
      { digest: 'pin' },
    ],
    [
      '38 spec.suspend',
      `${reference}, ${any}, suspend: true`,
      { hold: { reason: expect.stringContaining('spec.suspend') as string } },
    ],
  ];
  it.each(policies)('ImagePolicy, line %s', (_, spec, expected) => {
    const [found] = read(web, object('ImagePolicy', 'web', spec)).policies;
    expect(found?.problems).toEqual([]);
    expect(found?.policy).toMatchObject(expected);
  });

  const badPolicies: readonly Row<string>[] = [
    ['30 none', any, 'spec.imageRepositoryRef.name is missing'],
    [
      '31 several kinds',
      `${reference}, policy: {semver: {range: "*"}, numerical: {}}`,
      'there are semver and numerical',
    ],
    ['32 another order', `${reference}, policy: {alphabetical: {order: up}}`, 'expected asc or desc'],
    ['34 an unknown key', `${reference}, ${any}, filterTags: {patern: a}`, 'did you mean "pattern"'],
    [
      '36 another word',
      `${reference}, ${any}, digestReflectionPolicy: Sometimes`,
      'expected Always or IfNotPresent or Never',
    ],
    [
      '37 without Always',
      `${reference}, ${any}, interval: 5m`,
      'only allowed with digestReflectionPolicy: Always',
    ],
  ];
  it.each(badPolicies)('ImagePolicy, line %s is a problem', (_, spec, words) => {
    const [found] = read(web, object('ImagePolicy', 'web', spec)).policies;
    expect(found?.policy).toBeUndefined();
    expect(found?.problems[0]).toMatchObject({
      code: 'bad-policy',
      line: 9,
      message: expect.stringContaining(words) as string,
    });
  });

  const automations: readonly Row<object>[] = [
    ['63 spec.sourceRef', 'sourceRef: {kind: GitRepository, name: a}', { settings: [] }],
    ['64 spec.git.checkout.ref', 'git: {checkout: {ref: {branch: main}}}', { settings: ['checkout.ref'] }],
    ['65 spec.git.commit.author', 'git: {commit: {author: {email: a@b.c}}}', { settings: ['commit.author'] }],
    [
      '66 spec.git.commit.signingKey',
      'git: {commit: {signingKey: {secretRef: {name: k}}}}',
      { settings: ['commit.signingKey'] },
    ],
    [
      '67 spec.git.commit.messageTemplate',
      'git: {commit: {messageTemplate: x}}',
      { settings: ['commit.messageTemplate'] },
    ],
    [
      '68 spec.git.commit.messageTemplateValues',
      'git: {commit: {messageTemplateValues: {a: b}}}',
      { settings: ['commit.messageTemplateValues'] },
    ],
    ['69 spec.git.push.branch', 'git: {push: {branch: b}}', { settings: ['push.branch'] }],
    ['70 spec.git.push.refspec', 'git: {push: {refspec: b}}', { settings: ['push.refspec'] }],
    ['71 spec.git.push.options', 'git: {push: {options: {a: b}}}', { settings: ['push.options'] }],
    ['72 spec.interval', 'interval: 5m', { suspended: false }],
    ['74 spec.update.strategy', 'update: {strategy: Setters}', { path: '' }],
    ['75 spec.update.path', 'update: {path: ./apps/}', { path: 'apps' }],
    ['76 spec.suspend', 'suspend: true', { suspended: true }],
  ];
  it.each(automations)('ImageUpdateAutomation, line %s', (_, spec, expected) => {
    const found = read(semver, object('ImageUpdateAutomation', 'all', spec));
    expect(found.problems).toEqual([]);
    expect(found.automations).toMatchObject([expected]);
  });

  it('ImageUpdateAutomation, line 73 spec.policySelector', () => {
    const [automation] = read(
      object('ImageUpdateAutomation', 'all', 'policySelector: {matchLabels: {a: b}}'),
    ).automations;
    expect([automation?.selects({ a: 'b' }), automation?.selects({})]).toEqual([true, false]);
  });
});

describe('Flux v1, key by key', () => {
  const on = "fluxcd.io/automated: 'true'";
  const rows: readonly Row<object>[] = [
    ['7 automated', on, { hold: undefined, rule: { kind: 'glob', pattern: '*' } }],
    ['7 automated, the old prefix', "flux.weave.works/automated: 'true'", { hold: undefined }],
    [
      '7 automated, anything but "true"',
      "fluxcd.io/automated: 'True'",
      { hold: { reason: 'not automated in Flux v1' } },
    ],
    ['8 locked', `${on}, fluxcd.io/locked: 'true'`, { hold: { reason: 'locked in Flux v1' } }],
    [
      '9 locked_user, locked_msg',
      `${on}, fluxcd.io/locked: 'true', fluxcd.io/locked_user: ann, fluxcd.io/locked_msg: why`,
      { hold: { reason: 'why', by: 'ann' } },
    ],
    ['10 ignore', `${on}, fluxcd.io/ignore: 'true'`, { hold: { reason: 'ignored by Flux v1' } }],
    [
      '10 ignore: sync_only is about garbage collection',
      `${on}, fluxcd.io/ignore: sync_only`,
      { hold: undefined },
    ],
    [
      '11 tag.<container>',
      `${on}, fluxcd.io/tag.web: "semver:~1.2"`,
      { rule: { kind: 'semver', range: '~1.2' } },
    ],
    [
      '11 filter.fluxcd.io/<container>',
      `${on}, filter.fluxcd.io/web: "glob:a-*"`,
      { rule: { kind: 'glob', pattern: 'a-*' } },
    ],
    [
      '11 flux.weave.works/tag.<container>',
      `${on}, flux.weave.works/tag.web: "regexp:^a"`,
      { rule: { kind: 'regex', pattern: '^a' } },
    ],
    ['12 tag_all', `${on}, fluxcd.io/tag_all: "regex:^a"`, { rule: { kind: 'regex', pattern: '^a' } }],
    [
      '19 no prefix',
      `${on}, fluxcd.io/tag.web: "a-*"`,
      { rule: { kind: 'glob', pattern: 'a-*', order: 'newest' } },
    ],
    ['25 latest', `${on}, fluxcd.io/tag.web: latest`, { rule: { pattern: 'latest' }, excludePatterns: [] }],
  ];
  it.each(rows)('line %s', (_, annotations, expected) => {
    const file = readText(workload(annotations));
    expect(shown(file)).toEqual([]);
    expect(file.policies).toMatchObject([{ name: 'hello/web', policy: expected }]);
  });

  it.each<Row<string>>([
    ['5 an unknown key', `${on}, fluxcd.io/lockd: 'true'`, 'did you mean "locked"'],
    ['13 a map on what is no HelmRelease', `${on}, tag.fluxcd.io/web: a`, 'is no HelmRelease'],
    ['24 a bad range', `${on}, fluxcd.io/tag.web: "semver:>>1"`, 'bad semver range'],
    ['24 a bad pattern', `${on}, fluxcd.io/tag.web: "regexp:("`, 'bad regular expression'],
  ])('line %s is a problem', (_, annotations, words) => {
    const file = readText(workload(annotations));
    const all = [...file.problems, ...file.policies.flatMap(({ problems }) => problems)];
    expect(all).toMatchObject([
      { code: 'bad-annotation', line: 3, message: expect.stringContaining(words) as string },
    ]);
    expect(file.policies.flatMap(({ policy }) => policy ?? [])).toEqual([]);
  });
});
