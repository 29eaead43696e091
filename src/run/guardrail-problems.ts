import type { Binding } from '../bindings/model.ts';
import type { Problem } from '../core/problem.ts';
import { describeUnmet, tighten, unmetDemands } from '../policy/election/guardrails.ts';
import type { PolicyName } from '../policy/model.ts';
import type { EnvironmentPaths } from './settings.ts';

type EnvironmentOf = (file: string) => EnvironmentPaths | undefined;

/**
 * Environments with rules that this version does not carry out, once each, at the first such rule in tallyman.yaml. Every field there that
 * would move has the gate `not-supported`; where no policy binds a field, nobody is kept waiting.
 */
export function unmetGuardrails(bindings: readonly Binding[], environmentOf: EnvironmentOf): Problem[] {
  const bound = new Set(bindings.map(({ file }) => environmentOf(file)));
  return [...bound].flatMap((environment) => {
    const unmet = unmetDemands(environment?.rules ?? {});
    const [first] = unmet;
    if (environment === undefined || first === undefined) return [];
    const message = `The environment ${environment.name} has ${describeUnmet(unmet)}: nothing is released there. Take that out to have releases committed to the branch, or edit the fields there by hand. The other environments go on.`;
    return [{ code: 'not-supported' as const, ...environment.places?.[first.key], message }];
  });
}

/**
 * Policies that wait for an age, by their own word or by an environment's. Where nothing kept from an earlier run tells how old a tag is, they
 * would wait for ever, run by run: an error of the set-up (product.md, 3). One for each policy.
 */
export async function waitingForAges(
  bindings: readonly Binding[],
  environmentOf: EnvironmentOf,
  evidence: { readonly hasNoEvidence: () => Promise<boolean> },
): Promise<Problem[]> {
  const problems = new Map<PolicyName, Problem>();
  for (const { policy, file } of bindings) {
    const { name, place } = policy;
    const environment = environmentOf(file);
    if (tighten(policy, environment?.rules ?? {}).minAge === undefined || problems.has(name)) continue;
    const by =
      policy.minAge === undefined ? ` by the rules of the environment ${environment?.name ?? ''}` : '';
    const message = `${name} has minAge${by}, which counts from the first time that a tag was seen, and nothing is kept from an earlier run: every tag that git does not know looks new. Keep stateDirectory between runs, or run the daemon.`;
    problems.set(name, { code: 'election-failed', ...place, message, policy: name });
  }
  return problems.size > 0 && (await evidence.hasNoEvidence()) ? [...problems.values()] : [];
}
