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

/** A policy with targets, written `file path field`. */
export function targeting(name: string, ...targets: readonly string[]): string {
  const items = targets.map((text) => {
    const [file = '', path = '', field = ''] = text.split(' ');
    return `    - {file: ${JSON.stringify(file)}, path: ${JSON.stringify(path)}, field: ${field}}\n`;
  });
  return policy(name, `ghcr.io/acme/${name}`, `  targets:\n${items.join('')}`);
}
