import { failureExits, type Failure } from '../core/failure.ts';
import { compareProblems, type Problem } from '../core/problem.ts';
import type { PlannedCommit } from '../run/edits/compose.ts';
import { acceptCommand, lookCommand } from '../run/fuse/fuse.ts';
import { problemsOf, type RunResult } from '../run/run.ts';
import type { RunSettings } from '../run/settings.ts';
import type { ExitCode } from './answer.ts';
import { failureJson } from './failures.ts';

/** A run's result with the repository it belongs to. */
export interface NamedResult {
  readonly repository: string;
  readonly branch: string;
  readonly result: RunResult;
  /** The command that releases its plan; `undefined` where there is none. */
  readonly accept: string | undefined;
  /** The command that shows it. */
  readonly look: string;
}

export function nameResult(
  settings: Pick<RunSettings, 'repository' | 'configFile'>,
  branch: string,
  result: RunResult,
): NamedResult {
  const id = result.outcome === 'failed' ? undefined : result.plan.pending.id;
  const accept = id === undefined ? undefined : acceptCommand(settings, id);
  return { repository: settings.repository, branch, result, accept, look: lookCommand(settings) };
}

/** One repository of `run` and `plan`, as JSON. */
export function resultJson({ repository, branch, result }: NamedResult): Readonly<Record<string, unknown>> {
  if (result.outcome === 'failed') {
    return {
      repository,
      branch,
      outcome: 'failed',
      error: failureJson(result.failure),
      commits: [],
      plan: null,
      fuse: [],
      problems: [],
    };
  }
  return {
    repository,
    branch,
    outcome: result.outcome,
    base: result.snapshot.commit,
    commits: result.plan.commits.map((planned, index) => commitJson(planned, result.commits[index])),
    plan: result.plan.pending.id ?? null,
    fuse: result.plan.fuse,
    problems: problemsOf(result),
  };
}

export function commitJson(
  planned: PlannedCommit,
  commit: string | undefined,
): Readonly<Record<string, unknown>> {
  const { title, releases, diff, message } = planned;
  return { commit: commit ?? null, title, releases, diff, message };
}

/**
 * 4 where a repository, or every registry, is unreachable; 1 where there are problems; else 0. `failOn: never` leaves problems out.
 */
export function resultExits(results: readonly NamedResult[], failOn: 'problems' | 'never'): ExitCode[] {
  return results.flatMap(({ result }): ExitCode[] => {
    if (result.outcome === 'failed') return [failureExits[result.failure.code]];
    const scans = [...result.plan.scans.values()];
    const silent = scans.length > 0 && scans.every((scan) => 'failure' in scan);
    const exits: ExitCode[] = silent ? [4] : [];
    // Whoever accepts a plan wants to know that it was not released.
    const unmet = result.outcome === 'stopped' && result.problem.code === 'plan-changed';
    if (unmet || (failOn === 'problems' && problemsOf(result).length > 0)) exits.push(1);
    return exits;
  });
}

/** All problems of all repositories, in the order in which they are shown. */
export function allProblems(results: readonly NamedResult[]): Problem[] {
  return results.flatMap(({ result }) => problemsOf(result)).sort(compareProblems);
}

/** What stopped whole repositories. */
export function failuresOf(results: readonly NamedResult[]): { repository: string; failure: Failure }[] {
  return results.flatMap(({ repository, result }) =>
    result.outcome === 'failed' ? [{ repository, failure: result.failure }] : [],
  );
}
