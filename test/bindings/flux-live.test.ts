import { describe, expect, it } from 'vitest';
import { bind } from '../../src/bindings/bind.ts';
import { collectPolicies } from '../../src/bindings/collect.ts';
import { compareProblems } from '../../src/core/problem.ts';
import { factedFiles, type Files } from './trees.ts';

const repository = (name = 'web', more = '', namespace: string | undefined = 'flux-system') =>
  `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: ${name}${namespace === '' ? '' : `, namespace: ${namespace}`}}
spec: {image: ghcr.io/acme/${name}, interval: 5m${more}}
`;

const policy = (name = 'web', more = '', metadata = ', namespace: flux-system') =>
  `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: ${name}${metadata}}
spec: {imageRepositoryRef: {name: ${name}}, policy: {semver: {range: ^1}}${more}}
`;

const automation = (more = '', metadata = ', namespace: flux-system') =>
  `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata: {name: all${metadata}}
spec: {sourceRef: {kind: GitRepository, name: fleet}, interval: 30m, git: {commit: {author: {email: a@b.invalid}}}${more}}
`;

const kustomization = (text: string) => `resources: [${text}]\n`;

const field = 'kind: X\nvalue: ghcr.io/acme/web:1.0.0 # {"$imagepolicy": "flux-system:web"}\n';
const base = { 'flux.yaml': `${repository()}---\n${policy()}`, 'apps/a.yaml': field };
const bound = ['flux-system:web marker apps/a.yaml#/value'];

function look(files: Files, dialects: readonly 'flux2'[] = ['flux2']) {
  const facted = factedFiles(files);
  const { bindings, problems } = bind(facted, collectPolicies(facted).policies, {
    policyRoots: [],
    dialects,
  });
  return {
    bindings: bindings.map(({ policy: { name }, via, key }) => `${name} ${via} ${key}`),
    problems: problems.toSorted(compareProblems).map(({ code, file, line }) => `${code} ${file}:${line}`),
  };
}

describe('an ImagePolicy of Flux 2', () => {
  it('binds the fields that its markers name', () => {
    expect(look(base)).toEqual({ bindings: bound, problems: [] });
  });

  it('is only read without dialects: [flux2]', () => {
    expect(look(base, [])).toEqual({ bindings: [], problems: ['unknown-policy apps/a.yaml:2'] });
  });

  it.each([
    ['without dialects: [flux2]', base, [], 'is acted on only with dialects: [flux2]'],
    ['with errors', { ...base, 'flux.yaml': policy() }, ['flux2'] as const, 'cannot be used as it stands'],
  ])('is pointed to by the problem of its marker %s', (_, files, dialects, words) => {
    const { problems } = bind(factedFiles(files), [], { policyRoots: [], dialects });
    const message = problems.find(({ code }) => code === 'unknown-policy')?.message;
    expect(message).toContain('The ImagePolicy flux-system:web of Flux (flux.yaml:');
    expect(message).toContain(words);
  });

  it('does not bind by the image name', () => {
    const plain = 'kind: Pod\nspec: {containers: [{name: web, image: "ghcr.io/acme/web:1.0.0"}]}\n';
    expect(look({ ...base, 'apps/a.yaml': plain })).toEqual({
      bindings: [],
      problems: ['unbound-policy flux.yaml:6'],
    });
  });

  it('and one of ours are a problem where a marker may mean both', () => {
    const ours = `apiVersion: tallyman.dev/v1\nkind: ImagePolicy\nmetadata: {name: web}\nspec: {image: ghcr.io/acme/web, policy: {semver: "*"}}\n`;
    expect(look({ ...base, 'apps/p.yaml': ours })).toEqual({
      bindings: [],
      problems: ['ambiguous-binding apps/a.yaml:2'],
    });
  });

  it('of one name twice is used neither time', () => {
    const files = { ...base, 'more.yaml': policy() };
    expect(look(files)).toEqual({
      bindings: [],
      problems: [
        'unknown-policy apps/a.yaml:2',
        'duplicate-policy flux.yaml:6',
        'duplicate-policy more.yaml:1',
      ],
    });
  });
});

describe('the namespace of a Flux 2 policy', () => {
  const open = {
    'flux/web.yaml': `${repository('web', '', '')}---\n${policy('web', '', '')}`,
    'apps/a.yaml': field,
  };
  const rows: readonly [
    label: string,
    files: Files,
    bindings: readonly string[],
    problems: readonly string[],
  ][] = [
    ['that no file tells matches by a unique name', open, ['web marker apps/a.yaml#/value'], []],
    [
      'comes from the kustomization beside it',
      { ...open, 'flux/kustomization.yaml': `namespace: flux-system\n${kustomization('web.yaml')}` },
      bound,
      [],
    ],
    [
      'comes from an overlay above it',
      {
        ...open,
        'flux/kustomization.yaml': kustomization('./web.yaml'),
        'prod/kustomization.yaml': `namespace: flux-system\n${kustomization('../flux')}`,
      },
      bound,
      [],
    ],
    [
      'of an overlay goes before that of its base',
      {
        ...open,
        'flux/kustomization.yaml': `namespace: other\n${kustomization('web.yaml')}`,
        'prod/kustomization.yaml': `namespace: flux-system\n${kustomization('../flux/')}`,
      },
      bound,
      [],
    ],
    [
      'that no file tells does not match where the name is not the only one',
      {
        ...open,
        'other.yaml': `${repository('web', '', 'other')}---\n${policy('web', '', ', namespace: other')}`,
      },
      [],
      ['unknown-policy apps/a.yaml:2', 'unbound-policy flux/web.yaml:6', 'unbound-policy other.yaml:6'],
    ],
    [
      'of a broken policy is not taken over by another one',
      {
        ...open,
        'other.yaml': policy('web', ', suspnd: true'),
      },
      [],
      ['unknown-policy apps/a.yaml:2', 'unbound-policy flux/web.yaml:6', 'bad-policy other.yaml:4'],
    ],
    [
      'that is another one does not match',
      { ...open, 'flux/kustomization.yaml': `namespace: other\n${kustomization('web.yaml')}` },
      [],
      ['unknown-policy apps/a.yaml:2', 'unbound-policy flux/web.yaml:6'],
    ],
    [
      'comes from a Kustomization of Flux',
      {
        ...open,
        'sync.yaml':
          'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\nspec: {path: ./flux, targetNamespace: flux-system}\n',
      },
      bound,
      [],
    ],
  ];
  it.each(rows)('%s', (_, files, bindings, problems) => {
    expect(look(files)).toEqual({ bindings, problems });
  });
});

describe('an object of Flux 2 that a kustomization patches', () => {
  const patches: readonly [label: string, files: Files][] = [
    [
      'by a target',
      {
        'kustomization.yaml':
          'resources: [flux.yaml]\npatches:\n  - {path: p.json, target: {kind: ImagePolicy}}\n',
      },
    ],
    [
      'by a pattern',
      { 'kustomization.yaml': 'resources: [flux.yaml]\npatches:\n  - {path: p.json, target: {name: w.*}}\n' },
    ],
    [
      'by a patch in place',
      {
        'kustomization.yaml':
          'resources: [flux.yaml]\npatches:\n  - patch: |\n      apiVersion: image.toolkit.fluxcd.io/v1\n      kind: ImagePolicy\n      metadata: {name: web}\n      spec: {suspend: true}\n',
      },
    ],
    [
      'by a file',
      {
        'kustomization.yaml': 'resources: [flux.yaml]\npatchesStrategicMerge:\n  - p.yaml\n',
        'p.yaml':
          'apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImagePolicy\nmetadata: {name: web}\nspec: {suspend: true}\n',
      },
    ],
  ];
  it.each(patches)('%s is incomplete', (_, files) => {
    const facted = factedFiles({ ...base, ...files });
    const { bindings, problems } = bind(facted, [], { policyRoots: [], dialects: ['flux2'] });
    expect(bindings).toEqual([]);
    const incomplete = problems.filter(({ message }) =>
      message.includes('incomplete (patched by kustomization.yaml:3'),
    );
    expect(incomplete.map(({ code, policy: name }) => [code, name])).toContainEqual([
      'bad-policy',
      'flux-system:web',
    ]);
  });

  it('by name is not another one', () => {
    const files = {
      'kustomization.yaml': 'resources: [flux.yaml]\npatches:\n  - {path: p.json, target: {name: api}}\n',
    };
    expect(look({ ...base, ...files })).toEqual({ bindings: bound, problems: [] });
  });
});

it('kustomizations in layers are followed in linear time', () => {
  const layers = 24;
  const files: Record<string, string> = { ...base };
  for (let layer = 0; layer < layers; layer++) {
    for (const side of ['a', 'b']) {
      const below = layer === 0 ? '../../flux.yaml' : `../../${layer - 1}/a, ../../${layer - 1}/b`;
      files[`${layer}/${side}/kustomization.yaml`] = `namespace: n${layer}\n${kustomization(below)}`;
    }
  }
  const started = performance.now();
  expect(look(files)).toEqual({ bindings: bound, problems: [] });
  expect(performance.now() - started).toBeLessThan(2000);
});

it('kustomizations that use each other come to an end', () => {
  const files = {
    ...base,
    'kustomization.yaml': kustomization('flux.yaml, other'),
    'other/kustomization.yaml': kustomization('..'),
  };
  expect(look(files)).toEqual({ bindings: bound, problems: [] });
});

describe('an ImageUpdateAutomation', () => {
  const labelled = {
    ...base,
    'flux.yaml': `${repository()}---\n${policy('web', '', ', namespace: flux-system, labels: {team: a}')}`,
  };
  const rows: readonly [label: string, text: string, isWriter: boolean][] = [
    ['at work writes', automation(), true],
    ['that is suspended does not', automation(', suspend: true'), false],
    ['of another namespace does not', automation('', ', namespace: other'), false],
    ['of a namespace that no file tells may', automation('', ''), true],
    ['below its path writes', automation(', update: {path: ./apps, strategy: Setters}'), true],
    ['elsewhere does not', automation(', update: {path: ./clusters}'), false],
    ['that selects the label writes', automation(', policySelector: {matchLabels: {team: a}}'), true],
    ['that selects another label does not', automation(', policySelector: {matchLabels: {team: b}}'), false],
    [
      'by In',
      automation(', policySelector: {matchExpressions: [{key: team, operator: In, values: [a]}]}'),
      true,
    ],
    [
      'by NotIn',
      automation(', policySelector: {matchExpressions: [{key: team, operator: NotIn, values: [a]}]}'),
      false,
    ],
    ['by Exists', automation(', policySelector: {matchExpressions: [{key: team, operator: Exists}]}'), true],
    [
      'by DoesNotExist',
      automation(', policySelector: {matchExpressions: [{key: team, operator: DoesNotExist}]}'),
      false,
    ],
  ];
  it.each(rows)('%s', (_, text, isWriter) => {
    expect(look({ ...labelled, 'auto.yaml': text })).toEqual({
      bindings: isWriter ? [] : bound,
      problems: isWriter ? ['other-writer apps/a.yaml:2'] : [],
    });
  });

  it('that is patched may be at work', () => {
    const files = {
      ...base,
      'auto.yaml': automation(', suspend: true'),
      'kustomization.yaml':
        'resources: [auto.yaml]\npatches: [{path: p.json, target: {kind: ImageUpdateAutomation}}]\n',
    };
    expect(look(files)).toEqual({
      bindings: [],
      problems: ['other-writer apps/a.yaml:2', 'bad-policy auto.yaml:3'],
    });
  });
});
