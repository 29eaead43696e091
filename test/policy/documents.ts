import { loadPolicy, type LoadedPolicy } from '../../src/policy/document/load.ts';
import type { PolicyDocument } from '../../src/policy/document/document.ts';
import { positionsOf } from '../../src/yaml/lines.ts';
import { readOutline } from '../../src/yaml/read.ts';
import { toValue } from '../../src/yaml/value.ts';

/** Every document of a text, read through the YAML room as runs do. */
export function documentsOf(text: string): readonly PolicyDocument[] {
  const read = readOutline(text);
  if ('error' in read) throw new Error(read.error.message);
  const { outline } = read;
  const at = positionsOf(text);
  return outline.documents.flatMap(({ root }, document) => {
    const plain = toValue(outline, root);
    if ('error' in plain) throw new Error(plain.error.message);
    return [{ document, ...plain, ...at(outline.nodes[root]?.start ?? 0) }];
  });
}

export function load(text: string, file = 'web.yaml'): LoadedPolicy {
  const [document] = documentsOf(text);
  if (document === undefined) throw new Error('no document');
  return loadPolicy(document, file);
}

/** An ImagePolicy with the given lines in its spec, the image before them on line 6. */
export function policyText(...lines: readonly string[]): string {
  const head = ['apiVersion: tallyman.dev/v1', 'kind: ImagePolicy', 'metadata:', '  name: web', 'spec:'];
  const all = [...head, '  image: ghcr.io/acme/web', ...lines.map((line) => `  ${line}`)];
  return `${all.join('\n')}\n`;
}
