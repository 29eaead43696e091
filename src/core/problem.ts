import type { Place } from './position.ts';

/**
 * Every code a problem can have. The set is closed and published in `docs/problems.md`; codes are never renamed.
 * A problem is something a person must look at. It never stops what it does not concern (product.md, 1).
 */
export const problemCodes = [
  'ambiguous-binding', // two policies of equal rank claim one field
  'another-writer', // another author keeps moving the field off our value
  'bad-encoding', // not UTF-8 text, or over the size cap
  'bad-holds', // `.tallyman/holds.yaml` that cannot be read: everything is held
  'bad-field', // an image field that cannot be read
  'bad-image', // text that is not an image reference or repository
  'bad-marker', // a marker that cannot be applied
  'bad-annotation', // a tallyman.dev annotation that cannot be read
  'bad-policy', // an ImagePolicy that breaks the schema
  'bad-reference', // a kustomization names a path outside the repository; advice: itself, or what is not there
  'bad-yaml', // YAML that does not parse
  'duplicate-policy', // one name, two policies
  'election-failed', // a policy whose election could not be completed
  'fuse', // a run that wants a person before it pushes
  'no-guardrails', // advice: no environment covers a field that a policy moves
  'not-mirrored', // a promotion gives a version that the policy's image does not have
  'not-supported', // understood, but not carried out by this version
  'other-writer', // another automation writes this field
  'plan-changed', // the accepted plan is not what would be released now
  'proof-failed', // the edit did not change exactly what was planned: a bug, reported
  'push-refused', // the remote refused the push: its words are in the message
  'refused-edit', // a field that is never edited, with the reason
  'registry-failed', // a registry that did not answer in full
  'repository-failed', // a config repository that cannot be read or written
  'shadowed', // another file decides what this field deploys
  'shared-base', // more than one environment reaches this field
  'short-window', // advice: a window that one late run misses
  'source-disagrees', // the fields of a promotion's source hold different versions
  'tag-moved', // the registry gives another digest for the tag in git
  'unbound-policy', // a policy that binds nothing
  'unbound-target', // an entry of a policy's targets that finds no value to move
  'unbound-field', // an image map below a policy's paths that no policy binds
  'unmoved-image', // advice: a policy's image in a place that is no image field
  'unknown-policy', // a marker or annotation that names no policy
  'would-be-applied', // advice: a synchronizer would apply a policy's file
] as const;

export type ProblemCode = (typeof problemCodes)[number];

/** Expected outcomes (nothing newer, held, outside a window) are no problems; failures of a whole unit are `Failure`. */
export interface Problem extends Partial<Place> {
  readonly code: ProblemCode;
  /** What failed, on which object, what was expected, what to do. */
  readonly message: string;
  /** The policy concerned, where there is one. */
  readonly policy?: string;
}

/** Codes that an advice can have. `other-writer` is a problem where we leave the field alone, an advice where we do not. */
export const adviceCodes = [
  'bad-reference',
  'short-window',
  'no-guardrails',
  'other-writer',
  'unmoved-image',
  'would-be-applied',
] as const satisfies readonly ProblemCode[];

/**
 * What works as it is written, and a person may want to change all the same. Where a problem stops something (a policy, a field, a file), an
 * advice stops nothing: only `lint` looks for it, no run tells of it, and it sets no exit code unless it is asked to.
 */
export interface Advice extends Problem {
  readonly code: (typeof adviceCodes)[number];
}

/** The order in which problems are shown: by place, then by code. */
export function compareProblems(a: Problem, b: Problem): number {
  return (
    compareText(a.file ?? '', b.file ?? '') ||
    (a.line ?? 0) - (b.line ?? 0) ||
    (a.column ?? 0) - (b.column ?? 0) ||
    compareText(a.code, b.code)
  );
}

/** By UTF-16 code units: the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
