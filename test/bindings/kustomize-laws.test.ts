import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bind } from '../../src/bindings/bind.ts';
import { collectPolicies } from '../../src/bindings/collect.ts';
import { pod, policy } from './manifests.ts';
import { factedFiles } from './trees.ts';

/** A kustomization in folder `k<n>` with a pod of its own. It uses some of those before it, so that there are no circles. */
interface Node {
  readonly uses: readonly number[];
  readonly images: readonly Entry[];
  readonly environment: string | undefined;
}

interface Entry {
  readonly name: string;
  readonly newName: string | undefined;
  readonly newTag: string | undefined;
}

const names = ['acme/web', 'acme/b', 'acme/c'];
const entry = fc.record({
  name: fc.constantFrom(...names),
  newName: fc.option(fc.constantFrom(...names), { nil: undefined }),
  newTag: fc.option(fc.constant('1'), { nil: undefined }),
});
const nodes = fc.array(
  fc.record({
    uses: fc.uniqueArray(fc.nat(6), { maxLength: 3 }),
    images: fc.array(entry, { maxLength: 2 }),
    environment: fc.constantFrom(undefined, undefined, 'prod', 'staging'),
  }),
  { minLength: 1, maxLength: 7 },
);

function filesOf(tree: readonly Node[]): Record<string, string> {
  const files: Record<string, string> = { 'p.yaml': policy('web', 'acme/web') };
  for (const [at, { uses, images }] of tree.entries()) {
    const resources = ['pod.yaml', ...usesOf(uses, at).map((used) => `../k${used}`)];
    files[`k${at}/pod.yaml`] = pod('acme/web:1');
    files[`k${at}/kustomization.yaml`] = JSON.stringify({ resources, images });
  }
  return files;
}

function usesOf(uses: readonly number[], at: number): readonly number[] {
  return uses.filter((used) => used < at);
}

/** What is said of the pod of each folder, by following every way up. */
function expected(tree: readonly Node[], at: number): 'shadowed' | 'shared-base' | undefined {
  const users = (node: number): number[] =>
    tree.flatMap(({ uses }, user) => (usesOf(uses, user).includes(node) ? [user] : []));
  const reached = (node: number): string[] => {
    const environment = tree[node]?.environment;
    const above = users(node).flatMap(reached);
    const all = above.length === 0 ? [`folder ${node}`] : above;
    return all.map((one) => (one.startsWith('folder') && environment !== undefined ? environment : one));
  };
  const overridden = (node: number, name: string): boolean => {
    let now = name;
    for (const one of tree[node]?.images ?? []) {
      if (one.name !== now) continue;
      if (one.newTag !== undefined) return true;
      now = one.newName ?? now;
    }
    return users(node).length > 0 && users(node).every((user) => overridden(user, now));
  };
  if (overridden(at, 'acme/web')) return 'shadowed';
  return new Set(reached(at)).size > 1 ? 'shared-base' : undefined;
}

describe('kustomizations without circles', () => {
  it('are judged as by following every way up', () => {
    const seen = new Set<string | undefined>();
    fc.assert(
      fc.property(nodes, (tree) => {
        const facted = factedFiles(filesOf(tree));
        const environmentOf = (file: string): string | undefined =>
          tree[Number(/^k(\d+)\//.exec(file)?.[1] ?? -1)]?.environment;
        const { policies } = collectPolicies(facted);
        const { problems, bindings } = bind(facted, policies, { policyRoots: [], environmentOf });
        for (const at of tree.keys()) {
          const file = `k${at}/pod.yaml`;
          const code = problems.find((problem) => problem.file === file)?.code;
          expect([file, code]).toEqual([file, expected(tree, at)]);
          expect(bindings.some((binding) => binding.file === file)).toBe(code === undefined);
          seen.add(code);
        }
      }),
      { numRuns: 500, seed: 7 },
    );
    expect(seen).toEqual(new Set([undefined, 'shadowed', 'shared-base']));
  });

  it('end whatever they name', () => {
    const paths = fc.constantFrom(
      '../k0',
      '../k1',
      '../k2',
      '.',
      '..',
      '../k1/kustomization.yaml',
      'pod.yaml',
    );
    const free = fc.array(
      fc.record({
        resources: fc.array(paths, { maxLength: 3 }),
        components: fc.array(paths, { maxLength: 3 }),
        images: fc.array(entry, { maxLength: 2 }),
        kind: fc.constantFrom('Kustomization', 'Component'),
      }),
      { minLength: 3, maxLength: 3 },
    );
    fc.assert(
      fc.property(free, (tree) => {
        const files: Record<string, string> = { 'p.yaml': policy('web', 'acme/web') };
        for (const [at, one] of tree.entries()) {
          files[`k${at}/pod.yaml`] = pod('acme/web:1');
          files[`k${at}/kustomization.yaml`] = JSON.stringify(one);
        }
        const facted = factedFiles(files);
        const { policies } = collectPolicies(facted);
        const { problems, bindings } = bind(facted, policies, { policyRoots: [] });
        const told = [...problems, ...bindings].filter(({ file }) => file?.endsWith('pod.yaml') === true);
        expect(told).toHaveLength(3);
      }),
      { numRuns: 300, seed: 7 },
    );
  });
});
