import { bind } from '../bindings/bind.ts';
import { collectPolicies } from '../bindings/collect.ts';
import type { Binding, FactedFile } from '../bindings/model.ts';
import type { Problem } from '../core/problem.ts';
import type { ClaimFact } from '../fields/model.ts';
import type { Policy } from '../policy/model.ts';

/** A policy that a file may hold, as `elect` offers it by name. */
export interface Candidate {
  readonly name: string;
  readonly dialect: Policy['dialect'];
  /** `undefined`: `problems` say why. */
  readonly policy: Policy | undefined;
  /** The tag in the image field of the same file, where it speaks of one. */
  readonly held: string | null;
  readonly problems: readonly Problem[];
}

/**
 * The policies of workloads that opted in by annotation (product.md, 2.2), as a run would read them, and one without a policy for each workload
 * whose annotations cannot be used. An annotation that names an ImagePolicy gives none of its own.
 */
export function annotationCandidates(file: FactedFile): readonly Candidate[] {
  const { claims, problems } = file.facts;
  if (claims.length === 0) return [];
  const bound = bind([file], collectPolicies([file]).policies, { policyRoots: [] });
  const all = [...problems.map((problem) => ({ ...problem, file: file.path })), ...bound.problems];
  const annotated = bound.bindings.filter(({ via }) => via === 'annotation');
  return claims.flatMap((claim, index) => {
    const own = annotated.filter(({ field }) => field.claim === index);
    if (own.length > 0) return policiesOf(own);
    const wrong = all.filter((problem) => isAbout.has(problem.code) && ownerOf(claims, problem) === claim);
    if (wrong.length === 0) return [];
    return [
      {
        name: claim.workload,
        dialect: 'annotation',
        policy: undefined,
        held: null,
        problems: wrong.map(inOneFile),
      },
    ];
  });
}

const isAbout: ReadonlySet<Problem['code']> = new Set([
  'bad-annotation',
  'bad-field',
  'not-supported',
  'unknown-policy',
]);

/** One for each policy, however many containers it covers; a hold on the workload is a hold of its policies. */
function policiesOf(bindings: readonly Binding[]): Candidate[] {
  const first = new Map<Policy, Binding>();
  for (const binding of bindings) {
    if (binding.policy.dialect === 'annotation' && !first.has(binding.policy))
      first.set(binding.policy, binding);
  }
  return [...first].map(([policy, { field, holds }]) => ({
    name: policy.name,
    dialect: policy.dialect,
    policy: { ...policy, hold: policy.hold ?? holds[0] },
    held: field.tag ?? null,
    problems: [],
  }));
}

function inOneFile(problem: Problem): Problem {
  if (problem.code !== 'unknown-policy') return problem;
  return { ...problem, message: `${problem.message} If it stands in another file, name that file.` };
}

/** The workload that a problem stands in: the last one that starts before it. */
function ownerOf(claims: readonly ClaimFact[], { line = 0 }: Problem): ClaimFact | undefined {
  return claims.filter((claim) => claim.line <= line).toSorted((a, b) => b.line - a.line)[0];
}
