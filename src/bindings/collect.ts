import { append } from '../core/append.ts';
import { formatPlace } from '../core/position.ts';
import type { Problem } from '../core/problem.ts';
import { loadPolicy } from '../policy/document/load.ts';
import type { Policy } from '../policy/model.ts';
import type { FactedFile } from './model.ts';

/**
 * The valid policies of a tree, in the order of the files (product.md, 2.1). An invalid one is left out with its
 * problems; of two with one name neither is used, as nobody can tell which is meant.
 * @param load `loadPolicy`, or what remembers its answers
 */
export function collectPolicies(
  files: readonly FactedFile[],
  load: typeof loadPolicy = loadPolicy,
): {
  readonly policies: readonly Policy[];
  readonly problems: readonly Problem[];
} {
  const loaded: Policy[] = [];
  const problems: Problem[] = [];
  for (const { path, facts } of files) {
    for (const document of facts.policies) {
      const result = load(document, path);
      append(problems, result.problems);
      if (result.policy !== undefined) loaded.push(result.policy);
    }
  }
  const byName = Map.groupBy(loaded, ({ name }) => name);
  const policies = loaded.filter(({ name }) => byName.get(name)?.length === 1);
  for (const group of byName.values())
    if (group.length > 1)
      append(
        problems,
        group.map((one) => duplicate(one, group)),
      );
  return { policies, problems };
}

function duplicate(policy: Policy, group: readonly Policy[]): Problem {
  const others = group.filter((other) => other !== policy).map(({ place }) => formatPlace(place));
  const shown =
    others.length > 3 ? `${others.slice(0, 3).join(', ')} and ${others.length - 3} more` : others.join(', ');
  const message = `The name ${policy.name} is also used by the policy at ${shown}. Neither is used until one is renamed.`;
  return { code: 'duplicate-policy', ...policy.place, message, policy: policy.name };
}
