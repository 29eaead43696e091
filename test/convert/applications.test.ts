import { describe, expect, it } from 'vitest';
import { after, converted, problems } from './converted.ts';

const annotation = 'argocd-image-updater.argoproj.io/image-list: web=ghcr.io/acme/web:~1.2';
const application = (name: string, spec: string, metadata = '') =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: ${name}\n${metadata}spec:\n  ${spec}\n`;
const annotated = (path: string) =>
  application(
    'shop',
    `source: {repoURL: "https://git.test/fleet", path: ${path}}`,
    `  annotations:\n    ${annotation}\n`,
  );
const updater = (reference: string, more = '') => `apiVersion: argocd-image-updater.argoproj.io/v1alpha1
kind: ImageUpdater
metadata: {name: all, namespace: argocd}
spec:
  applicationRefs:
    - {namePattern: ${reference}, images: [{alias: web, imageName: "ghcr.io/acme/web:~1.2"${more}}]}
`;
const kustomization = 'images:\n  - {name: ghcr.io/acme/web, newTag: 1.2.3}\n';
const shop = application(
  'shop',
  'source: {repoURL: "https://git.test/fleet", path: shop}',
  '  labels: {team: a}\n',
);
const side = application('shop-side', 'source: {path: side}', '  namespace: argocd\n');
const tree = {
  'argo/shop.yaml': shop,
  'argo/side.yaml': side,
  'shop/kustomization.yaml': kustomization,
  'side/kustomization.yaml': kustomization,
};

describe('an annotated Application', () => {
  it('gives a policy in the folder that it applies, and says what is taken for granted', () => {
    const files = { 'argo/shop.yaml': annotated('./shop'), 'shop/kustomization.yaml': kustomization };
    const { files: changed, problems: found, todo } = converted(files);
    expect([...changed.keys(), ...found]).toEqual(['shop/shop.tallyman.yaml']);
    expect(todo.map(({ message }) => message)).toEqual([
      expect.stringContaining('is taken to apply shop of this repository (repoURL https://git.test/fleet;'),
      expect.stringContaining('Stop Argo CD Image Updater'),
    ]);
    expect(converted(after(files)).files.size).toBe(0);
  });

  it('is a problem where that folder lies elsewhere', () => {
    expect(problems({ 'argo/shop.yaml': annotated('elsewhere') })).toEqual([
      'not-supported argo/shop.yaml:1',
    ]);
  });

  it('says so where no field is found', () => {
    const { todo } = converted({ 'argo/shop.yaml': annotated('argo') });
    expect(todo.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('binds no image field'),
    );
  });

  it('gives a policy beside itself where the image stands in it', () => {
    const parameters =
      'source:\n    repoURL: https://charts.test\n    chart: web\n    helm:\n      parameters:\n        - {name: image.repository, value: ghcr.io/acme/web}\n        - {name: image.tag, value: 1.2.0}';
    const files = {
      'argo/shop.yaml': application('shop', parameters, `  annotations:\n    ${annotation}\n`),
    };
    const changed = after(files);
    expect(changed['argo/shop.tallyman.yaml']).toContain('paths:\n    - argo/shop.yaml\n');
    expect(converted(files)).toMatchObject({ problems: [], todo: { length: 1 } });
  });
});

describe('an ImageUpdater', () => {
  const rows: readonly [label: string, reference: string, policies: readonly string[]][] = [
    ['of one Application', 'shop', ['shop/shop.tallyman.yaml']],
    ['of all with a name like it', '"shop*"', ['shop/shop.tallyman.yaml', 'side/shop-side.tallyman.yaml']],
    ['of those with a label', '"*", labelSelectors: {matchLabels: {team: a}}', ['shop/shop.tallyman.yaml']],
    [
      'of those without',
      '"*", labelSelectors: {matchExpressions: [{key: team, operator: DoesNotExist}]}',
      ['side/shop-side.tallyman.yaml'],
    ],
  ];
  it.each(rows)('%s gives each a policy in its folder', (_, reference, policies) => {
    const files = { ...tree, 'argo/updater.yaml': updater(reference) };
    const { files: changed, problems: found, todo } = converted(files);
    expect([...changed.keys()]).toEqual(policies);
    expect(found).toEqual([]);
    expect(todo.filter(({ message }) => message.includes('is taken to apply'))).toHaveLength(policies.length);
    expect(todo.filter(({ message }) => message.includes('binds no image field'))).toEqual([]);
    expect(converted(after(files)).files.size).toBe(0);
  });

  it('finds the folder of values that a chart takes from another source', () => {
    const sources =
      'sources:\n    - {repoURL: https://charts.test, chart: web, helm: {valueFiles: [$values/apps/web/values.yaml]}}\n    - {repoURL: https://git.test/fleet, ref: values}';
    const files = {
      'argo/shop.yaml': application('shop', sources),
      'argo/updater.yaml': updater('shop'),
      'apps/web/values.yaml': 'image: {repository: ghcr.io/acme/web, tag: 1.2.3}\n',
    };
    expect([...converted(files).files.keys()]).toEqual(['apps/web/shop.tallyman.yaml']);
    expect(problems(files)).toEqual([]);
  });

  const left: readonly [label: string, files: Readonly<Record<string, string>>, words: RegExp][] = [
    [
      'of Applications that are not there',
      { ...tree, 'u.yaml': updater('"blog-*"') },
      /no Application .* matches "blog-\*" in the namespace argocd/,
    ],
    [
      'of another namespace',
      {
        'a.yaml': application('shop', 'source: {path: .}', '  namespace: other\n'),
        'u.yaml': updater('shop'),
      },
      /no Application/,
    ],
    [
      'of a folder elsewhere',
      { 'argo/shop.yaml': shop, 'u.yaml': updater('shop') },
      /the Application shop \(argo\/shop\.yaml:1:1\) is not in this checkout/,
    ],
    [
      'of several folders',
      {
        ...tree,
        'argo/shop.yaml': application('shop', 'sources: [{path: shop}, {path: side}]'),
        'u.yaml': updater('shop'),
      },
      /several folders .*\(shop, side\)/,
    ],
    [
      'of two kinds of target',
      { ...tree, 'u.yaml': updater('shop', ', manifestTargets: {helm: {name: a}, kustomize: {name: b}}') },
      /exactly one of helm, kustomize and plugin/,
    ],
    [
      'with a bad selector',
      { ...tree, 'u.yaml': updater('shop, labelSelectors: {matchLabel: {a: b}}') },
      /matchLabel \(did you mean "matchLabels"/,
    ],
    ['without a pattern', { ...tree, 'u.yaml': updater('null') }, /namePattern is missing/],
  ];
  it.each(left)('%s is told of', (_, files, words) => {
    const { problems: found, files: changed } = converted(files);
    expect(found.map(({ file, message }) => `${file} ${message}`)).toEqual([expect.stringMatching(words)]);
    expect(found[0]?.file).toBe('u.yaml');
    expect(changed.size).toBe(0);
  });
});
