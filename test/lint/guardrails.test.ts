import { describe, expect, it } from 'vitest';
import { bareProduction, outrunGuardrails, type Covering } from '../../src/lint/guardrails.ts';
import { bound } from '../bindings/trees.ts';

const place = { file: 'tallyman.yaml', line: 6, column: 5 };

function environment(name: string, more: Partial<Covering> = {}): Covering {
  return { name, covers: () => true, place, rules: {}, freezes: [], ...more };
}

const below = (name: string, prefix: string, rules: Covering['rules'] = {}) =>
  environment(name, { covers: (path) => path.startsWith(prefix), rules });

const deployment = (name: string) =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec: {template: {spec: {containers: [{name: web, image: "ghcr.io/acme/web:1.0.0"}]}}}\n`;

describe('no-guardrails of an environment', () => {
  it.each([
    'prod',
    'PROD',
    'production',
    'live',
    'prd',
    'prod-eu',
    'eu.prod',
    'us_production',
    'prod2',
    'live-1',
  ])('is advice for %s', (name) => {
    expect(bareProduction([environment('staging'), environment(name)])).toEqual([
      {
        code: 'no-guardrails',
        ...place,
        message: expect.stringMatching(
          `^The environment ${name} looks like production, and has neither rules nor freezes: `,
        ) as string,
      },
    ]);
  });

  it.each(['staging', 'products', 'preprod', 'pre-prod', 'non-prod', 'not.production', 'delivery', 'alive'])(
    'is none for %s',
    (name) => {
      expect(bareProduction([environment(name)])).toEqual([]);
    },
  );

  it.each<[label: string, more: Partial<Covering>, count: number]>([
    ['no rules at all', { rules: undefined }, 1],
    ['a rule that asks for nothing', { rules: { minAge: 0, mode: 'commit' } }, 1],
    ['tags', { rules: { tags: '^v' } }, 0],
    ['an age', { rules: { minAge: 1 } }, 0],
    ['pull requests', { rules: { mode: 'pullRequest' } }, 0],
    ['signatures', { rules: { verify: 'required' } }, 0],
    ['a fuse', { rules: { maxReleasesPerRun: 5 } }, 0],
    ['a freeze', { freezes: [{ from: 0, until: 1, reason: '' }] }, 0],
  ])('counts %s', (_, more, count) => {
    expect(bareProduction([environment('prod', more)])).toHaveLength(count);
  });
});

describe('guardrails that another environment takes away', () => {
  const { bindings } = bound({
    'policy.yaml':
      'apiVersion: tallyman.dev/v1\nkind: ImagePolicy\nmetadata: {name: web}\nspec: {image: ghcr.io/acme/web, policy: {semver: "*"}}\n',
    'prod/a.yaml': deployment('a'),
    'prod/b.yaml': deployment('b'),
    'staging/a.yaml': deployment('a'),
  });
  it('are advice where that one comes first', () => {
    const all = below('all', '');
    const prod = below('prod', 'prod/', { minAge: 1 });
    expect(outrunGuardrails(bindings, [all, prod])).toEqual([
      {
        code: 'no-guardrails',
        ...place,
        message:
          'The guardrails of prod do not count in 2 files with image fields of its paths, which belong to all: of the environments that hold a file, the first by order counts. Give prod a smaller order, or narrow the paths of all.',
      },
    ]);
    expect(outrunGuardrails(bindings, [prod, all])).toEqual([]);
  });

  it.each<[label: string, environments: readonly Covering[]]>([
    ['the second has none', [below('all', '', { tags: '^v' }), below('prod', 'prod/')]],
    ['they share no file', [below('staging', 'staging/'), below('prod', 'prod/', { tags: '^v' })]],
    ['no field is in both', [below('other', 'other/'), below('all', '', { tags: '^v' })]],
  ])('are none where %s', (_, environments) => {
    expect(outrunGuardrails(bindings, environments)).toEqual([]);
  });
});
