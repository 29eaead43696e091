import { bind } from '../../src/bindings/bind.ts';
import { collectPolicies } from '../../src/bindings/collect.ts';
import { pod, policy } from './manifests.ts';
import { factedFiles, type Files } from './trees.ts';

export const web = 'ghcr.io/acme/web';

/** A kustomization in flow style; `rest` adds keys. */
export function kustomization(resources: readonly string[], rest = ''): string {
  return `resources: [${resources.map((path) => JSON.stringify(path)).join(', ')}]\n${rest}`;
}

export function entry(tag: string, name = web, rest = ''): string {
  return `images: [{name: ${name}, newTag: ${tag}${rest}}]\n`;
}

/** `path prefix -> environment`. */
export type Environments = Readonly<Record<string, string>>;

export function look(
  files: Files,
  environments: Environments = {},
): { bindings: string[]; problems: string[] } {
  const facted = factedFiles(files);
  const { policies } = collectPolicies(facted);
  const environmentOf = (file: string): string | undefined =>
    Object.entries(environments).find(([prefix]) => file.startsWith(prefix))?.[1];
  const { bindings, problems } = bind(facted, policies, { policyRoots: [], environmentOf });
  return {
    bindings: bindings.map(({ via, key }) => `${via} ${key}`),
    problems: problems.map(({ code, file, line }) => `${code} ${file}:${line}`),
  };
}

export function messages(files: Files, environments: Environments = {}): string[] {
  const facted = factedFiles(files);
  const { policies } = collectPolicies(facted);
  const environmentOf = (file: string): string | undefined =>
    Object.entries(environments).find(([prefix]) => file.startsWith(prefix))?.[1];
  return bind(facted, policies, { policyRoots: [], environmentOf }).problems.map(({ message }) => message);
}

export const image = '/spec/containers/0/image';
export const base = {
  'p.yaml': policy('web'),
  'base/kustomization.yaml': kustomization(['pod.yaml']),
  'base/pod.yaml': pod(`${web}:1.4.0`),
};
export const usual = {
  ...base,
  'staging/kustomization.yaml': kustomization(['../base']),
  'prod/kustomization.yaml': kustomization(['../base'], entry('1.4.0')),
};
export const shared = { bindings: [], problems: ['shared-base base/pod.yaml:7'] };
export const moves = { bindings: [`name base/pod.yaml#${image}`], problems: [] };

export function flux(name: string, path: string, rest = ''): string {
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: ${name}}\nspec:\n  path: ${path}\n  sourceRef: {kind: GitRepository, name: fleet}\n${rest}`;
}

export function argo(path: string, rest = ''): string {
  return `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec:\n  source:\n    path: ${path}\n${rest}`;
}
