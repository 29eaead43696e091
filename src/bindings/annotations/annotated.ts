import { append } from '../../core/append.ts';
import { didYouMean } from '../../core/nearest.ts';
import type { Problem } from '../../core/problem.ts';
import type { AnnotationFact, ClaimFact, FieldFact } from '../../fields/model.ts';
import { parseRepository, type RepositoryName } from '../../image/reference.ts';
import type { Hold, Policy, Rule } from '../../policy/model.ts';
import { annotationPolicy, parseShorthand, type AnnotationOptions } from '../../policy/document/shorthand.ts';
import { readOption } from './options.ts';
import type { FactedFile } from '../model.ts';

/** What a workload's annotations say, once read. */
export interface Workload {
  readonly claim: ClaimFact;
  /** One of them is wrong: nothing in the workload moves. */
  readonly broken: boolean;
  readonly holds: readonly Hold[];
  /** What holds for every field of the workload, whatever binds it. */
  readonly options: AnnotationOptions;
  /** The annotations that `options` come from. */
  readonly optional: readonly AnnotationFact[];
  /** The policy annotation that covers a field, if any. */
  policyFor(field: FieldFact): AnnotationFact | undefined;
  readonly problems: readonly Problem[];
}

/** Reads the annotations of a workload (product.md, 2.2) against the fields that it has. */
export function readWorkload(file: string, claim: ClaimFact, fields: readonly FieldFact[]): Workload {
  const problems: Problem[] = [];
  const complain: Complain = (annotation, message) => {
    const what = `cannot be used: ${message}. Nothing in this workload moves until it is put right.`;
    problems.push(annotationProblem(file, annotation, what));
  };
  const containers = fields.flatMap(({ container }) => (container === undefined ? [] : [container]));
  const { options, optional, unsupported } = readOptions(claim, complain);
  append(
    problems,
    unsupported.map((annotation) => notSupported(file, annotation)),
  );
  for (const annotation of claim.annotations) checkCovers(annotation, containers, complain);
  const value = (key: string): AnnotationFact | undefined => claim.annotations.find((one) => one.key === key);
  const hold = value('hold');
  return {
    claim,
    broken: claim.broken || problems.length > 0,
    holds: hold === undefined ? [] : [{ reason: hold.value, by: '', until: undefined }],
    options,
    optional,
    policyFor: ({ container }) =>
      container === undefined ? undefined : (value(`policy.${container}`) ?? value('policy')),
    problems,
  };
}

type Complain = (annotation: AnnotationFact, message: string) => void;

function readOptions(
  claim: ClaimFact,
  complain: Complain,
): Pick<Workload, 'options' | 'optional'> & { readonly unsupported: readonly AnnotationFact[] } {
  let options: AnnotationOptions = {};
  const optional: AnnotationFact[] = [];
  const unsupported: AnnotationFact[] = [];
  for (const annotation of claim.annotations) {
    const read = readOption(annotation.key, annotation.value);
    if (read === undefined) continue;
    optional.push(annotation);
    if ('error' in read) complain(annotation, read.error);
    else if ('unsupported' in read) unsupported.push(annotation);
    else options = { ...options, ...read.options };
  }
  return { options, optional, unsupported };
}

function notSupported(file: string, annotation: AnnotationFact): Problem {
  const what = `(${annotation.value.trim()}) is understood but not carried out by this version. Nothing in this workload moves until it is taken out.`;
  return { ...annotationProblem(file, annotation, what), code: 'not-supported' };
}

/** A problem of an annotation, at its value. @param what the sentence that begins with the annotation's name */
export function annotationProblem(
  file: string,
  { key, line, column }: AnnotationFact,
  what: string,
): Problem {
  const message = `The annotation tallyman.dev/${key} ${what}`;
  return { code: 'bad-annotation', file, line, column, message };
}

function checkCovers(annotation: AnnotationFact, containers: readonly string[], complain: Complain): void {
  const { key } = annotation;
  if (key !== 'policy' && !key.startsWith('policy.')) return;
  const read = parseShorthand(annotation.value);
  if ('error' in read) complain(annotation, read.error);
  else if (containers.length === 0) complain(annotation, 'this object has no containers');
  else if (key !== 'policy' && !containers.includes(key.slice('policy.'.length))) {
    const wanted = key.slice('policy.'.length);
    complain(annotation, `there is no container "${wanted}"${didYouMean(wanted, containers)}`);
  }
}

/** A policy that an annotation stands for, with the fields it covers. Its name is given when all are known. */
export interface AnnotationDraft {
  readonly file: FactedFile;
  readonly workload: Workload;
  readonly annotation: AnnotationFact;
  readonly image: RepositoryName;
  readonly rule: Rule;
  readonly fields: readonly FieldFact[];
  /** Whether the workload has one such policy only. */
  readonly alone: boolean;
}

/** Drafts for the fields of one workload: one per annotation and image, so that equal images move together. */
export function draftPolicies(
  file: FactedFile,
  workload: Workload,
  covered: readonly { readonly field: FieldFact; readonly annotation: AnnotationFact; readonly rule: Rule }[],
): AnnotationDraft[] {
  const groups = Map.groupBy(covered, ({ field, annotation }) => {
    const image = parseRepository(field.name ?? '');
    return `${image?.repository ?? ''} ${annotation.key}`;
  });
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const image = parseRepository(first?.field.name ?? '');
    if (first === undefined || image === undefined) return [];
    const { annotation, rule } = first;
    const fields = group.map(({ field }) => field);
    return [{ file, workload, annotation, image, rule, fields, alone: groups.size === 1 }];
  });
}

/** Makes the policy of a draft. */
export function policyOf(draft: AnnotationDraft, name: string): Policy {
  const { file, annotation, image, rule, workload } = draft;
  const place = { file: file.path, line: annotation.line, column: annotation.column };
  return annotationPolicy(name, place, image, rule, workload.options);
}
