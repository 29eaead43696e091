import { bind } from '../bindings/bind.ts';
import { collectPolicies } from '../bindings/collect.ts';
import type { FactedFile } from '../bindings/model.ts';
import { formatPlace } from '../core/position.ts';
import type { Problem } from '../core/problem.ts';
import type { Converted, Todo } from './model.ts';

/**
 * Looks at the converted tree as a run would: what is wrong with the new policies, which of them bind nothing, and which would move a
 * field by its name that the other tool did not move.
 * @param byName fields that are meant to be bound so, as `path#pointer`
 */
export function afterwards(
  files: readonly FactedFile[],
  converted: readonly Converted[],
  byName: ReadonlySet<string>,
): { readonly problems: readonly Problem[]; readonly todo: readonly Todo[] } {
  const ours = new Map(converted.flatMap((one) => (one.policy === null ? [] : [[one.policy, one] as const])));
  const collected = collectPolicies(files);
  const bound = bind(files, collected.policies, { policyRoots: [] });
  const newFiles = new Set([...ours.values()].map(({ to }) => to));
  const problems = collected.problems.filter(({ file }) => newFiles.has(file ?? ''));
  const todo: Todo[] = [];
  for (const { code, policy = '', ...place } of bound.problems) {
    const one = ours.get(policy);
    if (code !== 'unbound-policy' || one === undefined) continue;
    const message = `The policy ${policy} (from ${one.name}) binds no image field: put a marker behind the value that it is to move, # {"$tallyman": "${policy}"}.`;
    todo.push({ ...place, message });
  }
  for (const { policy, via, place, key } of bound.bindings) {
    const one = ours.get(policy.name);
    if (via !== 'name' || byName.has(key) || one === undefined || one.dialect === 'argocd-image-updater')
      continue;
    const message = `The policy ${policy.name} (from ${one.name}) would also move ${formatPlace(place)} by its image name, which was not moved before: put a marker of another policy there, or narrow the paths.`;
    todo.push({ ...place, message });
  }
  return { problems, todo };
}
