import { describe, expect, it } from 'vitest';
import { policy } from './manifests.ts';
import { bound, edited } from './trees.ts';

/** The first item holds the image; the second one repeats it, and says of itself what it must not do. */
function list(first: string, second: string): string {
  return `apiVersion: v1
kind: List
items:
${first}${second}`;
}

const held = 'annotations: {tallyman.dev/hold: INC-7}';
const first = `  - &item
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: a}
    spec: &spec
      template: &template
        spec: &pod
          containers: &containers
            - &container
              name: main
              image: &image ghcr.io/acme/web:1.0.0
`;
const head = '  - apiVersion: apps/v1\n    kind: Deployment\n    metadata:\n      name: b\n';

const repeats: readonly [label: string, first: string, second: string][] = [
  [
    'the container, merged in',
    first,
    `    spec: {template: {spec: {containers: [{<<: *container, args: [x]}]}}}\n`,
  ],
  ['the container', first, '    spec: {template: {spec: {containers: [*container]}}}\n'],
  ['the list of containers', first, '    spec: {template: {spec: {containers: *containers}}}\n'],
  ['the pod', first, '    spec: {template: {spec: *pod}}\n'],
  ['the pod, merged in', first, '    spec: {template: {spec: {<<: *pod, replicas: 1}}}\n'],
  ['the template', first, '    spec: {template: *template}\n'],
  ['the spec', first, '    spec: *spec\n'],
  ['the spec, merged in by a list', first, '    spec: {<<: [*spec], replicas: 2}\n'],
  ['the image', first, '    spec: {template: {spec: {containers: [{name: c, image: *image}]}}}\n'],
  [
    'the image in a variable',
    first,
    '    spec: {template: {spec: {containers: [{name: c, env: [{name: V, value: *image}]}]}}}\n',
  ],
  ['the whole item, but for its metadata', first, '    <<: *item\n'],
];

describe('a hold of a workload', () => {
  it.each(repeats)('counts for an image that it has of another one: %s', (_, one, repeat) => {
    const files = { 'p.yaml': policy('web'), 'x.yaml': list(one, `${head}      ${held}\n${repeat}`) };
    const { after, problems } = edited(files, { web: 'ghcr.io/acme/web:2.0.0' });
    expect(after['x.yaml']).toBe(files['x.yaml']);
    expect(problems).toMatchObject([
      {
        code: 'refused-edit',
        message: expect.stringMatching(
          /its anchor is repeated at line \d+, in a workload with annotations of its own; write the image out there\.$/,
        ) as string,
      },
    ]);
  });

  it.each(repeats)('is no hold where it is not there: %s', (_, one, repeat) => {
    const files = { 'p.yaml': policy('web'), 'x.yaml': list(one, head + repeat) };
    const { after } = edited(files, { web: 'ghcr.io/acme/web:2.0.0' });
    expect(after['x.yaml']).toBe(files['x.yaml'].replace(':1.0.0', ':2.0.0'));
  });

  it('counts where kind and version are merged in as well', () => {
    const second = `  - {<<: *item, metadata: {name: b, ${held}}}\n`;
    const files = { 'p.yaml': policy('web'), 'x.yaml': list(first, second) };
    const { after } = edited(files, { web: 'ghcr.io/acme/web:2.0.0' });
    expect(after['x.yaml']).toBe(files['x.yaml']);
  });

  it('counts for what is repeated of what is repeated', () => {
    const middle = `${head.replace('- api', '- &middle\n    api')}    spec: *spec\n`;
    const third = `  - {<<: *middle, metadata: {name: c, ${held}}}\n`;
    const files = { 'p.yaml': policy('web'), 'x.yaml': list(first, middle + third) };
    expect(edited(files, { web: 'ghcr.io/acme/web:2.0.0' }).after['x.yaml']).toBe(files['x.yaml']);
  });

  const image = '    spec: {template: {spec: {containers: [{name: m, image: "ghcr.io/acme/web:1.0.0"}]}}}\n';
  it.each([
    ['annotations', `      annotations: &x {tallyman.dev/hold: no}\n`, `      annotations: *x\n`],
    [
      'merged annotations',
      `      annotations: &x {tallyman.dev/hold: no}\n`,
      `      annotations: {a: b, <<: *x}\n`,
    ],
    ['metadata', `      <<: &x {annotations: {tallyman.dev/hold: no}}\n`, `      <<: *x\n`],
  ])('counts where an alias gives it: %s', (_, given, repeated) => {
    const common = `x: {y: ${given.replace(/^.*?&x/, '&x').trim()}}\n`;
    const item = `${head}${repeated}${image}`;
    const text = `apiVersion: v1\nkind: List\n${common}items:\n${item}`;
    const { bindings, problems } = bound({ 'p.yaml': policy('web'), 'x.yaml': text });
    expect(bindings.map(({ holds }) => holds.map(({ reason }) => reason))).toEqual([['no']]);
    expect(problems).toEqual([]);
  });

  it('counts where an alias gives it with a name that is misspelt: nothing moves', () => {
    const text = list('', `${head}      annotations: *x\n${image}`).replace(
      'items:',
      'x: &x {talyman.dev/hold: no}\nitems:',
    );
    const { bindings, problems } = bound({ 'p.yaml': policy('web'), 'x.yaml': text });
    expect(bindings).toEqual([]);
    expect(problems.map(({ code }) => code)).toContain('bad-annotation');
  });

  it('has no effect, as it is told, where no workload repeats it', () => {
    const text = list('', head + image).replace('items:', 'x: &x {tallyman.dev/hold: no}\nitems:');
    const { bindings, problems } = bound({ 'p.yaml': policy('web'), 'x.yaml': text });
    expect(bindings[0]?.holds).toEqual([]);
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('has no effect here') as string,
    ]);
  });

  it('is looked for in linear time', () => {
    const items = `${head.replace('b\n', 'n\n')}      ${held}\n    spec: *spec\n`.repeat(6000);
    const started = performance.now();
    const { problems } = bound({ 'p.yaml': policy('web'), 'x.yaml': list(first, items) });
    expect(problems).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(6000);
  });
});
