import { didYouMean } from '../core/nearest.ts';
import type { Problem } from '../core/problem.ts';
import type { AnnotationFact, ClaimFact, FieldFact } from '../fields/model.ts';
import { parseRepository, type RepositoryName } from '../image/reference.ts';
import type { Hold, Policy, Rule } from '../policy/model.ts';
import { checkName } from '../policy/name.ts';
import { annotationPolicy, parseShorthand, type AnnotationOptions } from '../policy/shorthand.ts';
import type { FactedFile } from './model.ts';

/** What a workload's annotations say, once read. */
export interface Workload {
  readonly claim: ClaimFact;
  /** One of them is wrong: nothing in the workload moves. */
  readonly broken: boolean;
  readonly holds: readonly Hold[];
  readonly options: AnnotationOptions;
  /** The policy annotation that covers a field, if any. */
  policyFor(field: FieldFact): AnnotationFact | undefined;
  readonly problems: readonly Problem[];
}

/** Reads the annotations of a workload (product.md, 2.2) against the fields that it has. */
export function readWorkload(file: string, claim: ClaimFact, fields: readonly FieldFact[]): Workload {
  const problems: Problem[] = [];
  const complain = (annotation: AnnotationFact, message: string): void => {
    const { line, column } = annotation;
    const text = `The annotation tallyman.dev/${annotation.key} cannot be used: ${message}. Nothing in this workload moves until it is put right.`;
    problems.push({ code: 'bad-annotation', file, line, column, message: text });
  };
  const containers = fields.flatMap(({ container }) => (container === undefined ? [] : [container]));
  const options = readOptions(claim, complain);
  for (const annotation of claim.annotations) checkCovers(annotation, containers, complain);
  const value = (key: string): AnnotationFact | undefined => claim.annotations.find((one) => one.key === key);
  const hold = value('hold');
  return {
    claim,
    broken: claim.broken || problems.length > 0,
    holds: hold === undefined ? [] : [{ reason: hold.value, by: '', until: undefined }],
    options,
    policyFor: ({ container }) =>
      container === undefined ? undefined : (value(`policy.${container}`) ?? value('policy')),
    problems,
  };
}

type Complain = (annotation: AnnotationFact, message: string) => void;

function readOptions(claim: ClaimFact, complain: Complain): AnnotationOptions {
  const read: { digest?: 'pin' | 'keep'; onRevert?: 'skip' | 'hold'; group?: string } = {};
  for (const annotation of claim.annotations) {
    const { key, value } = annotation;
    if (key === 'digest') {
      if (value === 'pin' || value === 'keep') read.digest = value;
      else complain(annotation, `"${value}" is not pin or keep`);
    } else if (key === 'on-revert') {
      if (value === 'skip' || value === 'hold') read.onRevert = value;
      else complain(annotation, `"${value}" is not skip or hold`);
    } else if (key === 'group') {
      const wrong = checkName(value);
      if (wrong === undefined) read.group = value;
      else complain(annotation, wrong);
    }
  }
  return read;
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
