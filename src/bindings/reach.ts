import { compileGlob, type Glob } from '../core/glob.ts';
import type { Policy } from '../policy/model.ts';
import type { BindOptions } from './model.ts';

/** Where a policy binds by image name (product.md, 2.1). */
export interface Reach {
  readonly policy: Policy;
  /** Number of folders that its file lies in: the deepest policy wins. */
  readonly depth: number;
  /** Whether its file lies below a `policyRoots` folder, so that it may bind anywhere. */
  readonly isRoot: boolean;
  covers(path: string): boolean;
}

/**
 * The folder of the policy's file and all below it; below a `policyRoots` folder, everywhere. `paths` narrows either: a file that a
 * team may write must not move the fields of another team.
 */
export function reachOf(policy: Policy, options: BindOptions): Reach {
  const { file } = policy.place;
  const folder = file.slice(0, file.lastIndexOf('/') + 1);
  const isRoot = options.policyRoots.some((root) => isBelow(file, root));
  const globs = policy.paths.map((pattern) => compileGlob(pattern, 'path')).filter(isGlob);
  const isNarrowed = policy.paths.length > 0;
  return {
    policy,
    depth: file.split('/').length - 1,
    isRoot,
    covers: (path) =>
      (isRoot || path.startsWith(folder)) && (!isNarrowed || globs.some((glob) => glob.matches(path))),
  };
}

function isBelow(path: string, root: string): boolean {
  const folder = root.replace(/^\.?\/+|\/+$/g, '');
  return folder === '' || folder === '.' || path.startsWith(`${folder}/`);
}

function isGlob(compiled: ReturnType<typeof compileGlob>): compiled is Glob {
  return !('error' in compiled);
}
