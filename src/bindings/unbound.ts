import type { Problem } from '../core/problem.ts';
import type { FieldFact } from '../fields/model.ts';
import { parseRepository } from '../image/reference.ts';
import type { Policy } from '../policy/model.ts';
import type { NameBinder } from './by-name.ts';
import type { FactedFile } from './model.ts';

/** A tag-only image map below a policy's paths: no name says whose it is (product.md, 4). */
export function unboundFields(
  file: FactedFile,
  isTaken: (field: FieldFact) => boolean,
  names: NameBinder,
): Problem[] {
  const nameless = file.facts.fields.filter(
    (field) =>
      field.kind === 'helm' && field.tag !== undefined && field.name === undefined && !isTaken(field),
  );
  if (nameless.length === 0 || names.isVendored(file.path) || !names.isWatched(file.path)) return [];
  return nameless.map(({ line, column }) => ({
    code: 'unbound-field',
    file: file.path,
    line,
    column,
    message:
      'This image map has a tag and no repository, so no policy binds it by name. Put a marker behind the tag: # {"$tallyman": "POLICY:tag"}, or name it in the targets of a policy.',
  }));
}

/** Policies that no field, marker or annotation uses. */
export function unboundPolicies(
  policies: readonly Policy[],
  used: ReadonlySet<Policy>,
  files: readonly FactedFile[],
): Problem[] {
  const idle = policies.filter((policy) => !used.has(policy));
  if (idle.length === 0) return [];
  const places = new Map<string, string>();
  for (const { path, facts } of files) {
    for (const field of facts.fields) {
      const repository = parseRepository(field.name ?? '')?.repository;
      if (repository !== undefined && !places.has(repository))
        places.set(repository, `${path}:${field.line}`);
    }
  }
  return idle.map((policy) => {
    const elsewhere = places.get(policy.image.repository);
    const hint =
      elsewhere === undefined
        ? `no image field holds ${policy.image.spelled}, and no marker, annotation or target leads to one`
        : `${policy.image.spelled} stands at ${elsewhere}, which is out of its reach (its own folder and below, narrowed by paths; anywhere only below policyRoots) or belongs to another policy`;
    const message = `The policy ${policy.name} binds nothing: ${hint}.`;
    return { code: 'unbound-policy', ...policy.place, message, policy: policy.name };
  });
}
