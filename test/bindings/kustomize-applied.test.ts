import { describe, expect, it } from 'vitest';
import {
  argo,
  base,
  entry,
  flux,
  kustomization,
  look,
  shared,
  web,
  type Environments,
} from './kustomize-trees.ts';
import { pod, policy } from './manifests.ts';
import type { Files } from './trees.ts';

const clusters = { 'clusters/a/': 'a', 'clusters/b/': 'b' };

describe('what is applied', () => {
  it.each<[string, Files, Environments, string[]]>([
    [
      'one folder by two clusters',
      { 'clusters/a/x.yaml': flux('x', './base'), 'clusters/b/x.yaml': flux('x', './base') },
      clusters,
      shared.problems,
    ],
    [
      'one folder by one cluster twice',
      { 'clusters/a/x.yaml': flux('x', './base'), 'clusters/a/y.yaml': flux('y', 'base/') },
      clusters,
      [],
    ],
    [
      'one folder by two, none covered',
      { 'clusters/a/x.yaml': flux('x', './base'), 'clusters/b/x.yaml': flux('x', './base') },
      {},
      [],
    ],
    [
      'an artifact',
      {
        'clusters/a/x.yaml': flux('x', './base').replace('GitRepository', 'OCIRepository'),
        'clusters/b/x.yaml': flux('x', './base'),
      },
      clusters,
      [],
    ],
    [
      'by Argo CD',
      { 'clusters/a/x.yaml': argo('base'), 'clusters/b/x.yaml': argo('/base') },
      clusters,
      shared.problems,
    ],
    [
      'by Argo CD from several sources',
      {
        'clusters/a/x.yaml': argo('base'),
        'clusters/b/x.yaml': argo('y').replace(
          '  source:\n    path: y',
          '  sources:\n    - {repoURL: x, path: base}',
        ),
      },
      clusters,
      shared.problems,
    ],
    [
      'by an overlay and by itself',
      { 'b/kustomization.yaml': kustomization(['../base']), 'clusters/a/x.yaml': flux('x', './base') },
      { ...clusters, 'b/': 'b' },
      shared.problems,
    ],
    [
      'from above',
      { 'clusters/a/x.yaml': flux('x', './'), 'clusters/b/x.yaml': flux('x', './base') },
      clusters,
      shared.problems,
    ],
    [
      'a component',
      {
        'base/kustomization.yaml': `kind: Component\n${kustomization(['pod.yaml'])}`,
        'a/kustomization.yaml': 'components: [../base]\n',
        'b/kustomization.yaml': 'components: [../base]\n',
      },
      {},
      shared.problems,
    ],
    [
      'a component that nobody uses',
      {
        'base/kustomization.yaml': `kind: Component\n${kustomization(['pod.yaml'])}`,
        'a/kustomization.yaml': kustomization(['../base/pod.yaml']),
      },
      {},
      [],
    ],
  ])('%s', (_, files, environments, problems) => {
    expect(look({ ...base, ...files }, environments).problems).toEqual(problems);
  });

  const plain = { 'p.yaml': policy('web'), 'infra/sub/pod.yaml': pod(`${web}:1.4.0`) };
  it.each<[string, Files, string[]]>([
    [
      'by Flux with what is below',
      { 'clusters/a/x.yaml': flux('x', './infra'), 'clusters/b/x.yaml': flux('x', './infra/sub') },
      ['shared-base infra/sub/pod.yaml:7'],
    ],
    [
      'by Argo CD without what is below',
      { 'clusters/a/x.yaml': argo('infra'), 'clusters/b/x.yaml': argo('infra/sub') },
      [],
    ],
    [
      'by Argo CD with what is below',
      {
        'clusters/a/x.yaml': argo('infra', '    directory: {recurse: true}\n'),
        'clusters/b/x.yaml': argo('infra/sub'),
      },
      ['shared-base infra/sub/pod.yaml:7'],
    ],
    [
      'where a kustomization decides',
      {
        'infra/kustomization.yaml': kustomization([]),
        'clusters/a/x.yaml': flux('x', './infra'),
        'clusters/b/x.yaml': flux('x', '.'),
      },
      [],
    ],
    [
      'as a chart',
      {
        'infra/sub/Chart.yaml': 'name: x\n',
        'clusters/a/x.yaml': argo('infra/sub'),
        'clusters/b/x.yaml': argo('infra/sub'),
      },
      [],
    ],
  ])('a folder without a kustomization %s', (_, files, problems) => {
    expect(look({ ...plain, ...files }, clusters).problems).toEqual(problems);
  });
});

describe('values of a base', () => {
  const values = 'image: {repository: ghcr.io/acme/web, tag: 1.4.0}\n';
  it.each([
    ['configMapGenerator', 'configMapGenerator: [{name: v, files: [values.yaml]}]\n'],
    ['configMapGenerator with a key', 'configMapGenerator: [{name: v, files: [v=values.yaml]}]\n'],
    ['helmCharts', 'helmCharts: [{name: v, valuesFile: values.yaml}]\n'],
    ['patches', 'patches: [{path: values.yaml}]\n'],
  ])('by %s', (_, text) => {
    const files = {
      'p.yaml': policy('web'),
      'base/values.yaml': values,
      'base/kustomization.yaml': text,
      'a/kustomization.yaml': kustomization(['../base']),
      'b/kustomization.yaml': kustomization(['../base'], entry('1.4.0')),
    };
    expect(look(files).problems).toEqual(['shared-base base/values.yaml:1']);
  });
});
