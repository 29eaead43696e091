import { append } from '../../core/append.ts';
import type { Problem } from '../../core/problem.ts';
import type { AnnotationFact, FieldFact } from '../../fields/model.ts';
import type { Hold, Policy, Rule } from '../../policy/model.ts';
import { parseRepository } from '../../image/reference.ts';
import { parseShorthand } from '../../policy/document/shorthand.ts';
import {
  annotationProblem,
  draftPolicies,
  policyOf,
  readWorkload,
  type AnnotationDraft,
  type Workload,
} from './annotated.ts';
import { nameDrafts, possibleNames } from './names.ts';
import { markedFields } from '../marked.ts';
import type { KnownPolicies } from '../known-policies.ts';
import type { FactedFile } from '../model.ts';

/** What an annotation says of a field: its policy, or that it must not move because of a problem. */
type Cover = { readonly policy: Policy } | { readonly stopped: true };

/** Binds the containers of workloads that opted in by annotation (product.md, 2.2). */
export class AnnotationBinder {
  readonly problems: Problem[] = [];
  /** Made from annotations. */
  readonly policies: Policy[] = [];
  /** ImagePolicy files that an annotation names. */
  readonly used = new Set<Policy>();
  readonly #workloads = new Map<FactedFile, readonly Workload[]>();
  /** By file as well: files of equal content share their facts. */
  readonly #covers = new Map<FactedFile, Map<FieldFact, Cover>>();
  readonly #byName: KnownPolicies;

  constructor(files: readonly FactedFile[], byName: KnownPolicies) {
    this.#byName = byName;
    const drafts = files.flatMap((file) => (file.facts.claims.length === 0 ? [] : this.#read(file)));
    const names = nameDrafts(drafts, byName.names);
    for (const [index, draft] of drafts.entries()) {
      const policy = { ...policyOf(draft, names[index] ?? ''), otherNames: possibleNames(draft) };
      this.policies.push(policy);
      for (const field of draft.fields) this.#cover(draft.file, field, { policy });
    }
  }

  covers(file: FactedFile, field: FieldFact): Cover | undefined {
    return this.#covers.get(file)?.get(field);
  }

  isBroken(file: FactedFile, field: FieldFact): boolean {
    return this.#workload(file, field)?.broken ?? false;
  }

  holds(file: FactedFile, field: FieldFact): readonly Hold[] {
    return this.#workload(file, field)?.holds ?? [];
  }

  workloads(file: FactedFile): readonly Workload[] {
    return this.#workloads.get(file) ?? [];
  }

  #workload(file: FactedFile, field: FieldFact): Workload | undefined {
    return field.claim === undefined ? undefined : this.#workloads.get(file)?.[field.claim];
  }

  #read(file: FactedFile): AnnotationDraft[] {
    // Markers go before annotations.
    const marked = markedFields(file, 'tallyman');
    const byClaim = Map.groupBy(file.facts.fields, ({ claim }) => claim);
    const workloads = file.facts.claims.map((claim, index) =>
      readWorkload(file.path, claim, byClaim.get(index) ?? []),
    );
    this.#workloads.set(file, workloads);
    const drafts: AnnotationDraft[] = [];
    for (const [index, workload] of workloads.entries()) {
      append(this.problems, workload.problems);
      if (workload.broken) continue;
      const free = (byClaim.get(index) ?? []).filter((field) => !marked.all.has(field));
      append(drafts, draftPolicies(file, workload, this.#ruled(file, workload, free)));
      append(this.problems, this.#namesNothing(file, workload, free));
    }
    return drafts;
  }

  /** The fields that get a policy of their own; those with a named policy are settled at once. */
  #ruled(
    file: FactedFile,
    workload: Workload,
    fields: readonly FieldFact[],
  ): { field: FieldFact; annotation: AnnotationFact; rule: Rule }[] {
    return fields.flatMap((field) => {
      const annotation = workload.policyFor(field);
      const read = annotation && parseShorthand(annotation.value);
      if (annotation === undefined || read === undefined || 'error' in read) return [];
      if ('policyName' in read) {
        this.#name(file, field, annotation, read.policyName);
        return [];
      }
      if (parseRepository(field.name ?? '') !== undefined) return [{ field, annotation, rule: read.rule }];
      const message = `The image of container "${field.container ?? ''}" cannot be read, so tallyman.dev/${annotation.key} has no effect on it.`;
      this.#stop(file, field, { code: 'bad-field', ...placeIn(file, field), message });
      return [];
    });
  }

  #name(file: FactedFile, field: FieldFact, annotation: AnnotationFact, name: string): void {
    const policy = this.#byName.get(name);
    if (policy === undefined) {
      this.#stop(file, field, this.#byName.unknown(name, placeIn(file, annotation)));
      return;
    }
    this.used.add(policy);
    const image = parseRepository(field.name ?? '')?.repository;
    if (image === policy.image.repository) this.#cover(file, field, { policy });
    else if (annotation.key !== 'policy') {
      const message = `The policy ${name} is for ${policy.image.spelled}, but this container holds ${field.name ?? 'no image that can be read'}.`;
      this.#stop(file, field, {
        code: 'bad-annotation',
        ...placeIn(file, annotation),
        message,
        policy: name,
      });
    }
  }

  /** `policy: policy:NAME` covers the containers that hold the policy's image: where none does, it says nothing. */
  #namesNothing(file: FactedFile, workload: Workload, free: readonly FieldFact[]): Problem[] {
    const annotation = workload.claim.annotations.find(({ key }) => key === 'policy');
    const read = annotation && parseShorthand(annotation.value);
    const covered = free.filter((field) => workload.policyFor(field) === annotation);
    if (annotation === undefined || read === undefined || !('policyName' in read)) return [];
    const policy = this.#byName.get(read.policyName);
    if (policy === undefined || covered.length === 0) return [];
    if (covered.some((field) => this.covers(file, field) !== undefined)) return [];
    const what = `names the policy ${policy.name}, which is for ${policy.image.spelled}, and no container here holds that. It has no effect.`;
    return [{ ...annotationProblem(file.path, annotation, what), policy: policy.name }];
  }

  #stop(file: FactedFile, field: FieldFact, problem: Problem): void {
    this.#cover(file, field, { stopped: true });
    this.problems.push(problem);
  }

  #cover(file: FactedFile, field: FieldFact, cover: Cover): void {
    const covers = this.#covers.get(file) ?? new Map<FieldFact, Cover>();
    this.#covers.set(file, covers.set(field, cover));
  }
}

function placeIn(
  file: FactedFile,
  { line, column }: { line: number; column: number },
): {
  file: string;
  line: number;
  column: number;
} {
  return { file: file.path, line, column };
}
