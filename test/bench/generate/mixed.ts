import { manifests } from './manifests.ts';
import { Random } from './random.ts';

/** One file of a mixed tree, and how many image fields it holds. */
export interface MixedFile {
  readonly path: string;
  readonly text: string;
  readonly fields: number;
}

/**
 * Files as config repositories hold them, in about the shares that `shapes` gives: manifests, kustomizations, Helm values and releases, Compose, JSON,
 * settings without any image, bundles of CustomResourceDefinitions with long descriptions over several lines, and templates that are no YAML.
 */
export function mixedFiles(count: number, seed: number): MixedFile[] {
  const bound = manifests(count, 1000, seed);
  return Array.from({ length: count }, (_, index) => {
    const random = new Random(seed * 7_000_003 + index);
    const shape = random.of(shapes);
    const name = `${random.word()}-${index}`;
    if (shape === 'manifest') {
      return { path: `apps/${name}.yaml`, text: bound[index]?.text('1.0.0') ?? '', fields: 2 };
    }
    return makers[shape](name, random);
  });
}

/** Once for each twentieth part of the files. */
const shapes = [
  ...([
    'manifest',
    'manifest',
    'manifest',
    'manifest',
    'manifest',
    'manifest',
    'settings',
    'settings',
    'settings',
  ] as const),
  ...([
    'kustomization',
    'kustomization',
    'values',
    'values',
    'release',
    'release',
    'compose',
    'list',
  ] as const),
  ...(['definitions', 'rare', 'template'] as const),
] as const;

type Shape = Exclude<(typeof shapes)[number], 'manifest'>;

const makers: Readonly<Record<Shape, (name: string, random: Random) => MixedFile>> = {
  settings: (name, random) => ({
    path: `settings/${name}.yaml`,
    text: `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: ${random.word()}\ndata:\n${lines(random, 30, '  ')}`,
    fields: 0,
  }),
  kustomization: (name, random) => ({
    path: `overlays/${name}/kustomization.yaml`,
    text: `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- ../../base\n- ${random.word()}.yaml\nimages:\n- name: ${random.word()}\n  newTag: "1.${random.below(90)}"\n- name: ${random.word()}\n  newName: registry.example.com/acme/${random.word()}\n  newTag: v${random.below(9)}.0.1\n`,
    fields: 2,
  }),
  values: (name, random) => ({
    path: `charts-values/${name}/values.yaml`,
    text: `# ${words(random, 8)}\nreplicaCount: 1\nimage:\n  repository: registry.example.com/acme/${random.word()}\n  tag: ${random.below(9)}.${random.below(9)}.0\n  pullPolicy: IfNotPresent\nsidecar: {image: {registry: docker.io, repository: acme/${random.word()}, tag: "1.0"}}\nsettings: &settings\n${lines(random, 40, '  ')}other:\n  <<: *settings\nnodeSelector: {}\ntolerations: []\n`,
    fields: 2,
  }),
  release: (name, random) => ({
    path: `releases/${name}.yaml`,
    text: `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: ${name}\nspec:\n  interval: 30m\n  chart:\n    spec: {chart: app, version: "2.x"}\n  values:\n    image: registry.example.com/acme/${random.word()}:1.0.${random.below(90)}\n    notes: |\n${lines(random, 20, '      ')}    settings:\n${lines(random, 12, '      ')}`,
    fields: 1,
  }),
  compose: (name, random) => ({
    path: `hosts/${name}/compose.yaml`,
    text: `services:\n  web:\n    image: "docker.io/acme/${random.word()}:1.${random.below(90)}"\n    ports: ["80:80"]\n    environment:\n${lines(random, 10, '      ')}  cache:\n    image: redis:7\n`,
    fields: 2,
  }),
  list: (name, random) => ({
    path: `json/${name}.json`,
    text: `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [0, 1].map((n) => pod(`${name}-${n}`, random)) }, undefined, 2)}\n`,
    fields: 2,
  }),
  definitions: (name, random) => ({ path: `crds/${name}.yaml`, text: definition(name, random), fields: 0 }),
  // What the scanner leaves to the parser.
  rare: (name, random) => ({
    path: `rare/${name}.yaml`,
    text: `%YAML 1.2\n---\nkind: Pod\napiVersion: v1\nmetadata: {name: ${name}}\nspec:\n  containers:\n    - ? name\n      : a\n      image: docker.io/acme/${random.word()}:1\n`,
    fields: 1,
  }),
  template: (name, random) => ({
    path: `chart/templates/${name}.yaml`,
    text: `{{- if .Values.enabled }}\napiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}-${name}\nspec:\n  containers:\n    - image: {{ .Values.image }}\n      args: [${random.word()}]\n{{- end }}\n`,
    fields: 0,
  }),
};

function pod(name: string, random: Random): object {
  const env = Array.from({ length: 12 }, () => ({ name: random.word(), value: words(random, 3) }));
  const container = { name: 'a', image: `docker.io/acme/${random.word()}:1.${random.below(9)}`, env };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers: [container] } };
}

/** Descriptions over several lines, plain and in quotes, are half of the bytes of real trees. */
function definition(name: string, random: Random): string {
  const properties = Array.from({ length: 60 }, () => {
    const quote = random.of(['', '', '', "'"]);
    const text = `${words(random, 12)}\n${' '.repeat(18)}${words(random, 12)}\n${' '.repeat(18)}${words(random, 7)}`;
    return `              ${random.word()}${random.below(9999)}:\n                description: ${quote}${text}${quote}\n                type: ${random.of(['string', 'integer'])}\n`;
  });
  return `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: ${name}.example.com\nspec:\n  group: example.com\n  versions:\n  - name: v1\n    schema:\n      openAPIV3Schema:\n        properties:\n          spec:\n            properties:\n              image:\n                description: what is run\n                type: string\n${properties.join('')}            type: object\n`;
}

/** Settings with a key of their own each. */
function lines(random: Random, count: number, indent: string): string {
  return Array.from({ length: count }, (_, index) => {
    const quote = random.of(['"', '']);
    return `${indent}${random.word()}${index}: ${quote}${words(random, 4)}${quote}\n`;
  }).join('');
}

function words(random: Random, count: number): string {
  return Array.from({ length: count }, () => random.word()).join(' ');
}
