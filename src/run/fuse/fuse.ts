import type { Problem } from '../../core/problem.ts';
import type { BranchHistory } from '../past/branch-history.ts';
import type { Pending, ReleaseCount } from './pending.ts';
import type { PlanId } from './plan-id.ts';
import type { RunSettings } from '../settings.ts';

/** Why a run wants a person before it pushes anything (product.md, 5). */
export type FuseReason =
  /** No run of Tallyman ever released to this branch, as far as its history is read. */
  | { readonly reason: 'first-run' }
  | {
      readonly reason: 'too-many-releases';
      /** Whose limit it is: an environment's, or the repository's (`null`). */
      readonly environment: string | null;
      /** That would be made, against `limit`. */
      readonly releases: number;
      readonly limit: number;
    };

/**
 * What of the fuse would blow, by git and the configuration alone: losing the state neither opens nor closes it.
 * @param history `undefined` where there is none (`--dir`): the first run cannot be told then
 * @param pushed what the run released before: after a lost race it counts as well. Default nothing
 */
export async function fuseReasons(
  pending: Pending,
  settings: Pick<RunSettings, 'environments' | 'confirmFirstRun' | 'maxReleasesPerRun'>,
  history: Pick<BranchHistory, 'hasOwnRun'> | undefined,
  pushed: ReleaseCount = { releases: 0, byEnvironment: new Map() },
): Promise<FuseReason[]> {
  if (pending.releases === 0) return [];
  const reasons: FuseReason[] = [];
  if (settings.confirmFirstRun && history !== undefined && !(await history.hasOwnRun())) {
    reasons.push({ reason: 'first-run' });
  }
  const limits = [
    {
      environment: null,
      releases: pending.releases + pushed.releases,
      limit: settings.maxReleasesPerRun,
    },
    ...settings.environments.map(({ name, rules }) => ({
      environment: name,
      releases: countIn(name, pending) && countIn(name, pending) + countIn(name, pushed),
      limit: rules?.maxReleasesPerRun ?? Infinity,
    })),
  ];
  for (const limit of limits) {
    if (limit.releases > limit.limit) reasons.push({ reason: 'too-many-releases', ...limit });
  }
  return reasons;
}

function countIn(environment: string, { byEnvironment }: ReleaseCount): number {
  return byEnvironment.get(environment) ?? 0;
}

/** One clause for each reason, for tables and messages. */
export function describeFuse(reasons: readonly FuseReason[]): string {
  return reasons
    .map((one) => {
      if (one.reason === 'first-run') return 'it would be the first run on this branch (confirmFirstRun)';
      const where = one.environment === null ? '' : ` in ${one.environment}`;
      return `it would make ${one.releases} releases${where}, and maxReleasesPerRun is ${one.limit}`;
    })
    .join('; ');
}

/** The command that releases a plan that waits. */
export function acceptCommand(
  { repository, configFile }: Pick<RunSettings, 'repository' | 'configFile'>,
  id: PlanId,
): string {
  return `tallyman run --once --accept ${id} --repository ${repository}${configOption(configFile)}`;
}

/** What shows the plan. */
export function lookCommand({
  repository,
  configFile,
}: Pick<RunSettings, 'repository' | 'configFile'>): string {
  return `tallyman plan --repository ${repository}${configOption(configFile)}`;
}

/** The same for the same plan, so that a daemon tells of it once. */
export function fuseProblem(
  reasons: readonly FuseReason[],
  pending: Pending,
  branch: string,
  settings: Pick<RunSettings, 'repository' | 'configFile'>,
  pushed = 0,
): Problem {
  const { repository } = settings;
  const done = pushed === 0 ? 'nothing' : `nothing more after ${pushed} releases`;
  const size = pending.releases === 1 ? '1 release' : `${pending.releases} releases`;
  const accept = pending.id === undefined ? '' : acceptCommand(settings, pending.id);
  return {
    code: 'fuse',
    message:
      `The fuse of ${repository} (${branch}) has blown, and ${done} was pushed: ${describeFuse(reasons)}. ` +
      `Look at plan ${pending.id ?? ''} (${size}) with "${lookCommand(settings)}", and release it with "${accept}".`,
  };
}

/** For a shell: a path with blanks or quotes is quoted. */
function configOption(file: string | undefined): string {
  if (file === undefined) return '';
  return ` --config ${/^[\w./@%+,:=-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`}`;
}
