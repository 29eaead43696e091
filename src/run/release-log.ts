import type { ConfigRepository } from '../git/repository.ts';
import type { LoggedRelease } from '../release/model.ts';
import { BranchHistory } from './branch-history.ts';

/**
 * The releases that a branch's history tells of, newest first (product.md, 6.1). Records that are copied, forged or of
 * another branch are left out.
 */
export async function releaseLog(
  repository: ConfigRepository,
  since: number,
): Promise<readonly LoggedRelease[]> {
  const history = new BranchHistory(await repository.sync(), since);
  return history.believed();
}
