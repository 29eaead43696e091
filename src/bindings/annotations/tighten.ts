import { formatPlatform } from '../../image/platform.ts';
import type { Policy } from '../../policy/model.ts';
import type { AnnotationOptions } from '../../policy/document/shorthand.ts';
import { annotationProblem, type Workload } from './annotated.ts';
import type { Problem } from '../../core/problem.ts';
import type { Binding } from '../model.ts';

/**
 * Applies what the annotations of a workload say to policies that bind its fields in another way (product.md, 2.2). Of annotation and
 * policy the stricter counts: an annotation can tighten a policy and never loosen it, as whoever writes the one may not be who wrote the other.
 */
export class Tightener {
  /** One policy for all workloads that say the same, so that what is equal stays the same value. */
  readonly #known = new Map<Policy, Map<string, Policy>>();

  /** The bindings of a file, tightened. Where two groups are asked for, a problem, and no binding of that workload. */
  apply(
    bindings: readonly Binding[],
    workloads: readonly Workload[],
  ): { readonly bindings: readonly Binding[]; readonly problems: readonly Problem[] } {
    if (workloads.every(({ optional }) => optional.length === 0)) return { bindings, problems: [] };
    const stopped = new Map<Workload, Problem>();
    const tightened = bindings.map((binding) => {
      const workload = workloads[binding.field.claim ?? -1];
      // What the annotations themselves made says all of it already.
      if (workload === undefined || binding.policy.dialect === 'annotation') return binding;
      const { group } = workload.options;
      const theirs = binding.policy.group;
      if (group !== undefined && theirs !== undefined && group !== theirs)
        stopped.set(workload, stopped.get(workload) ?? twoGroups(binding, workload, theirs));
      return { ...binding, policy: this.#tightened(binding.policy, workload.options) };
    });
    const moving = tightened.filter(({ field }) => {
      const workload = workloads[field.claim ?? -1];
      return workload === undefined || !stopped.has(workload);
    });
    return { bindings: moving, problems: [...stopped.values()] };
  }

  #tightened(policy: Policy, options: AnnotationOptions): Policy {
    const known = this.#known.get(policy) ?? new Map<string, Policy>();
    this.#known.set(policy, known);
    const key = JSON.stringify(options);
    const made = known.get(key) ?? tighten(policy, options);
    known.set(key, made);
    return made;
  }
}

/** The same policy where nothing in the annotations is stricter. */
function tighten(policy: Policy, options: AnnotationOptions): Policy {
  const { digest, onRevert, minAge = 0, platforms = [], group } = options;
  const known = new Set(policy.platforms.map(formatPlatform));
  const more = platforms.filter((platform) => !known.has(formatPlatform(platform)));
  const tighter = {
    ...(digest === 'pin' && policy.digest === 'keep' ? { digest } : {}),
    ...(onRevert === 'hold' && policy.onRevert === 'skip' ? { onRevert } : {}),
    ...(minAge > (policy.minAge ?? 0) ? { minAge } : {}),
    ...(more.length > 0 ? { platforms: [...policy.platforms, ...more] } : {}),
    ...(group !== undefined && policy.group === undefined ? { group } : {}),
  };
  return Object.keys(tighter).length === 0 ? policy : { ...policy, ...tighter };
}

function twoGroups({ file, policy }: Binding, { claim, optional }: Workload, theirs: string): Problem {
  const annotation = optional.find(({ key }) => key === 'group') ?? { ...claim, key: 'group', value: '' };
  const what = `says "${annotation.value.trim()}", but the policy ${policy.name} is in the group "${theirs}". A field can be in one group only; nothing in this workload moves until they agree.`;
  return { ...annotationProblem(file, annotation, what), policy: policy.name };
}
