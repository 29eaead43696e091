import { bound, type Files } from './trees.ts';

/** An ImagePolicy; `spec` adds lines to its spec. */
export function policy(name: string, image = 'ghcr.io/acme/web', spec = ''): string {
  return `apiVersion: tallyman.dev/v1\nkind: ImagePolicy\nmetadata: {name: ${name}}\nspec:\n  image: ${image}\n  policy: {semver: "*"}\n${spec}`;
}

/** A pod with one container `main`; `rest` adds others. */
export function pod(image: string, annotations = '{}', rest = ''): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: p, annotations: ${annotations}}\nspec:\n  containers:\n    - name: main\n      image: ${image}\n${rest}`;
}

export /** `policy via key` of each binding, and the codes of the problems with their lines. */
function shown(files: Files, policyRoots?: readonly string[]): { bindings: string[]; problems: string[] } {
  const { bindings, problems } = bound(files, policyRoots);
  return {
    bindings: bindings.map(({ policy: { name }, via, key }) => `${name} ${via} ${key}`),
    problems: problems.map(({ code, file, line }) => `${code} ${file}:${line}`),
  };
}
