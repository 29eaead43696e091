import { describe, expect, it } from 'vitest';
import { nameClass } from '../../src/fields/name-class.ts';
import { looseImages } from '../../src/lint/loose-images.ts';
import { readLintFacts } from '../../src/lint/read.ts';
import { encode } from '../../src/yaml/decode.ts';
import { bound, factedFiles, type Files } from '../bindings/trees.ts';

const image = 'ghcr.io/acme/web';
const policy = (name = 'web', more = '') =>
  `apiVersion: tallyman.dev/v1\nkind: ImagePolicy\nmetadata: {name: ${name}}\nspec: {image: ${image}, policy: {semver: "*"}${more}}\n`;
const custom = (spec: string) => `apiVersion: example.com/v1\nkind: Build\nspec: ${spec}\n`;

/** Of files beside a policy in `app/`, unless they bring policies of their own. */
function look(files: Files, policyRoots: readonly string[] = []) {
  const all = Object.keys(files).some((path) => path.includes('policy'))
    ? files
    : { 'app/policy.yaml': policy(), ...files };
  const { bindings, policies } = bound(all, policyRoots);
  const linted = factedFiles(all).map(({ path, facts: { policies } }) => ({
    path,
    policies,
    facts: readLintFacts(encode(all[path] ?? ''), nameClass(path)),
  }));
  return looseImages(linted, bindings, policies, policyRoots);
}

const places = (files: Files, policyRoots: readonly string[] = []) =>
  look(files, policyRoots).map(({ file, line, column, policy }) => `${file}:${line}:${column} ${policy}`);

describe('an image of a policy that no rule recognises', () => {
  it.each<[string, Files]>([
    ['a key of a custom resource', { 'app/b.yaml': custom(`{kanikoImage: "${image}:1.0"}`) }],
    ['with a digest alone', { 'app/b.yaml': custom(`{baseImage: "${image}@sha256:${'1'.repeat(64)}"}`) }],
    ['in JSON', { 'app/b.json': `{"kind": "X",\n"y": [],\n"image": "${image}:1.0"}` }],
    ['the script of a workflow', { 'app/b.yaml': `kind: W\nspec:\n  script: {image: ${image}:1.0}\n` }],
    ['a map of images', { 'app/values.yaml': `a: b\nwebImages:\n  web: ${image}:1.0\n` }],
    ['a list of images', { 'app/b.yaml': custom(`{preloadImages: [a, "${image}:1.0"]}`) }],
    ['a name in two keys', { 'app/values.yaml': `a: b\n\nimageRepository: ${image}\nimageTag: "1"\n` }],
    [
      'values in a file of another name',
      { 'app/values/prod.yaml': `x:\n  image:\n    {repository: ${image}, tag: "1"}\n` },
    ],
    ['a name without a tag', { 'app/values.yaml': `x:\n  image:\n    repository: ${image}\n` }],
    [
      'a version',
      { 'app/values.yaml': `x:\n  y:\n    {registry: ghcr.io, repository: acme/web, version: 1}\n` },
    ],
  ])('is told: %s', (_, files) => {
    expect(look(files)).toMatchObject([{ code: 'unmoved-image', line: 3, policy: 'web' }]);
  });

  it.each<[string, Files]>([
    ['a container', { 'app/b.yaml': custom(`{containers: [{image: "${image}:1.0"}]}`) }],
    ['values that move', { 'app/values.yaml': `image: {repository: ${image}, tag: "1"}\n` }],
    [
      'values without a readable name',
      { 'app/values.yaml': `{repository: x y, image: "${image}:1", tag: 1}\n` },
    ],
    ['a marker', { 'app/b.yaml': custom(`\n  kanikoImage: ${image}:1.0 # {"$tallyman": "web"}`) }],
    ['a marker of Flux', { 'app/b.yaml': custom(`\n  kanikoImage: ${image}:1.0 # {"$imagepolicy": "a:b"}`) }],
    [
      'a target',
      {
        'app/policy.yaml': policy(
          'web',
          ', targets: [{file: app/b.yaml, path: $.spec.anImage, field: image}]',
        ),
        'app/b.yaml': custom(`{anImage: "${image}:1.0"}`),
      },
    ],
    ['another image', { 'app/b.yaml': custom('{kanikoImage: "ghcr.io/acme/api:1.0"}') }],
    ['another folder', { 'other/b.yaml': custom(`{kanikoImage: "${image}:1.0"}`) }],
    [
      'paths that leave it out',
      {
        'app/policy.yaml': policy('web', ', paths: ["app/c/**"]'),
        'app/b.yaml': custom(`{kanikoImage: "${image}:1.0"}`),
      },
    ],
    ['a vendored chart', { 'app/charts/x/values.yaml': `anyImage: ${image}:1.0\n` }],
    [
      'the templates of a chart',
      { 'app/Chart.yaml': 'name: x\n', 'app/templates/b.yaml': custom(`{kanikoImage: "${image}:1.0"}`) },
    ],
    [
      'a list of images that kustomize reads',
      { 'app/b.yaml': custom(`{kustomize: {images: ["${image}:1.0"]}}`) },
    ],
    ['arguments and variables', { 'app/b.yaml': custom(`{args: ["${image}:1.0"], value: "${image}:1.0"}`) }],
    ['a name alone', { 'app/b.yaml': custom(`{image: ${image}, kanikoImage: ${image}}`) }],
    ['a variable', { 'app/b.yaml': custom(`{kanikoImage: "${image}:\${TAG}"}`) }],
    [
      'a policy by annotation',
      {
        'app/policy.yaml': `apiVersion: v1\nkind: Pod\nmetadata: {name: p, annotations: {tallyman.dev/policy: "semver:*"}}\nspec: {containers: [{name: a, image: "${image}:1.0"}]}\n`,
        'app/b.yaml': custom(`{kanikoImage: "${image}:1.0"}`),
      },
    ],
  ])('is not told: %s', (_, files) => {
    expect(places(files)).toEqual([]);
  });

  it('is told of the deepest policy, and of one below a policy root everywhere', () => {
    const files = {
      'policy.yaml': policy('top'),
      'app/policy.yaml': policy('deep'),
      'app/b.yaml': custom(`{kanikoImage: "${image}:1.0"}`),
      'policies/policy.yaml': policy('root'),
      'c/b.yaml': custom(`{kanikoImage: "${image}:1.0"}`),
    };
    expect(places(files)).toEqual(['app/b.yaml:3:21 deep', 'c/b.yaml:3:21 top']);
    expect(places(files, ['policies'])).toEqual(['app/b.yaml:3:21 deep', 'c/b.yaml:3:21 root']);
  });

  it('is told once for a file, with what to do', () => {
    const [first, second, ...others] = look({
      'app/b.yaml': custom(
        `\n  aImage: ${image}:1.0\n  bImage: ${image}:2.0\n  cImage: docker.io/x\n  repository: ${image}`,
      ),
    }).map(({ message }) => message);
    expect(first).toBe(
      `${image}:1.0 stands here (as does 1 more in this file), in no place that is known to hold an image, so the policy web does not move it. If it should, put # {"$tallyman": "web"} behind it, or name it in the targets of the policy.`,
    );
    expect(second).toBe(
      `${image} stands here, and no tag or digest is recognised beside it, so the policy web does not move it. If it should, put # {"$tallyman": "web:tag"} behind the tag, or name the tag in the targets of the policy. Files of Helm values are known by names that begin or end in values.`,
    );
    expect(others).toEqual([]);
    const [inValues] = look({ 'app/values.yaml': `a: {repository: ${image}}\n` });
    expect(inValues?.message).toMatch(/behind the tag, or name the tag in the targets of the policy\.$/);
    const [inJson] = look({ 'app/b.json': `{"kind": "X", "image": "${image}:1.0"}` });
    expect(inJson?.message).toMatch(/If it should, name it in the targets of the policy\.$/);
  });

  it('stands in no file that cannot be read', () => {
    expect(places({ 'app/b.yaml': `kanikoImage: ${image}:1.0\na: [\n` })).toEqual([]);
  });
});
