import type { Binding } from '../bindings/model.ts';
import { compareProblems, type Advice } from '../core/problem.ts';
import { withoutGuardrails, type Covering } from './guardrails.ts';
import { otherWriters } from './other-writers.ts';
import type { LintedFile } from './tree.ts';
import { wouldBeApplied } from './would-be-applied.ts';

/** Everything that works as it is written, and that somebody may want to change all the same. Sorted by place. */
export function advise(
  files: readonly LintedFile[],
  bindings: readonly Binding[],
  environments: readonly Covering[],
): readonly Advice[] {
  const found = [
    ...wouldBeApplied(files),
    ...otherWriters(files, bindings),
    ...withoutGuardrails(bindings, environments),
  ];
  return found.sort(compareProblems);
}
