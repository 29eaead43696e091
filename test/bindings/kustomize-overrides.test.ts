import { describe, expect, it } from 'vitest';
import {
  argo,
  base,
  entry,
  flux,
  image,
  kustomization,
  look,
  messages,
  shared,
  usual,
  web,
  type Environments,
} from './kustomize-trees.ts';
import { pod, policy } from './manifests.ts';
import type { Files } from './trees.ts';

describe('a field that overlays override', () => {
  const over = { ...base, 'prod/kustomization.yaml': kustomization(['../base'], entry('1.4.0')) };
  const only = 'name prod/kustomization.yaml#/images/0/newTag';
  const [shadow] = ['shadowed base/pod.yaml:7'];
  it.each<[string, Files, Environments, ReturnType<typeof look>]>([
    ['in one overlay', over, {}, { bindings: [only], problems: [shadow] }],
    [
      'in all overlays, shared or not',
      { ...over, 'staging/kustomization.yaml': kustomization(['../base'], entry('1.5.0')) },
      {},
      { bindings: [only, 'name staging/kustomization.yaml#/images/0/newTag'], problems: [shadow] },
    ],
    [
      'in some overlays of one environment',
      usual,
      { 'prod/': 'p', 'staging/': 'p' },
      { bindings: [`name base/pod.yaml#${image}`, only], problems: [] },
    ],
    [
      'by digest',
      {
        ...over,
        'prod/kustomization.yaml': kustomization(
          ['../base'],
          `images: [{name: ${web}, digest: "sha256:${'1'.repeat(64)}"}]\n`,
        ),
      },
      {},
      { bindings: ['name prod/kustomization.yaml#/images/0/digest'], problems: [shadow] },
    ],
    [
      'with another name',
      {
        ...over,
        'prod/kustomization.yaml': kustomization(['../base'], entry('1', web, ', newName: mirror/web')),
      },
      {},
      { bindings: [], problems: [shadow] },
    ],
    [
      'but not spelled as the base does',
      { ...over, 'prod/kustomization.yaml': kustomization(['../base'], entry('1', 'docker.io/acme/web')) },
      {},
      { bindings: [`name base/pod.yaml#${image}`], problems: [] },
    ],
    [
      'only in the name',
      {
        ...over,
        'prod/kustomization.yaml': kustomization(
          ['../base'],
          `images: [{name: ${web}, newName: mirror/web}]\n`,
        ),
      },
      {},
      { bindings: [`name base/pod.yaml#${image}`], problems: [] },
    ],
    [
      'in its own kustomization',
      { ...base, 'base/kustomization.yaml': kustomization(['pod.yaml'], entry('1.4.0')) },
      {},
      { bindings: ['name base/kustomization.yaml#/images/0/newTag'], problems: [shadow] },
    ],
    [
      'in the overlay of an overlay',
      {
        ...base,
        'mid/kustomization.yaml': kustomization(['../base']),
        'prod/kustomization.yaml': kustomization(['../mid'], entry('1.4.0')),
      },
      {},
      { bindings: [only], problems: [shadow] },
    ],
    [
      'by an entry that an overlay overrides',
      {
        ...base,
        'mid/kustomization.yaml': kustomization(['../base'], entry('1.3.0')),
        'prod/kustomization.yaml': kustomization(['../mid'], entry('1.4.0')),
      },
      {},
      { bindings: [only], problems: [shadow, 'shadowed mid/kustomization.yaml:2'] },
    ],
    [
      'by a chain of names',
      {
        ...base,
        'mid/kustomization.yaml': kustomization(['../base'], `images: [{name: ${web}, newName: x}]\n`),
        'prod/kustomization.yaml': kustomization(['../mid'], entry('1.4.0', 'x')),
      },
      {},
      { bindings: [], problems: [shadow] },
    ],
    [
      'by a component',
      {
        ...base,
        'c/kustomization.yaml': `kind: Component\n${entry('1.4.0')}`,
        'prod/kustomization.yaml': kustomization(['../base'], 'components: [../c]\n'),
      },
      {},
      { bindings: ['name c/kustomization.yaml#/images/0/newTag'], problems: [shadow] },
    ],
    [
      'by a component of a component',
      {
        ...base,
        'd/kustomization.yaml': `kind: Component\n${entry('1.4.0')}`,
        'c/kustomization.yaml': 'kind: Component\ncomponents: [../d]\n',
        'prod/kustomization.yaml': kustomization(['../base'], 'components: [../c]\n'),
      },
      {},
      { bindings: ['name d/kustomization.yaml#/images/0/newTag'], problems: [shadow] },
    ],
    [
      'not by a component before it',
      {
        ...base,
        'c/kustomization.yaml': `kind: Component\n${entry('1.4.0')}`,
        'prod/kustomization.yaml': 'components: [../c, ../base]\n',
        'base/kustomization.yaml': `kind: Component\n${kustomization(['pod.yaml'])}`,
      },
      {},
      {
        bindings: [`name base/pod.yaml#${image}`, 'name c/kustomization.yaml#/images/0/newTag'],
        problems: [],
      },
    ],
    [
      'by Flux',
      { ...base, 'flux.yaml': flux('x', './base', `  images: [{name: ${web}, newTag: 1.4.0}]\n`) },
      {},
      { bindings: ['name flux.yaml#/spec/images/0/newTag'], problems: [shadow] },
    ],
    [
      'by Argo CD',
      { ...base, 'argo.yaml': argo('base', `    kustomize: {images: ["${web}:1.4.0"]}\n`) },
      {},
      { bindings: ['name argo.yaml#/spec/source/kustomize/images/0'], problems: [shadow] },
    ],
    [
      'by Argo CD under another name',
      { ...base, 'argo.yaml': argo('base', `    kustomize: {images: ["${web}=mirror/web:1.4.0"]}\n`) },
      {},
      { bindings: [], problems: [shadow] },
    ],
  ])('%s', (_, files, environments, expected) => {
    const { bindings, problems } = look(files, environments);
    expect({ bindings: bindings.sort(), problems: problems.sort() }).toEqual({
      bindings: [...expected.bindings].sort(),
      problems: [...expected.problems].sort(),
    });
  });

  it('says which entries, and what to do', () => {
    expect(messages(over)).toEqual([
      'images: of prod/kustomization.yaml:2:10 overrides ghcr.io/acme/web for all that is deployed from here, so a new tag in this field would change nothing. The policy web reaches that entry; set its paths so that they leave this file out, or bind this field on purpose by a marker or targets.',
    ]);
    const deep = Object.fromEntries(
      Object.entries(over).map(([path, text]) => [path === 'p.yaml' ? 'base/p.yaml' : path, text]),
    );
    expect(messages(deep)[0]).toContain('Let the policy web reach that entry instead (put its file into');
  });

  it('is moved by a marker on purpose', () => {
    const files = { ...over, 'base/pod.yaml': pod(`${web}:1.4.0 # {"$tallyman": "web"}`) };
    expect(look(files)).toEqual({ bindings: [`marker base/pod.yaml#${image}`, only], problems: [] });
  });
});

describe('large trees', () => {
  it('a chain of 10,000 overlays is followed without recursion', () => {
    const files: Record<string, string> = { ...base, 'k0/kustomization.yaml': kustomization(['../base']) };
    for (let at = 1; at < 10_000; at++)
      files[`k${at}/kustomization.yaml`] = kustomization(
        [`../k${at - 1}`],
        at === 9_999 ? entry('1.4.0') : '',
      );
    const started = performance.now();
    expect(look(files)).toEqual({
      bindings: ['name k9999/kustomization.yaml#/images/0/newTag'],
      problems: ['shadowed base/pod.yaml:7'],
    });
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('a base under 10,000 overlays', () => {
    const files: Record<string, string> = { ...base };
    for (let at = 0; at < 10_000; at++) files[`k${at}/kustomization.yaml`] = kustomization(['../base']);
    expect(look(files)).toEqual(shared);
    expect(messages(files)[0]).toContain('k0, k1, k2, k3, k4 and 3 more (and perhaps more)');
  });

  it('5,000 images under 1,000 overlays on overlays end by being refused', () => {
    const names = Array.from({ length: 5000 }, (_, at) => `acme/i${at}`);
    const files: Record<string, string> = {
      'k0/kustomization.yaml': kustomization(names.map((_, at) => `${at}.yaml`)),
      'p.yaml': names.map((name, at) => policy(`p${at}`, name)).join('---\n'),
    };
    for (const [at, name] of names.entries()) files[`k0/${at}.yaml`] = pod(`${name}:1`);
    for (let at = 1; at < 1000; at++) files[`k${at}/kustomization.yaml`] = kustomization([`../k${at - 1}`]);
    const entries = names.map((name) => `  - {name: ${name}, newName: x}\n`).join('');
    files['k999/kustomization.yaml'] = kustomization(['../k998'], `images:\n${entries}`);
    const { problems } = look(files);
    expect(problems.filter((text) => text.startsWith('shadowed')).length).toBeGreaterThan(1000);
  });
});
