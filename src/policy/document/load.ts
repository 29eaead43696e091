import type { Problem } from '../../core/problem.ts';
import type { PolicyDocument } from './document.ts';
import { positionOf, toProblem } from './finding.ts';
import { checkMeaning } from './meaning.ts';
import type { Policy } from '../model.ts';
import { checkShape } from './shape.ts';
import { unsupportedKeys } from './unsupported.ts';

export interface LoadedPolicy {
  /** `undefined` where there is a problem: a policy with an error releases nothing. */
  readonly policy: Policy | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Checks an ImagePolicy document: its shape, then what its values mean, then whether all of it is carried out.
 * @param file path of the file in the repository, for the problems (`bad-policy`, `not-supported`)
 */
export function loadPolicy(document: PolicyDocument, file: string): LoadedPolicy {
  const name = nameIn(document.value);
  const shape = checkShape(document.value);
  if ('findings' in shape)
    return failed(shape.findings.map((finding) => toProblem(finding, 'bad-policy', document, file, name)));
  const place = { file, line: document.line, column: document.column };
  const { findings, policy } = checkMeaning(shape.file, place);
  if (findings.length > 0) {
    return failed(findings.map((finding) => toProblem(finding, 'bad-policy', document, file, name)));
  }
  const unsupported = unsupportedKeys(shape.file);
  if (unsupported !== undefined)
    return failed([toProblem(unsupported, 'not-supported', document, file, name)]);
  return { policy: policy && withPlaces(policy, document, file), problems: [] };
}

/** Each target with the place of its path. */
function withPlaces(policy: Policy, document: PolicyDocument, file: string): Policy {
  if (policy.targets.length === 0) return policy;
  const targets = policy.targets.map((target, index) => {
    const place = positionOf(document, { path: ['spec', 'targets', index, 'path'] });
    return { ...target, place: { file, ...place } };
  });
  return { ...policy, targets };
}

function failed(problems: readonly Problem[]): LoadedPolicy {
  return { policy: undefined, problems };
}

/** The name of a document, whether or not anything else in it is right. */
export function nameIn(value: unknown): string | undefined {
  const metadata = member(value, 'metadata');
  const name = member(metadata, 'name');
  return typeof name === 'string' ? name : undefined;
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
