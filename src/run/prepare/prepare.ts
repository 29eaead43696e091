import { bind } from '../../bindings/bind.ts';
import { collectPolicies } from '../../bindings/collect.ts';
import { fileProblems } from '../../bindings/file-problems.ts';
import { promotionProblems } from '../../bindings/promotion-sources.ts';
import type { Binding, Bindings } from '../../bindings/model.ts';
import { compareProblems, type Problem } from '../../core/problem.ts';
import type { Policy } from '../../policy/model.ts';
import type { HoldsFile } from '../../release/holds-file.ts';
import type { Tree } from '../../tree/tree.ts';
import { answerTargets } from './answer-targets.ts';
import type { FactsCache } from './facts-cache.ts';
import { heldBindings, readHolds, strangeHolds } from './holds.ts';
import { pathFilter } from './path-filter.ts';
import type { RunSettings } from '../settings.ts';
import { survey } from './survey.ts';

/** A tree with everything that can be known of it without asking anybody. */
export interface Prepared {
  readonly tree: Tree;
  readonly policies: readonly Policy[];
  readonly bindings: readonly Binding[];
  /** `.tallyman/holds.yaml`; the bindings that it covers have its holds. */
  readonly holds: HoldsFile;
  /** Sorted by place. */
  readonly problems: readonly Problem[];
}

/** Reads a tree: facts, then join (architecture.md, idea 2). */
export async function prepare(
  tree: Tree,
  settings: Pick<RunSettings, 'repository' | 'paths' | 'policyRoots' | 'dialects' | 'environments'>,
  cache: FactsCache,
): Promise<Prepared> {
  const admits = settings.paths.length === 0 ? () => true : pathFilter(settings.paths);
  const files = await survey(tree, admits, cache);
  const { policies, problems: policyProblems } = collectPolicies(files, cache.loadPolicy);
  const options = cache.bindOptions(settings);
  const targets = await answerTargets(tree, files, policies, options, cache);
  const bound = bind(files, policies, options, targets, cache.bound);
  const holds = await readHolds(tree);
  const problems = [
    ...fileProblems(files),
    ...policyProblems,
    ...bound.problems,
    ...promotionProblems(policies),
    ...holds.problems,
    ...strangeHolds(holds, allPolicies(bound), settings),
  ].sort(compareProblems);
  const bindings = heldBindings(bound.bindings, holds, settings.environments);
  return { tree, policies: bound.policies, bindings, holds, problems };
}

/** Those of the bindings as well: a workload's annotations may put the policy into a group there. */
function allPolicies({ policies, bindings }: Pick<Bindings, 'policies' | 'bindings'>): ReadonlySet<Policy> {
  return new Set([...policies, ...bindings.map(({ policy }) => policy)]);
}
