import type { Problem } from '../core/problem.ts';
import type { FieldFact } from '../fields/model.ts';
import { isVendored } from '../fields/name-class.ts';
import { parseRepository } from '../image/reference.ts';
import type { Policy } from '../policy/model.ts';
import type { NameBinder } from './by-name.ts';
import { chartFolders } from './file-problems.ts';
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
      'This image map has a tag and no repository that can be read, so no policy binds it by name. Put a marker behind the tag: # {"$tallyman": "POLICY:tag"}, or name it in the targets of a policy.',
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
  const charts = chartFolders(files);
  const vendored = new Map<string, string>();
  for (const { path, facts } of files) {
    const found = facts.fields.length > 0 && isVendored(path, charts) ? vendored : places;
    for (const field of facts.fields) {
      const repository = parseRepository(field.name ?? '')?.repository;
      if (repository !== undefined && !found.has(repository)) found.set(repository, `${path}:${field.line}`);
    }
  }
  return idle.map((policy) => {
    const { repository, spelled } = policy.image;
    const hint = whyIdle(spelled, places.get(repository), vendored.get(repository));
    const message = `The policy ${policy.name} binds nothing: ${hint}.`;
    return { code: 'unbound-policy', ...policy.place, message, policy: policy.name };
  });
}

function whyIdle(image: string, elsewhere: string | undefined, inChart: string | undefined): string {
  if (elsewhere !== undefined)
    return `${image} stands at ${elsewhere}, which is out of its reach (its own folder and below, narrowed by paths; anywhere only below policyRoots) or belongs to another policy`;
  return inChart === undefined
    ? `no image field holds ${image}, and no marker, annotation or target leads to one`
    : `${image} stands at ${inChart}, in a chart, where nothing is bound by its name; use a marker or targets`;
}
