import { describe, expect, it } from 'vitest';
import { readFlux2, type Flux2 } from '../../src/dialects/flux2/read.ts';
import { readFacts } from '../../src/fields/facts.ts';
import { nameClass } from '../../src/fields/name-class.ts';
import { parseRepository } from '../../src/image/reference.ts';
import type { Policy } from '../../src/policy/model.ts';
import { encode } from '../../src/yaml/decode.ts';

function read(files: Readonly<Record<string, string>>): Flux2 {
  return readFlux2(
    Object.entries(files).map(([path, text]) => ({ path, facts: readFacts(encode(text), nameClass(path)) })),
  );
}

const group = 'image.toolkit.fluxcd.io';

function repository(
  spec = 'image: ghcr.io/acme/web, interval: 5m',
  metadata = 'name: web, namespace: flux',
): string {
  return `apiVersion: ${group}/v1\nkind: ImageRepository\nmetadata: {${metadata}}\nspec: {${spec}}\n`;
}

function policy(
  policies: string,
  more = '',
  reference = 'name: web',
  metadata = 'name: web, namespace: flux',
): string {
  return `apiVersion: ${group}/v1\nkind: ImagePolicy\nmetadata: {${metadata}}\nspec: {imageRepositoryRef: {${reference}}, policy: {${policies}}${more}}\n`;
}

function both(policies: string, more = ''): Readonly<Record<string, string>> {
  return { 'repository.yaml': repository(), 'policy.yaml': policy(policies, more) };
}

const any = 'semver: {range: "*"}';

describe('an ImagePolicy of Flux 2', () => {
  const rows: readonly [label: string, policies: string, more: string, expected: Partial<Policy>][] = [
    [
      'semver, three numbers',
      'semver: {range: ~1.2}',
      '',
      { rule: { kind: 'semver', range: '~1.2', strict: true } },
    ],
    ['numerical, up', 'numerical: {}', '', { rule: { kind: 'numeric', order: 'asc', strict: true } }],
    [
      'numerical, down',
      'numerical: {order: desc}',
      '',
      { rule: { kind: 'numeric', order: 'desc', strict: true } },
    ],
    ['alphabetical, up', 'alphabetical: {order: asc}', '', { rule: { kind: 'alphabetical', order: 'asc' } }],
    [
      'alphabetical, down',
      'alphabetical: {order: desc}',
      '',
      { rule: { kind: 'alphabetical', order: 'desc' } },
    ],
    [
      'null is absent',
      'semver: {range: "1"}, numerical: null',
      '',
      { rule: { kind: 'semver', range: '1', strict: true } },
    ],
    [
      'a filter',
      any,
      ', filterTags: {pattern: "^v(?P<n>.*)$", extract: $n}',
      { filter: { pattern: '^v(?P<n>.*)$', extract: '$n' } },
    ],
    ['an empty filter matches all', any, ', filterTags: {pattern: ""}', { filter: undefined }],
    ['no digest', any, '', { digest: 'keep' }],
    ['digest Never', any, ', digestReflectionPolicy: Never', { digest: 'keep' }],
    ['digest IfNotPresent', any, ', digestReflectionPolicy: IfNotPresent', { digest: 'pin' }],
    ['digest Always', any, ', digestReflectionPolicy: Always, interval: 5m', { digest: 'pin' }],
    [
      'suspended',
      any,
      ', suspend: true',
      { hold: { reason: 'suspended by spec.suspend of the ImagePolicy', by: '', until: undefined } },
    ],
    ['the default exclusions', any, '', { excludePatterns: ['^.*\\.sig$'], hold: undefined }],
  ];
  it.each(rows)('%s', (_, policies, more, expected) => {
    const flux = read(both(policies, more));
    expect(flux.problems).toEqual([]);
    expect(flux.policies[0]).toMatchObject({ name: 'flux:web', problems: [], dialect: 'flux2' });
    expect(flux.policies[0]?.policy).toMatchObject({
      ...expected,
      image: parseRepository('ghcr.io/acme/web'),
      namespace: 'flux',
    });
  });

  it.each(['v1', 'v1beta2', 'v1beta1'])('of %s', (version) => {
    const files = Object.entries(both(any)).map(([path, text]) => [
      path,
      text.replace('/v1\n', `/${version}\n`),
    ]);
    expect(read(Object.fromEntries(files)).policies[0]?.policy).toBeDefined();
  });

  const wrong: readonly [label: string, policies: string, more: string, at: string, words: string][] = [
    ['two kinds', `${any}, numerical: {}`, '', '{semver', 'there are semver and numerical'],
    ['no kind', '', '', '{}', 'there is none'],
    ['an unknown kind', 'semvre: {range: "1"}', '', 'semvre', 'did you mean "semver"'],
    ['a bad range', 'semver: {range: ">>1"}', '', '">>1"', 'bad semver range'],
    ['an empty range', 'semver: {range: ""}', '', '""', 'bad semver range'],
    ['no range', 'semver: {}', '', 'semver', 'spec.policy.semver.range is missing'],
    ['a range that is a number', 'semver: {range: 1.2}', '', '1.2', 'put it in quotes'],
    ['a bad order', 'numerical: {order: ascending}', '', 'ascending', 'expected asc or desc'],
    ['a bad pattern', any, ', filterTags: {pattern: "(?=a)"}', '"(?=a)"', 'filterTags.pattern'],
    ['an unknown group', any, ', filterTags: {pattern: "a", extract: $x}', '$x', 'no group named "x"'],
    [
      'a template without a pattern',
      any,
      ', filterTags: {extract: $x}',
      'filterTags',
      'the pattern is empty',
    ],
    ['Always without an interval', any, ', digestReflectionPolicy: Always', 'Always', 'needs spec.interval'],
    ['an interval without Always', any, ', interval: 5m', 'interval', 'only allowed with'],
    ['an unknown key', any, ', suspnd: true', 'suspnd', 'did you mean "suspend"'],
    ['a flag that is a text', any, ', suspend: "true"', '"true"', 'expected true or false'],
  ];
  it.each(wrong)('releases nothing with %s', (_, policies, more, at, words) => {
    const [found] = read(both(policies, more)).policies;
    expect(found?.policy).toBeUndefined();
    const lines = policy(policies, more).split('\n');
    const places = found?.problems.map(({ code, line = 0, column = 0 }) => {
      return `${code} ${(lines[line - 1] ?? '').slice(column - 1, column - 1 + at.length)}`;
    });
    expect(places).toContain(`bad-policy ${at}`);
    expect(found?.problems.map(({ message }) => message).join('\n')).toContain(words);
  });

  it('is not read from files with template text', () => {
    expect(read({ 'policy.yaml': `${policy(any)}# {{ x }}\n` }).policies).toEqual([]);
  });
});

describe('the ImageRepository of a policy', () => {
  const rows: readonly [label: string, spec: string, expected: Partial<Policy>][] = [
    [
      'its image as it is spelled',
      'image: docker.io/library/redis',
      { image: { spelled: 'docker.io/library/redis', repository: 'docker.io/library/redis' as never } },
    ],
    ['its exclusions', 'image: a/b, exclusionList: ["rc", "^2"]', { excludePatterns: ['rc', '^2'] }],
    ['the default for an empty list', 'image: a/b, exclusionList: []', { excludePatterns: ['^.*\\.sig$'] }],
    [
      'its suspension',
      'image: a/b, suspend: true',
      {
        hold: {
          reason: 'suspended by spec.suspend of the ImageRepository flux:web',
          by: '',
          until: undefined,
        },
      },
    ],
  ];
  it.each(rows)('gives %s', (_, spec, expected) => {
    const flux = read({ 'a.yaml': `${repository(spec)}---\n${policy(any)}` });
    expect(flux.policies[0]?.policy).toMatchObject(expected);
  });

  const wrong: readonly [label: string, spec: string, words: string][] = [
    ['a scheme', 'image: https://ghcr.io/acme/web', 'leave out the scheme'],
    ['a tag', 'image: ghcr.io/acme/web:1', 'leave out the tag'],
    ['no image', 'interval: 5m', 'spec.image is missing'],
    ['a bad exclusion', 'image: a/b, exclusionList: ["(a"]', 'bad regular expression in exclusionList'],
    ['an unknown key', 'image: a/b, exclusonList: []', 'did you mean "exclusionList"'],
    [
      'too many exclusions',
      `image: a/b, exclusionList: [${Array.from({ length: 26 }, () => 'a').join(', ')}]`,
      'at most 25',
    ],
  ];
  it.each(wrong)('with %s stops its policies', (_, spec, words) => {
    const flux = read({ 'a.yaml': `${repository(spec)}---\n${policy(any)}` });
    expect(flux.policies[0]?.policy).toBeUndefined();
    expect(flux.problems.map(({ message }) => message).join('\n')).toContain(words);
    expect(flux.policies[0]?.problems[0]?.message).toContain('has errors');
  });

  it('that is missing is told with the nearest name', () => {
    const [found] = read({ 'a.yaml': repository(), 'b.yaml': policy(any, '', 'name: wbe') }).policies;
    expect(found?.policy).toBeUndefined();
    expect(found?.problems[0]).toMatchObject({ code: 'bad-policy', file: 'b.yaml', line: 4, column: 28 });
    expect(found?.problems[0]?.message).toContain(
      'no ImageRepository flux:wbe here (did you mean "flux:web"?)',
    );
  });

  const access: readonly [label: string, more: string, admits: boolean, words: string][] = [
    ['nobody', '', false, 'does not allow it'],
    ['all namespaces', ', accessFrom: {namespaceSelectors: [{matchLabels: {}}]}', true, ''],
    [
      'its namespace by name',
      ', accessFrom: {namespaceSelectors: [{matchLabels: {a: b}}, {matchLabels: {kubernetes.io/metadata.name: apps}}]}',
      true,
      '',
    ],
    [
      'another by name',
      ', accessFrom: {namespaceSelectors: [{matchLabels: {kubernetes.io/metadata.name: x}}]}',
      false,
      'does not allow it',
    ],
    [
      'labels that no file tells',
      ', accessFrom: {namespaceSelectors: [{matchLabels: {team: a}}]}',
      false,
      'only the cluster knows',
    ],
  ];
  it.each(access)('of another namespace that allows %s', (_, more, admits, words) => {
    const [found] = read({
      'a.yaml': repository(`image: a/b${more}`),
      'b.yaml': policy(any, '', 'name: web, namespace: flux', 'name: web, namespace: apps'),
    }).policies;
    expect(found?.policy !== undefined).toBe(admits);
    expect(found?.problems.map(({ message }) => message).join('\n')).toContain(words);
  });

  it('of the same name in two namespaces is the one of the policy', () => {
    const [found] = read({
      'a.yaml': repository('image: a/a', 'name: web, namespace: other'),
      'b.yaml': repository('image: a/b'),
      'c.yaml': policy(any),
    }).policies;
    expect(found?.policy?.image.spelled).toBe('a/b');
  });
});
