import { append } from '../../core/append.ts';
import type { Problem } from '../../core/problem.ts';
import type { FieldFact } from '../../fields/model.ts';
import type { Policy } from '../../policy/model.ts';
import type { FactedFile } from '../model.ts';
import { targetedFile, type TargetedField, type TargetedFile } from './targeted.ts';
import {
  unboundTarget,
  type TargetLookup,
  type TargetProblem,
  type TargetRequest,
  type TargetRequests,
} from './targets.ts';

/** Binds values to policies by `targets` (product.md, 2.1): recognised fields and any others, in shared bases and vendored charts too. */
export class TargetBinder {
  readonly problems: readonly Problem[];
  /** Policies with a target that leads nowhere: they are told of already. */
  readonly contested: ReadonlySet<Policy>;
  readonly #files = new Map<FactedFile, TargetedFile>();

  constructor({ requests, unanswered }: TargetRequests, lookup: TargetLookup) {
    const found = [...unanswered, ...lost(requests, lookup)];
    for (const [file, group] of Map.groupBy(requests, (request) => request.file)) {
      const targeted = targetedFile(file, group, lookup);
      this.#files.set(file, targeted);
      append(found, targeted.problems);
    }
    this.problems = found.map(({ problem }) => problem);
    this.contested = new Set(found.map(({ policy }) => policy));
  }

  has(file: FactedFile): boolean {
    return this.#files.has(file);
  }

  /** What targets say of a field that was recognised. */
  of(file: FactedFile, field: FieldFact): TargetedField | undefined {
    return this.#files.get(file)?.known.get(field);
  }

  /** Values that nothing recognised. */
  others(file: FactedFile): readonly TargetedField[] {
    return this.#files.get(file)?.others ?? [];
  }
}

/** Targets whose path is found in none of their files, with where the way ended in the file in which it went furthest. */
function lost(requests: readonly TargetRequest[], lookup: TargetLookup): TargetProblem[] {
  return [...Map.groupBy(requests, ({ target }) => target)].flatMap(([target, group]) => {
    const ends = group.map(({ file }) => ({ file, end: lookup(file.id, target.path)?.missing }));
    const [first] = group;
    // Files that cannot be read are told of by themselves.
    let best:
      { readonly file: FactedFile; readonly end: { readonly end: number; readonly why: string } } | undefined;
    for (const { file, end } of ends) {
      if (end === undefined) return [];
      if (best === undefined || end.end > best.end.end) best = { file, end };
    }
    if (best === undefined || first === undefined) return [];
    const others = ends.length > 1 ? `, nor in ${ends.length - 1} more` : '';
    const way = target.path.slice(0, best.end.end);
    const message = `The path ${target.path} finds nothing in ${best.file.path}${others}: at ${way}, ${best.end.why}.`;
    return [unboundTarget(first.policy, target, message)];
  });
}
