import { formatPath, type Finding } from './finding.ts';
import type { ImagePolicyFile } from './schema.ts';

/**
 * Keys that are understood but not carried out by this version. A policy that has one releases nothing: leaving the key
 * aside would release what its author wanted to stop. One finding names them all, at the first.
 */
export function unsupportedKeys(file: ImagePolicyFile): Finding | undefined {
  const { spec } = file;
  const paths: string[][] = [];
  if (spec.policy.promote?.require !== undefined) paths.push(['spec', 'policy', 'promote', 'require']);
  if (spec.verify !== undefined) paths.push(['spec', 'verify']);
  if (spec.mode === 'pullRequest') paths.push(['spec', 'mode']);
  const [first] = paths;
  if (first === undefined) return undefined;
  const names = paths
    .map((path) => (path[1] === 'mode' ? 'spec.mode: pullRequest' : formatPath(path)))
    .join(', ');
  const verb = paths.length === 1 ? 'is' : 'are';
  return {
    path: first,
    onKey: true,
    message: `${names} ${verb} understood but not carried out by this version, so the policy releases nothing; take it out to go on without it`,
  };
}
