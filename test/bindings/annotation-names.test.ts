import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkName } from '../../src/policy/name.ts';
import { pod, policy } from './manifests.ts';
import { bound, type Files } from './trees.ts';

const annotations = '{tallyman.dev/policy: "semver:*"}';

function workload(name: string, containers = ''): string {
  return pod('ghcr.io/acme/web:1.0.0', annotations, containers).replace('name: p,', `name: ${name},`);
}

const sidecar = '    - name: proxy\n      image: redis:7\n';

/** The policy's name by field. */
function names(files: Files): Record<string, string> {
  return Object.fromEntries(bound(files).bindings.map(({ key, policy: { name } }) => [key, name]));
}

function namesIn(files: Files): string[] {
  return Object.values(names(files));
}

describe('names of policies that annotations make', () => {
  it.each<[label: string, files: Files, expected: readonly string[]]>([
    ['that of the workload', { 'prod/a.yaml': workload('web') }, ['web']],
    [
      'with the container, where there are several',
      { 'a.yaml': workload('web', sidecar) },
      ['web.main', 'web.proxy'],
    ],
    [
      'with the folder, where a name is used twice',
      { 'prod/a.yaml': workload('web'), 'test/a.yaml': workload('web'), 'test/b.yaml': workload('api') },
      ['prod.web', 'test.web', 'api'],
    ],
    [
      'with the folder, where a policy has the name',
      { 'x/p.yaml': policy('web', 'other'), 'prod/a.yaml': workload('web') },
      ['prod.web'],
    ],
    [
      'with a number, by place, where even that is used',
      { 'prod/a.yaml': workload('web'), 'prod/b.yaml': `${workload('web')}---\n${workload('web')}` },
      ['prod.web', 'prod.web-2', 'prod.web-3'],
    ],
    [
      'of what a policy may be called',
      { 'Prod Ä/a.yaml': workload('web'), 'b.yaml': workload('web') },
      ['prod-.web', 'web'],
    ],
    ['that of the kind, without a name', { 'a.yaml': workload('""') }, ['pod']],
  ])('are %s', (_, files, expected) => {
    expect(namesIn(files)).toEqual(expected);
  });

  it('are the same whatever the order of the files, and no two are equal', () => {
    const path = fc.constantFrom('a/x.yaml', 'a/y.yaml', 'b/x.yaml', 'z.yaml', 'a/b/x.yaml', 'A/x.yaml');
    const file = fc.tuple(path, fc.constantFrom('web', 'a.web', 'web-2'), fc.constantFrom('', sidecar));
    const trees = fc.uniqueArray(file, { selector: ([one]) => one, minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(trees, fc.infiniteStream(fc.nat()), (files, random) => {
        const entries = files.map(([at, name, more]) => [at, workload(name, more)] as const);
        const shuffled = entries
          .map((entry) => ({ entry, key: random.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ entry }) => entry);
        const given = names(Object.fromEntries(entries));
        expect(names(Object.fromEntries(shuffled))).toEqual(given);
        expect(new Set(Object.values(given)).size).toBe(Object.keys(given).length);
      }),
    );
  });

  it('are names that a policy may have, whatever workloads and folders are called', () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(text, text, (name, folder) => {
        const path = folder.replaceAll(/[\0]/g, 'x');
        const file = workload(JSON.stringify(name), sidecar);
        for (const given of namesIn({ [`${path}/a.yaml`]: file, [`${path}/b.yaml`]: file }))
          expect(checkName(given), given).toBeUndefined();
      }),
    );
  });

  it('do not depend on workloads of other names', () => {
    const files = { 'prod/a.yaml': workload('web'), 'test/a.yaml': workload('web') };
    const more = { ...files, 'A.yaml': workload('api', sidecar), 'p.yaml': policy('zeta', 'zeta') };
    expect(names(more)).toMatchObject(names(files));
  });
});
