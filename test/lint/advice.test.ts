import { describe, expect, it } from 'vitest';
import { adviceCodes } from '../../src/core/problem.ts';
import { nameClass } from '../../src/fields/name-class.ts';
import { advise } from '../../src/lint/advise.ts';
import { readLintFacts } from '../../src/lint/read.ts';
import { encode } from '../../src/yaml/decode.ts';
import { readText } from '../rules/files.ts';
import { bound, factedFiles, type Files } from '../bindings/trees.ts';

const local = '{name: web, annotations: {config.kubernetes.io/local-config: "true"}}';
const policy = (metadata = '{name: web}') =>
  `apiVersion: tallyman.dev/v1\nkind: ImagePolicy\nmetadata: ${metadata}\nspec: {image: ghcr.io/acme/web, policy: {semver: "*"}}\n`;
const skipped = `# +argocd:skip-file-rendering\n${policy()}`;
const web = (metadata = '{name: web}', comment = '') => `apiVersion: apps/v1
kind: Deployment
metadata: ${metadata}
spec:
  template:
    spec:
      containers:
        - name: web
${comment}          image: ghcr.io/acme/web:1.0.0
`;
const fluxApplies = (path: string) =>
  `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\nspec: {path: ${path}}\n`;
const argoApplies = (path: string, more = '') =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: apps}\nspec: {source: {path: ${path}${more}}}\n`;

const updater = (list: string) =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: web\n  annotations:\n    argocd-image-updater.argoproj.io/image-list: ${list}\nspec: {}\n`;

const keel = (annotations: string) => web(`{name: web, annotations: {${annotations}}}`);

/** `code file:line`, for policies and fields that bind in `app/`. */
function look(files: Files, environments: Readonly<Record<string, string>> = {}): string[] {
  const { bindings, policies } = bound(files);
  const linted = factedFiles(files).map(({ path, facts: { policies } }) => ({
    path,
    policies,
    facts: readLintFacts(encode(files[path] ?? ''), nameClass(path)),
  }));
  const covering = Object.entries(environments).map(([name, prefix]) => ({
    name,
    covers: (path: string) => path.startsWith(prefix),
    freezes: [{ from: 0, until: 1, reason: '' }],
  }));
  return advise(linted, bindings, covering, policies, 300_000).map(
    ({ code, file, line }) => `${code} ${file}:${line}`,
  );
}

describe('would-be-applied', () => {
  const applied = ['would-be-applied app/policy.yaml:1'];
  const rows: readonly [label: string, files: Files, expected: readonly string[]][] = [
    [
      'listed',
      { 'app/kustomization.yaml': 'resources: [policy.yaml]\n', 'app/policy.yaml': policy() },
      applied,
    ],
    [
      'listed, with the comment that kustomize does not read',
      { 'app/kustomization.yaml': 'resources: [policy.yaml]\n', 'app/policy.yaml': skipped },
      ['would-be-applied app/policy.yaml:2'],
    ],
    [
      'listed from beside',
      { 'top/kustomization.yaml': 'resources:\n  - ../app/policy.yaml\n', 'app/policy.yaml': policy() },
      applied,
    ],
    [
      'listed with the annotation',
      { 'app/kustomization.yaml': 'resources: [policy.yaml]\n', 'app/policy.yaml': policy(local) },
      [],
    ],
    [
      'not listed',
      {
        'app/kustomization.yaml': 'resources: [web.yaml, ../../out.yaml, https://example.com/policy.yaml]\n',
        'app/policy.yaml': policy(),
      },
      [],
    ],
    [
      'in a folder that Flux applies as it is',
      { 'flux.yaml': fluxApplies('./app'), 'app/policy.yaml': policy() },
      applied,
    ],
    ['below such a folder', { 'flux.yaml': fluxApplies('./'), 'app/policy.yaml': policy() }, applied],
    [
      'there with the annotation',
      { 'flux.yaml': fluxApplies('./app'), 'app/policy.yaml': policy(local) },
      [],
    ],
    [
      'in a folder of Flux with a kustomization',
      {
        'flux.yaml': fluxApplies('./app'),
        'app/kustomization.yaml': 'resources: []\n',
        'app/policy.yaml': policy(),
      },
      [],
    ],
    [
      'below a folder with a kustomization',
      {
        'flux.yaml': fluxApplies('.'),
        'app/kustomization.yaml': 'resources: []\n',
        'app/policy.yaml': policy(),
      },
      [],
    ],
    ['in another folder', { 'flux.yaml': fluxApplies('./ap'), 'app/policy.yaml': policy() }, []],
    [
      'in a folder of Argo CD',
      { 'argo.yaml': argoApplies('app'), 'app/policy.yaml': policy(local) },
      applied,
    ],
    ['there with the comment', { 'argo.yaml': argoApplies('app'), 'app/policy.yaml': skipped }, []],
    ['below a folder of Argo CD', { 'argo.yaml': argoApplies('.'), 'app/policy.yaml': policy() }, []],
    [
      'below one that is applied with all its folders',
      { 'argo.yaml': argoApplies('.', ', directory: {recurse: true}'), 'app/policy.yaml': policy() },
      applied,
    ],
    [
      'in a chart',
      { 'argo.yaml': argoApplies('app'), 'app/Chart.yaml': 'name: app\n', 'app/policy.yaml': policy() },
      [],
    ],
  ];

  it.each(rows)('%s', (_, files, expected) => {
    expect(look(files)).toEqual(expected);
  });
});

describe('other-writer', () => {
  const rows: readonly [label: string, files: Files, expected: readonly string[]][] = [
    ['Keel', { 'app/web.yaml': keel('keel.sh/policy: minor') }, ['other-writer app/web.yaml:3']],
    [
      'Keel by its old name',
      { 'app/web.yaml': keel('keel.observer/policy: force') },
      ['other-writer app/web.yaml:3'],
    ],
    [
      'Keel by a label',
      { 'app/web.yaml': web('{name: web, labels: {keel.sh/policy: all}}') },
      ['other-writer app/web.yaml:3'],
    ],
    ['Keel that is told never', { 'app/web.yaml': keel('keel.sh/policy: never') }, []],
    [
      'Keel, of another workload in the file',
      { 'app/web.yaml': `${keel('keel.sh/policy: all').replaceAll('acme/web', 'acme/api')}---\n${web()}` },
      [],
    ],
    [
      'Keel, of the second workload in the file',
      { 'app/web.yaml': `kind: X\n---\n${keel('keel.sh/policy: all')}` },
      ['other-writer app/web.yaml:5'],
    ],
    ['Flux v1', { 'app/web.yaml': keel('fluxcd.io/automated: "true"') }, ['other-writer app/web.yaml:3']],
    [
      'Flux v1 that is locked',
      { 'app/web.yaml': keel('fluxcd.io/automated: "true", fluxcd.io/locked: "true"') },
      [],
    ],
    [
      'Renovate',
      { 'app/web.yaml': web(undefined, '          # renovate: datasource=docker\n') },
      ['other-writer app/web.yaml:9'],
    ],
    [
      'Renovate, two lines above',
      { 'app/web.yaml': web(undefined, '          # renovate: datasource=docker\n\n') },
      [],
    ],
    [
      'Argo CD Image Updater',
      { 'app/web.yaml': web(), 'argo.yaml': updater('"web=ghcr.io/acme/web:~1.2, redis"') },
      ['other-writer argo.yaml:6'],
    ],
    [
      'Argo CD Image Updater for other images',
      { 'app/web.yaml': web(), 'argo.yaml': updater('ghcr.io/acme/api, =, "}{"') },
      [],
    ],
  ];

  it.each(rows)('%s', (_, files, expected) => {
    expect(look({ ...files, 'app/policy.yaml': policy() })).toEqual(expected);
  });
});

describe('no-guardrails', () => {
  const files = { 'app/policy.yaml': policy(), 'app/web.yaml': web() };

  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ['without environments', {}, []],
    ['where one covers the field', { prod: 'app/' }, []],
    ['where none does', { prod: 'prod/' }, ['no-guardrails app/web.yaml:9']],
  ])('%s', (_, environments, expected) => {
    expect(look(files, environments)).toEqual(expected);
  });
});

describe('advice', () => {
  it('is never found in a file that cannot be read', () => {
    const strange = 'resources: [\n # renovate: x\n keel.sh/policy: : :';
    expect(look({ 'app/kustomization.yaml': strange, 'app/policy.yaml': policy() })).toEqual([]);
  });

  it('has codes that the page on problems tells of under that heading', () => {
    const [, page = ''] = readText('docs/problems.md').split('\n## Advice\n');
    expect(adviceCodes.filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
  });
});
