import type { Binding } from '../bindings/model.ts';
import { compareProblems, type Advice } from '../core/problem.ts';
import { bareProduction, outrunGuardrails, withoutGuardrails, type Covering } from './guardrails.ts';
import { looseImages } from './loose-images.ts';
import { lostReferences, type Entries } from './lost-references.ts';
import type { Policy } from '../policy/model.ts';
import { otherWriters } from './other-writers.ts';
import { shortWindows } from './short-window.ts';
import type { LintedFile } from './tree.ts';
import { wouldBeApplied } from './would-be-applied.ts';

/**
 * Everything that works as it is written, and that somebody may want to change all the same. Sorted by place.
 * @param entries of the whole tree; without them no reference is called lost
 * @param policyRoots as in tallyman.yaml; default none
 * @param interval milliseconds between two runs; `undefined`: not known, or by cron
 */
export function advise(
  files: readonly LintedFile[],
  bindings: readonly Binding[],
  environments: readonly Covering[],
  policies: readonly Policy[],
  interval: number | undefined,
  entries?: Entries,
  policyRoots: readonly string[] = [],
): readonly Advice[] {
  const found = [
    ...wouldBeApplied(files),
    ...(entries === undefined ? [] : lostReferences(files, entries)),
    ...otherWriters(files, bindings),
    ...withoutGuardrails(bindings, environments),
    ...bareProduction(environments),
    ...outrunGuardrails(bindings, environments),
    ...shortWindows(policies, files, interval),
    ...looseImages(files, bindings, policies, policyRoots),
  ];
  return found.sort(compareProblems);
}
