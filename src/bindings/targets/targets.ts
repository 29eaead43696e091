import { compileGlob } from '../../core/glob.ts';
import type { Problem } from '../../core/problem.ts';
import type { TargetFind } from '../../fields/targets.ts';
import type { Policy, Target } from '../../policy/model.ts';
import type { BindOptions, FactedFile } from '../model.ts';
import { reachOf } from '../reach.ts';

/** A file in which a target of a policy is looked for. */
export interface TargetRequest {
  readonly file: FactedFile;
  readonly policy: Policy;
  readonly target: Target;
}

/** What the targets of a tree's policies ask for. */
export interface TargetRequests {
  readonly requests: readonly TargetRequest[];
  /** Targets that no file answers. */
  readonly unanswered: readonly TargetProblem[];
}

export interface TargetProblem {
  readonly policy: Policy;
  readonly problem: Problem;
}

/** What was found in a file for a path; `undefined` where the file could not be read. */
export type TargetLookup = (fileId: string, path: string) => TargetFind | undefined;

/**
 * Which files the targets of the policies ask for (product.md, 2.1): those that the glob matches within the policy's reach. Only these need be read.
 */
export function requestTargets(
  files: readonly FactedFile[],
  policies: readonly Policy[],
  options: BindOptions,
): TargetRequests {
  const requests: TargetRequest[] = [];
  const unanswered: TargetProblem[] = [];
  const byPath = new Map<string, FactedFile>();
  for (const policy of policies) {
    if (policy.targets.length === 0) continue;
    if (byPath.size === 0) for (const file of files) byPath.set(file.path, file);
    const reach = reachOf(policy, options);
    for (const target of policy.targets) {
      const matched = matching(target.file, files, byPath);
      const within = matched.filter(({ path }) => reach.covers(path));
      for (const file of within) requests.push({ file, policy, target });
      if (within.length === 0) unanswered.push(noFile(policy, target, matched));
    }
  }
  return { requests, unanswered };
}

function matching(
  pattern: string,
  files: readonly FactedFile[],
  byPath: ReadonlyMap<string, FactedFile>,
): readonly FactedFile[] {
  const glob = compileGlob(pattern, 'path');
  if ('error' in glob) return [];
  const plain = /^[^*?[\]{}\\]*/.exec(pattern)?.[0] ?? '';
  if (plain === pattern) {
    const file = byPath.get(pattern);
    return file === undefined ? [] : [file];
  }
  return files.filter(({ path }) => path.startsWith(plain) && glob.matches(path));
}

function noFile(policy: Policy, target: Target, matched: readonly FactedFile[]): TargetProblem {
  const [outside] = matched;
  const why =
    outside === undefined
      ? 'matches no YAML or JSON file that is read here. It is a path glob from the root of the repository'
      : `matches ${outside.path}, which is out of the reach of the policy: its own folder and below, narrowed by paths; anywhere only below policyRoots`;
  return unboundTarget(policy, target, `The file "${target.file}" of this target ${why}.`);
}

/** A target that moves nothing, at the place of its path. */
export function unboundTarget(policy: Policy, { place }: Target, message: string): TargetProblem {
  return { policy, problem: { code: 'unbound-target', ...place, message, policy: policy.name } };
}
