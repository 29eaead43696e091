import type { Problem } from '../../core/problem.ts';
import type { FieldFact } from '../../fields/model.ts';
import { annotationProblem, type Workload } from './annotated.ts';
import type { FactedFile } from '../model.ts';

/**
 * Annotations that say how a workload moves where nothing moves it: no marker, no annotation and no policy speaks for one of its fields.
 * A `hold` is none of them, as it is true all the same.
 * @param isSpokenFor whether something wants to move the field, or was kept from it with a problem
 */
export function idleAnnotations(
  file: FactedFile,
  workloads: readonly Workload[],
  isSpokenFor: (field: FieldFact) => boolean,
): Problem[] {
  return workloads.flatMap(({ broken, optional }, index) => {
    const [first, ...others] = optional;
    if (first === undefined || broken) return [];
    const fields = file.facts.fields.filter(({ claim }) => claim === index);
    if (fields.some(isSpokenFor)) return [];
    const all = others.length === 0 ? '' : ` (nor have ${others.map(({ key }) => key).join(', ')})`;
    const why =
      fields.length === 0 ? 'this object has no containers' : 'no policy moves a container of this workload';
    const what = `has no effect${all}: ${why}. Write tallyman.dev/policy beside it, or take it out.`;
    return [annotationProblem(file.path, first, what)];
  });
}
