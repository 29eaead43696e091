import type { FuseReason } from '../../src/run/fuse/fuse.ts';
import type { PlanId } from '../../src/run/fuse/plan-id.ts';
import { problemsOf, type RunResult } from '../../src/run/run.ts';
import { deployment, policyFile } from '../scenarios/world.ts';
import { Stage } from './stage.ts';

/** `count` services, each with a workload and a policy of its own in a folder, all at 1.0.0 where 1.1.0 is newer. */
export async function services(
  count: number,
  folder: (index: number) => string = () => 'prod',
  more: (image: Stage['image']) => Readonly<Record<string, string>> = () => ({}),
): Promise<Stage> {
  const indexes = Array.from({ length: count }, (_, index) => index);
  const opened = await Stage.open((image) =>
    Object.fromEntries([
      ['notes.txt', 'of no policy\n'],
      ...Object.entries(more(image)),
      ...indexes.flatMap((index) => {
        const path = `${folder(index)}/app-${index}`;
        return [
          [`${path}.yaml`, deployment(`app-${index}`, `${image(`app-${index}`)}:1.0.0`)],
          [`${path}.policy.yaml`, policyFile(`app-${index}`, image(`app-${index}`), 'semver: "^1"')],
        ];
      }),
    ]),
  );
  for (const index of indexes) opened.push(`app-${index}`, '1.0.0', '1.1.0');
  return opened;
}

/** Limits of the repository and of its environments `prod` and `staging`. */
export function limited(
  opened: Stage,
  maxReleasesPerRun: number,
  environments: Readonly<Record<string, number>> = {},
): void {
  opened.settings = {
    ...opened.settings,
    maxReleasesPerRun,
    environments: ['prod', 'staging'].map((name) => ({
      name,
      paths: [`${name}/**`],
      paused: false,
      freezes: [],
      rules: { maxReleasesPerRun: environments[name] },
    })),
  };
}

export function idOf(result: RunResult): PlanId {
  const id = result.outcome === 'failed' ? undefined : result.plan.pending.id;
  if (id === undefined) throw new Error(`no plan: ${result.outcome}`);
  return id;
}

export function fuseOf(result: RunResult): readonly FuseReason[] {
  if (result.outcome === 'failed') throw result.failure;
  return result.plan.fuse;
}

/** The message of the first problem with a code; empty where there is none. */
export function problem(result: RunResult, code: string): string {
  return problemsOf(result).find((one) => one.code === code)?.message ?? '';
}

export async function head(opened: Stage): Promise<string> {
  return (await opened.repository.sync()).commit;
}
