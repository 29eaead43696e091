import type { Binding } from '../../src/bindings/model.ts';
import { bound } from './trees.ts';

function policy(digest: 'pin' | 'keep'): string {
  return `apiVersion: tallyman.dev/v1\nkind: ImagePolicy\nmetadata: {name: web}\nspec:\n  image: acme/web\n  policy: {semver: "*"}\n  digest: ${digest}\n`;
}

/** The binding of the first field of a file to a policy for `acme/web`. */
export function one(file: string, text: string, digest: 'pin' | 'keep' = 'keep'): Binding {
  const { bindings, problems } = bound({ 'p.yaml': policy(digest), [file]: text });
  const [binding] = bindings;
  if (binding === undefined) throw new Error(`nothing is bound: ${JSON.stringify(problems)}`);
  return binding;
}
