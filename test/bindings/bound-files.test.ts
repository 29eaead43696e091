import { describe, expect, it } from 'vitest';
import { bind } from '../../src/bindings/bind.ts';
import { BoundFiles } from '../../src/bindings/bound-files.ts';
import { collectPolicies } from '../../src/bindings/collect.ts';
import type { FactedFile } from '../../src/bindings/model.ts';
import { readFacts } from '../../src/fields/facts.ts';
import { nameClass } from '../../src/fields/name-class.ts';
import type { FileFacts } from '../../src/fields/model.ts';
import { FactsCache } from '../../src/run/prepare/facts-cache.ts';
import { encode } from '../../src/yaml/decode.ts';
import { numbersFrom } from '../yaml/samples.ts';
import { answers, type Files } from './trees.ts';

const policy = (name: string, more = ''): string =>
  `apiVersion: tallyman.dev/v1\nkind: ImagePolicy\nmetadata: {name: ${name}}\nspec:\n  image: acme/${name}\n  policy: {semver: '*'}\n${more}`;
const pod = (image: string, comment = '', annotation = ''): string =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n${annotation}spec:\n  containers:\n  - name: c\n    image: ${image}${comment}\n`;
const kustomization = (text: string): string =>
  `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n${text}`;
const flux = (kind: string, spec: string): string =>
  `apiVersion: image.toolkit.fluxcd.io/v1\nkind: ${kind}\nmetadata: {name: web, namespace: ns}\nspec: ${spec}\n`;

const pods = [
  pod('acme/web:1'),
  pod('acme/web:2'),
  pod('acme/db:1'),
  pod('acme/web:1', ' # {"$tallyman": "web"}'),
  pod('acme/db:1', ' # {"$tallyman": "web"}'),
  pod('acme/web:1', ' # {"$tallyman": "wbe"}'),
  pod('acme/web:1', ' # {"$imagepolicy": "ns:web"}'),
  pod('acme/web:1', '', '  annotations: {tallyman.dev/policy: semver:*}\n'),
  pod('acme/web:1', '', '  annotations: {tallyman.dev/min-age: 2d}\n'),
];

/** What may stand at a path; nothing too. */
const variants: Readonly<Record<string, readonly string[]>> = {
  'policy.yaml': [policy('web'), policy('web', '  paths: [base/**]\n'), policy('wbe'), 'a: [\n'],
  'base/policy.yaml': [policy('db'), policy('web'), policy('other')],
  'targets.yaml': [
    policy('web'),
    `${policy('web')}  targets:\n  - {file: "base/*.yaml", path: "$.spec.containers[0].image", field: image}\n`,
  ],
  'base/a.yaml': pods,
  'base/b.yaml': pods,
  'base/templates/c.yaml': pods,
  'other/a.yaml': pods,
  'base/values.yaml': ['image: {tag: 1}\n', 'image: {repository: acme/web, tag: 1}\n'],
  'base/Chart.yaml': ['name: c\nversion: 1.0.0\n'],
  'base/kustomization.yaml': [
    kustomization('resources: [a.yaml, b.yaml]\n'),
    kustomization('resources: [a.yaml]\n'),
    kustomization('resources: [b.yaml]\n'),
  ],
  'prod/kustomization.yaml': [
    kustomization('resources: [../base]\n'),
    kustomization('resources: [../base, ../other]\n'),
    kustomization('resources: [../base]\nimages: [{name: acme/web, newTag: "1"}]\n'),
  ],
  'test/kustomization.yaml': [
    kustomization('resources: [../base]\n'),
    kustomization('resources: [../other]\n'),
  ],
  'flux/policy.yaml': [
    flux('ImagePolicy', '{imageRepositoryRef: {name: web}, policy: {semver: {range: "*"}}}'),
  ],
  'flux/repository.yaml': [flux('ImageRepository', '{image: acme/web}')],
  'flux/automation.yaml': [
    flux(
      'ImageUpdateAutomation',
      '{sourceRef: {kind: GitRepository, name: x}, update: {path: ./base, strategy: Setters}}',
    ),
  ],
};

describe('bind, with what is known of the last tree', () => {
  it.each([
    ['by itself', undefined],
    ['where policies of Flux are acted on', ['flux2' as const]],
  ])('says what it says without, however the tree changes: %s', (_, dialects) => {
    const next = numbersFrom(11);
    // what says who deploys the others changes most often
    const paths = Object.keys(variants).flatMap((path) =>
      path.endsWith('kustomization.yaml') ? Array.from({ length: 5 }, () => path) : [path],
    );
    const files: Record<string, string> = {};
    const facts = new Map<string, FileFacts>();
    const { loadPolicy } = new FactsCache();
    const known = new BoundFiles();
    const options = { policyRoots: ['targets.yaml'], ...(dialects && { dialects }) };
    let reused = 0;
    const seen = new Set<string>();
    let last = new Set<unknown>();
    for (let turn = 0; turn < 1500; turn++) {
      const path = paths[next(paths.length)] ?? '';
      const texts = variants[path] ?? [];
      const text = texts[next(texts.length + (turn < 40 ? 0 : 1))];
      if (text === undefined) delete files[path];
      else files[path] = text;
      const facted = tree(files, facts);
      const { policies } = collectPolicies(facted, loadPolicy);
      const byId = Object.fromEntries(facted.map(({ id }) => [id, id.slice(id.indexOf(' ') + 1)]));
      const found = answers(byId, facted, policies, options);
      const bound = bind(facted, policies, options, found, known);
      expect(bound).toEqual(bind(facted, policies, options, found));
      reused += bound.bindings.filter((binding) => last.has(binding)).length;
      last = new Set(bound.bindings);
      for (const { via } of bound.bindings) seen.add(via);
      for (const { code } of bound.problems) seen.add(code);
    }
    expect(reused).toBeGreaterThan(100);
    const expected = ['marker', 'annotation', 'targets', 'name', 'shared-base', 'shadowed', 'other-writer'];
    expect(expected.filter((one) => !seen.has(one))).toEqual([]);
  });

  it('gives the id that the file has now', () => {
    const facted = tree({ 'policy.yaml': policy('web'), 'base/a.yaml': pods[0] ?? '' }, new Map());
    const { policies } = collectPolicies(facted);
    const known = new BoundFiles();
    const options = { policyRoots: [] };
    bind(facted, policies, options, undefined, known);
    const renamed = facted.map((file) => ({ ...file, id: `new ${file.id}` }));
    const [binding] = bind(renamed, policies, options, undefined, known).bindings;
    expect(binding?.fileId).toMatch(/^new /);
  });

  it('binds anew with other options', () => {
    const facted = tree({ 'policy.yaml': policy('web'), 'base/a.yaml': pods[0] ?? '' }, new Map());
    const { policies } = collectPolicies(facted);
    const known = new BoundFiles();
    const [options, others] = [{ policyRoots: [] }, { policyRoots: [] }];
    const [first] = bind(facted, policies, options, undefined, known).bindings;
    expect(bind(facted, policies, options, undefined, known).bindings[0]).toBe(first);
    expect(bind(facted, policies, others, undefined, known).bindings[0]).not.toBe(first);
  });
});

/** Sorted by path, as trees are; texts that were seen before have the facts that they had. */
function tree(files: Files, known: Map<string, FileFacts>): FactedFile[] {
  return Object.keys(files)
    .toSorted()
    .map((path) => {
      const text = files[path] ?? '';
      const kind = nameClass(path);
      const id = `${kind} ${text}`;
      const facts = known.get(id) ?? readFacts(encode(text), kind);
      known.set(id, facts);
      return { path, id, facts };
    });
}
