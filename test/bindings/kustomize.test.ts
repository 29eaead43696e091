import { describe, expect, it } from 'vitest';
import {
  base,
  entry,
  image,
  kustomization,
  look,
  messages,
  moves,
  shared,
  usual,
  web,
  type Environments,
} from './kustomize-trees.ts';
import { pod } from './manifests.ts';
import type { Files } from './trees.ts';

describe('a base', () => {
  it.each<[string, Files, Environments, ReturnType<typeof look>]>([
    ['alone', base, {}, moves],
    ['with one overlay', { ...base, 'prod/kustomization.yaml': kustomization(['../base']) }, {}, moves],
    [
      'with two overlays that nobody names',
      usual,
      {},
      { bindings: ['name prod/kustomization.yaml#/images/0/newTag'], problems: shared.problems },
    ],
    [
      'with an overlay for each of two environments',
      usual,
      { 'prod/': 'prod', 'staging/': 'staging' },
      { bindings: ['name prod/kustomization.yaml#/images/0/newTag'], problems: shared.problems },
    ],
    [
      'with an overlay for one environment, and one that none covers',
      usual,
      { 'prod/': 'prod' },
      { bindings: ['name prod/kustomization.yaml#/images/0/newTag'], problems: shared.problems },
    ],
    [
      'with two overlays of one environment',
      usual,
      { 'prod/': 'prod', 'staging/': 'prod' },
      {
        bindings: [`name base/pod.yaml#${image}`, 'name prod/kustomization.yaml#/images/0/newTag'],
        problems: [],
      },
    ],
    [
      'under a list of overlays that environments cover',
      { ...usual, 'kustomization.yaml': kustomization(['staging', 'prod']) },
      { 'prod/': 'prod', 'staging/': 'staging' },
      { bindings: ['name prod/kustomization.yaml#/images/0/newTag'], problems: shared.problems },
    ],
    [
      'that an environment covers, used from another',
      {
        ...base,
        'prod/kustomization.yaml': kustomization(['../base']),
        'x/kustomization.yaml': kustomization(['../base']),
      },
      { 'base/': 'staging', 'prod/': 'prod' },
      shared,
    ],
    [
      'over a base in between',
      {
        ...base,
        'mid/kustomization.yaml': kustomization(['../base']),
        'staging/kustomization.yaml': kustomization(['../mid']),
        'prod/kustomization.yaml': kustomization(['../mid/']),
      },
      {},
      shared,
    ],
    [
      'by bases, a file, and an odd path',
      {
        ...base,
        'a/kustomization.yaml': 'bases: [./../a/../base/]\n',
        'b/Kustomization': kustomization(['../base/kustomization.yaml']),
      },
      {},
      shared,
    ],
    [
      'by its pod alone',
      { ...base, 'b/kustomization.yaml': kustomization(['../base/pod.yaml']) },
      {},
      shared,
    ],
  ])('%s', (_, files, environments, expected) => {
    expect(look(files, environments)).toEqual(expected);
  });

  it('is named with its environments, and with what to do', () => {
    expect(messages(usual, { 'prod/': 'prod', 'staging/': 'staging' })).toEqual([
      'This field is in a base that reaches prod and staging, so the policy web would release to all of them at once. Give each overlay an images: entry for ghcr.io/acme/web, which the policy can move, or bind this field on purpose by a marker # {"$tallyman": "web"} or targets.',
    ]);
    expect(messages(usual)[0]).toContain('reaches prod and staging, so');
    expect(messages(usual)[0]).toContain(
      'If they are one environment, name it in tallyman.yaml with their paths.',
    );
  });

  it('is moved by a marker on purpose', () => {
    const files = { ...usual, 'base/pod.yaml': pod(`${web}:1.4.0 # {"$tallyman": "web"}`) };
    expect(look(files)).toEqual({
      bindings: [`marker base/pod.yaml#${image}`, 'name prod/kustomization.yaml#/images/0/newTag'],
      problems: [],
    });
  });

  it.each([
    ['of its own', 'semver:*'],
    ['that names a policy', 'policy:web'],
  ])('is not moved by an annotation %s', (_, value) => {
    const { bindings, problems } = look({
      ...usual,
      'base/pod.yaml': pod(`${web}:1.4.0`, `{tallyman.dev/policy: "${value}"}`),
    });
    expect(bindings).toEqual(['name prod/kustomization.yaml#/images/0/newTag']);
    expect(problems).toEqual(['shared-base base/pod.yaml:7']);
  });
});

describe('references that lead nowhere', () => {
  it.each([
    'https://github.com/acme/base//web?ref=v1',
    'github.com/acme/base//web?ref=v1',
    'github.com/acme/base?ref=v1',
    'git@github.com:acme/base.git//web',
    'ssh://git@github.com/acme/base',
    'git::https://example.com/base',
    'example.com/base.git',
    '../missing',
    'missing.yaml',
    '',
  ])('%s', (path) => {
    const files = { ...base, 'prod/kustomization.yaml': kustomization([path, '../base']) };
    expect(look(files)).toEqual(moves);
  });

  it.each(['../../x', '/base', '../base/../../../base', '../../base'])('%s leaves the repository', (path) => {
    const files = { ...base, 'prod/kustomization.yaml': kustomization(['../base', path]) };
    expect(look(files)).toEqual({ ...moves, problems: ['bad-reference prod/kustomization.yaml:1'] });
  });

  it('circles end', () => {
    const files = {
      ...base,
      'base/kustomization.yaml': kustomization(['pod.yaml', '../a', '.']),
      'a/kustomization.yaml': kustomization(['../base'], entry('1.4.0')),
      'c/kustomization.yaml': 'components: [../d]\n',
      'd/kustomization.yaml': 'kind: Component\ncomponents: [../c]\n',
    };
    expect(look(files)).toEqual({
      bindings: [`name base/pod.yaml#${image}`, 'name a/kustomization.yaml#/images/0/newTag'],
      problems: [],
    });
    // From outside, it is as if nobody closed it.
    expect(look({ ...files, 'e/kustomization.yaml': kustomization(['../a']) })).toEqual({
      bindings: ['name a/kustomization.yaml#/images/0/newTag'],
      problems: ['shadowed base/pod.yaml:7'],
    });
  });
});
