import { describe, expect, it } from 'vitest';
import { bound } from './trees.ts';

const policy = (name: string, image: string, metadata = '') =>
  `apiVersion: tallyman.dev/v1\nkind: ImagePolicy\nmetadata: {name: ${name}${metadata}}\nspec: {image: ${image}, policy: {semver: "*"}}\n`;

const automation = (path: string, suspend = false) =>
  `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata: {name: flux, namespace: flux-system}
spec:
  interval: 30m
  suspend: ${suspend}
  update: {path: ${path}, strategy: Setters}
`;

const marked = 'kind: X\nvalue: ghcr.io/acme/web:1.0.0 # {"$imagepolicy": "flux-system:web"}\n';

function look(files: Readonly<Record<string, string>>) {
  const { bindings, problems } = bound(files);
  return {
    bindings: bindings.map(({ policy: { name }, via, key }) => `${name} ${via} ${key}`),
    problems: problems.map(({ code, file, line }) => `${code} ${file}:${line}`),
  };
}

describe('a Flux 2 marker', () => {
  it('binds our policy of that name', () => {
    const files = { 'apps/a.yaml': marked, 'policies/web.yaml': policy('web', 'ghcr.io/acme/web') };
    expect(look(files)).toEqual({ bindings: ['web marker apps/a.yaml#/value'], problems: [] });
  });

  it.each([
    ['flux-system', ['web marker a.yaml#/value'], []],
    ['elsewhere', [], ['unknown-policy a.yaml:2', 'unbound-policy p.yaml:1']],
  ])('asks for the namespace %s where the policy has one', (namespace, bindings, problems) => {
    const files = {
      'a.yaml': marked,
      'p.yaml': policy('web', 'ghcr.io/other/web', `, namespace: ${namespace}`),
    };
    expect(look(files)).toEqual({ bindings, problems });
  });

  it('that names nothing is a problem, not silence', () => {
    const { bindings, problems } = bound({ 'a.yaml': marked, 'p.yaml': policy('wep', 'ghcr.io/acme/api') });
    expect(bindings).toEqual([]);
    expect(problems).toContainEqual(
      expect.objectContaining({
        code: 'unknown-policy',
        file: 'a.yaml',
        line: 2,
        message: expect.stringContaining('has the name "web" (did you mean "wep"?)') as string,
      }),
    );
  });
});

describe('an ImageUpdateAutomation at work', () => {
  const web = { 'apps/p.yaml': policy('web', 'ghcr.io/acme/web'), 'apps/a.yaml': marked };

  it.each([
    ['the folder of the field', './apps'],
    ['everything', './'],
    ['the file itself', 'apps/a.yaml'],
  ])('keeps its fields for itself: %s', (_, path) => {
    expect(look({ ...web, 'flux.yaml': automation(path) })).toEqual({
      bindings: [],
      problems: ['other-writer apps/a.yaml:2'],
    });
  });

  it.each([
    ['another folder', automation('./clusters')],
    ['a folder whose name begins alike', automation('./app')],
    ['no folder, being suspended', automation('./', true)],
  ])('leaves to us what it does not write: %s', (_, text) => {
    expect(look({ ...web, 'flux.yaml': text })).toEqual({
      bindings: ['web marker apps/a.yaml#/value'],
      problems: [],
    });
  });

  it('needs no policy of ours for the markers that it writes', () => {
    expect(look({ 'apps/a.yaml': marked, 'flux.yaml': automation('./') })).toEqual({
      bindings: [],
      problems: [],
    });
  });

  it('does not touch fields that carry no marker of it', () => {
    const plain = 'kind: Pod\nspec: {containers: [{name: web, image: "ghcr.io/acme/web:1.0.0"}]}\n';
    const files = {
      'apps/p.yaml': policy('web', 'ghcr.io/acme/web'),
      'apps/a.yaml': plain,
      'flux.yaml': automation('./'),
    };
    expect(look(files)).toEqual({
      bindings: ['web name apps/a.yaml#/spec/containers/0/image'],
      problems: [],
    });
  });
});
