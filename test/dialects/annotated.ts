import { readAnnotatedDialects } from '../../src/dialects/read-annotated.ts';
import type { ForeignFile } from '../../src/dialects/model.ts';
import { readOutline } from '../../src/yaml/read.ts';

export function readText(text: string, file = 'apps/file.yaml'): ForeignFile {
  const read = readOutline(text);
  if ('error' in read) throw new Error(read.error.message);
  return readAnnotatedDialects(read.outline, file);
}

/** A Deployment with annotations (or labels), and a web, a side and an init container. */
export function workload(
  annotations: readonly string[],
  at: 'annotations' | 'labels' = 'annotations',
): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: hello
  ${at}:
${annotations.map((line) => `    ${line}\n`).join('')}spec:
  template:
    spec:
      initContainers:
        - {name: init, image: "ghcr.io/acme/init:1.0.0"}
      containers:
        - {name: web, image: "ghcr.io/acme/web:1.2.0"}
        - {name: side, image: "ghcr.io/acme/side:main-1"}
`;
}

/** `code line:column words`, the message cut off. */
export function shown({ policies, problems }: ForeignFile): string[] {
  return [...problems, ...policies.flatMap((policy) => policy.problems)].map(
    ({ code, line, column }) => `${code} ${line}:${column}`,
  );
}
