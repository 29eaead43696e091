import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAnnotatedDialects } from '../../src/dialects/read-annotated.ts';
import { readFlux2 } from '../../src/dialects/flux2/read.ts';
import type { Problem } from '../../src/core/problem.ts';
import { readFacts } from '../../src/fields/facts.ts';
import { decide } from '../../src/policy/election/decide.ts';
import type { Policy } from '../../src/policy/model.ts';
import type { Tag } from '../../src/image/tag.ts';
import { encode } from '../../src/yaml/decode.ts';
import { readOutline } from '../../src/yaml/read.ts';
import { workload } from './annotated.ts';

const samples = [
  workload([
    'fluxcd.io/automated: "true"',
    'fluxcd.io/tag.web: semver:~1.2',
    'filter.fluxcd.io/side: "regexp:^(a|b)+$"',
  ]),
  workload([
    'keel.sh/policy: glob:main-*',
    'keel.sh/monitorContainers: ^w',
    'keel.sh/matchPreRelease: "false"',
  ]),
  `image: {repository: ghcr.io/acme/web, tag: 1.2.0}
keel: {policy: minor, matchTag: false, images: [{repository: image.repository, tag: image.tag}]}
`,
  `apiVersion: helm.fluxcd.io/v1
kind: HelmRelease
metadata:
  name: web
  annotations: {fluxcd.io/automated: "true", repository.fluxcd.io/a: x.y, tag.fluxcd.io/a: x.z, filter.fluxcd.io/a: "glob:m*"}
spec: {values: {x: {y: a/b, z: main}}}
`,
  `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: shop
  annotations:
    argocd-image-updater.argoproj.io/image-list: web=ghcr.io/acme/web:~1.2, b=b
    argocd-image-updater.argoproj.io/b.update-strategy: newest-build
    argocd-image-updater.argoproj.io/web.ignore-tags: "*-rc*, [a-z]"
---
apiVersion: argocd-image-updater.argoproj.io/v1alpha1
kind: ImageUpdater
metadata: {name: shop}
spec: {applicationRefs: [{namePattern: a, images: [{alias: web, imageName: "a/web:1.x"}]}]}
`,
  `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: web}
spec: {image: ghcr.io/acme/web, exclusionList: ["rc$"]}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: web}
spec: {imageRepositoryRef: {name: web}, policy: {numerical: {order: asc}}, filterTags: {pattern: "^a-(?P<n>[0-9]+)$", extract: $n}}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata: {name: all}
spec: {policySelector: {matchExpressions: [{key: a, operator: In, values: [b]}]}, update: {path: ./a}}
`,
];

/** One piece of a sample cut out, put in, or both. */
const mutated = fc
  .record({
    sample: fc.constantFrom(...samples),
    at: fc.nat(900),
    cut: fc.nat(12),
    put: fc.oneof(
      fc.constantFrom(':', '{', '}', '"', "'", '\n', ' ', '*', '&a', '~', '[]', '0', '(', '$'),
      fc.string({ maxLength: 3 }),
    ),
  })
  .map(({ sample, at, cut, put }) => sample.slice(0, at) + put + sample.slice(at + cut));

function readAll(text: string): { policies: Policy[]; problems: Problem[] } {
  const read = readOutline(text);
  if ('error' in read) return { policies: [], problems: [] };
  const annotated = readAnnotatedDialects(read.outline, 'a.yaml');
  const flux = readFlux2([{ path: 'a.yaml', facts: readFacts(encode(text), 'yaml') }]);
  const found = [...annotated.policies, ...flux.policies];
  return {
    policies: found.flatMap(({ policy }) => policy ?? []),
    problems: [...annotated.problems, ...flux.problems, ...found.flatMap(({ problems }) => problems)],
  };
}

describe('whatever a file of another tool holds', () => {
  it('is read without a failure, and every policy can elect', () => {
    const tags = ['1.2.0', '1.3.0-rc1', 'main-1', 'a-12', 'latest'] as Tag[];
    fc.assert(
      fc.property(mutated, (text) => {
        for (const policy of readAll(text).policies) {
          const step = decide({
            policy,
            current: { tag: '1.2.0', digest: null },
            facts: { tags, created: {}, digests: {} },
            past: [],
            holds: [],
            wantsDigest: false,
            now: () => 0,
            offline: true,
          });
          expect('decision' in step && step.decision.considered).toBe(tags.length);
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('gives problems with a place in the file', () => {
    fc.assert(
      fc.property(mutated, (text) => {
        const lines = text.split('\n');
        for (const { file, line = 0, column = 0 } of readAll(text).problems) {
          expect(file).toBe('a.yaml');
          expect(column).toBeGreaterThan(0);
          expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1);
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('the samples hold policies', () => {
    expect(samples.map((sample) => readAll(sample).policies.length)).toEqual([3, 1, 1, 1, 3, 1]);
  });
});
