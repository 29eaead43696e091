import { environmentNames } from '../../release/environment-name.ts';
import type { FieldRelease } from '../events.ts';
import { fieldRelease, type EnvironmentOf } from '../edits/field-release.ts';
import type { PlannedGroup } from '../edits/plan-edits.ts';
import { planId, type PlanId } from './plan-id.ts';

/** How much is released. */
export interface ReleaseCount {
  /** One policy moving its fields in one commit is one (product.md, 1). */
  readonly releases: number;
  /** Releases that touch an environment, by its name. */
  readonly byEnvironment: ReadonlyMap<string, number>;
}

/** Everything that a repository's run would release, over all its pushes (product.md, 5). */
export interface Pending extends ReleaseCount {
  /** Of these changes; `undefined` where there are none. */
  readonly id: PlanId | undefined;
  readonly changes: readonly FieldRelease[];
}

export async function pendingOf(
  groups: readonly PlannedGroup[],
  where: { readonly repository: string; readonly branch: string },
  environmentOf: EnvironmentOf,
): Promise<Pending> {
  const parts = groups.flatMap((group) =>
    group.parts.map(({ moves }) => moves.map((move) => fieldRelease(move, environmentOf))),
  );
  const changes = parts.flat();
  const id = changes.length === 0 ? undefined : await planId(where, changes);
  return { id, changes, ...countReleases(parts) };
}

/** @param commits what each moves */
export function countReleases(commits: readonly (readonly FieldRelease[])[]): ReleaseCount {
  const byEnvironment = new Map<string, number>();
  let releases = 0;
  for (const own of commits) {
    releases += new Set(own.map(({ policy }) => policy)).size;
    // A base that several environments share is released in each (`prod+staging`).
    const touched = new Set(
      own.flatMap(({ policy, environment }) =>
        environmentNames(environment).map((one) => JSON.stringify([one, policy])),
      ),
    );
    for (const pair of touched) {
      const [environment] = JSON.parse(pair) as [string, string];
      byEnvironment.set(environment, (byEnvironment.get(environment) ?? 0) + 1);
    }
  }
  return { releases, byEnvironment };
}
